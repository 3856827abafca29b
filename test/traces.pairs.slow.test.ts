// SPDX-License-Identifier: GPL-2.0-only
/** The other pairs over the bundled traces; `traces.test.ts` compares legacy and direct. */
import { beforeAll, describe, expect, it } from 'vitest';
import { bundled, Comparison, FINDINGS, MISUSE, REGRESSIONS } from './bundled.js';

describe('legacy before and after the fix of Nov 2024', () => {
  let comparison: Comparison;
  beforeAll(async () => {
    comparison = new Comparison((await bundled()).traces, 'legacy-before-fix', 'legacy');
  });

  it('do what the bundled traces expect', () => {
    expect(comparison.unmet).toEqual([]);
  });

  it('differ in regressions and the selftest with debug off, and nowhere else', () => {
    expect(comparison.differences).toEqual(REGRESSIONS);
  });
});

describe('the points within the series', () => {
  let comparison: Comparison;
  beforeAll(async () => {
    comparison = new Comparison((await bundled()).traces, 'series-1', 'series-2');
  });

  it('do what the bundled traces expect', () => {
    expect(comparison.unmet).toEqual([]);
  });

  it('differ in what patch 2 changes: the findings about sharing with hyp', () => {
    const sharing = Object.entries({ ...FINDINGS, ...MISUSE }).filter(([name]) =>
      /^(un)?share-hyp-/.test(name),
    );
    expect(comparison.differences).toEqual(Object.fromEntries(sharing));
  });
});
