// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { Walker } from '../../src/step/walker.js';
import { bundled, implementation } from '../explain/support.js';

function walkerOf(path: string): Walker {
  const trace = bundled(path);
  const { nvhe_el2_debug } = trace.machine;
  return new Walker(trace, implementation('legacy'), implementation('direct'), nvhe_el2_debug);
}

describe('a walker', () => {
  it('knows that nothing runs after a panic of the first side', () => {
    const walker = walkerOf('findings/hyp-donate-host-2gib.json');
    const last = walker.ran.at(-1);
    expect(last?.outcomes).toEqual(['WARN', '0']);
    expect(walker.facts.last).toBe(walker.ran.length - 1);
  });
});
