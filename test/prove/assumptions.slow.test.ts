// SPDX-License-Identifier: GPL-2.0-only
/** The assumptions, held to real executions; and a dependence that is planted and must be noticed. */
import { describe, expect, it } from 'vitest';
import { Replayer } from '../../src/compare/replay.js';
import { direct } from '../../src/direct/index.js';
import { legacy } from '../../src/legacy/index.js';
import { Watcher } from '../../src/prove/watch.js';
import { bundledTraces } from './traces.js';

describe('all assumptions', () => {
  it('hold in every bundled trace of the operations, on both sides', async () => {
    const watcher = new Watcher();
    const pair = [watcher.around(legacy), watcher.around(direct)] as const;
    for (const trace of await bundledTraces('operations')) {
      for (const debug of [false, true]) {
        watcher.begin();
        new Replayer(pair[0], pair[1], 'exact').replay(trace, debug);
      }
    }
    expect(watcher.violations).toEqual([]);
    expect(watcher.calls).toBeGreaterThan(1000);
  }, 60_000);
});
