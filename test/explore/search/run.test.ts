// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { type Limits, runSearch } from '../../../src/explore/search/run.js';
import { search } from '../helpers.js';

/** More states than are expanded between two looks at the limits. */
const WORLD = { pages: 2, gfns: 1, ranges: 1 } as const;

function run(limits: Limits, pause: () => Promise<string | undefined> = async () => undefined) {
  const found = search({ world: WORLD, symmetry: false });
  return { found, run: runSearch(found, limits, pause) };
}

describe('running a search', () => {
  it('ends without a limit when it is complete', async () => {
    const { found, run: ran } = run({});
    expect((await ran).limit).toBeUndefined();
    expect(found.isComplete).toBe(true);
  });

  it.each([
    [{ states: 1 }, '1 states'],
    [{ bytes: 1 }, '0 MiB'],
    [{ seconds: 0 }, '0 s'],
  ])('ends at the limit %o, and says which', async (limits, expected) => {
    const { found, run: ran } = run(limits);
    expect((await ran).limit).toBe(expected);
    expect(found.isComplete).toBe(false);
    expect(found.states).toBeGreaterThan(500);
  });

  it('ends when it is told to between two batches', async () => {
    let asked = 0;
    const { found, run: ran } = run({}, async () => (++asked === 2 ? 'an interrupt' : undefined));
    expect((await ran).limit).toBe('an interrupt');
    expect(found.done).toBe(2 * 500);
  });
});
