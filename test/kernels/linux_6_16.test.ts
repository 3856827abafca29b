// SPDX-License-Identifier: GPL-2.0-only
/** Debian's Linux 6.16, asked under QEMU. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERRNO } from '../../src/hyp/outcome.js';
import type { Side } from '../../src/side/side.js';
import {
  bundledTraces,
  expectKnownDifferences,
  kernelImage,
  recordedTraces,
  replayBoth,
  run,
  startKernel,
  TEN_OPERATIONS,
  traceOf,
} from './kernels.js';

const SERIES = '6.16';
const MODEL = 'direct';

let cache: string;
let side: Side;

beforeAll(async () => {
  cache = mkdtempSync(join(tmpdir(), 'kernels-test-'));
  side = await startKernel(SERIES, cache);
});

afterAll(async () => {
  await side.close();
  rmSync(cache, { recursive: true, force: true });
});

describe('Linux 6.16', () => {
  it('runs the ten operations of a page’s life as direct does', async () => {
    const { compared, divergences } = await replayBoth(MODEL, side, traceOf(TEN_OPERATIONS));
    expect(divergences).toEqual([]);
    expect(compared).toBe(TEN_OPERATIONS.length);
  });

  it('does not have the Nov 2024 bug: it refuses to unshare from hyp a page shared with FF-A', async () => {
    const placed = side.place?.(traceOf(TEN_OPERATIONS));
    if (!placed || 'notCompared' in placed) throw new Error('it cannot be moved');
    const { steps } = await side.run(placed.trace.machine, placed.trace.ops);
    expect(steps.map(({ outcome }) => outcome)).toEqual([
      ...[0, -ERRNO.EPERM, 0, -ERRNO.EBUSY, 0, 0, 0, 0, 0],
      -ERRNO.EPERM,
    ]);
  });

  it('is described by kernel inspect', () => {
    const { code, out } = run(['kernel', 'inspect', kernelImage(SERIES)]);
    expect(code).toBe(0);
    expect(out).toMatch(/^kernel +Linux version 6.16\./m);
    expect(out).toMatch(/^mode +Protected nVHE mode initialized successfully$/m);
    expect(out).toMatch(/^NVHE_EL2_DEBUG +off$/m);
    expect(out).toMatch(/^__pkvm_host_share_hyp +can be asked for$/m);
    expect(out).toMatch(/^struct hyp_page +8 bytes, refcount at 0$/m);
  });

  it('differs from direct in the bundled and the recorded traces only as its baseline says', () => {
    const inputs = [...bundledTraces(), recordedTraces('core.jsonl')];
    expectKnownDifferences(SERIES, MODEL, inputs);
  });
});
