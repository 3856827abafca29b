// SPDX-License-Identifier: GPL-2.0-only
/** What is kept for the package settles everything, and is of the model as it is. */
import { describe, expect, it } from 'vitest';
import type { ResultDocument } from '../../src/result/index.js';
import { run } from '../cli/run.js';

const HISTORY = 'legacy-before-fix,legacy,series-1,series-2,direct';

function prove(...args: string[]): ResultDocument {
  const { out, err } = run(['prove', '--format', 'json', ...args]);
  expect(err).toBe('');
  return JSON.parse(out) as ResultDocument;
}

describe.each([HISTORY, 'legacy,direct'])('the pairs of %s', (chain) => {
  it('have no open condition', () => {
    const { theorems = [] } = prove('--impl', chain);
    const cases = theorems.flatMap(({ conditions }) => conditions.flatMap((one) => one.cases));
    expect(cases.length).toBeGreaterThan(0);
    expect(cases.filter(({ settled }) => settled === 'open')).toEqual([]);
    expect(theorems.every(({ notProved }) => notProved.length === 0)).toBe(true);
  });
});

describe('the series', () => {
  it('has every condition that can happen in its baseline', () => {
    const args = ['--impl', 'legacy,series-1,series-2,direct'];
    const document = prove(...args, '--baseline', 'baselines/series-2025-01.json');
    expect(document.theorems?.map(({ verdict }) => verdict)).toEqual(['equal', 'known', 'known']);
  });
});
