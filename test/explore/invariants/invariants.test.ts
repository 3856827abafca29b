// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { INVARIANTS } from '../../../src/explore/invariants/invariants.js';
import { bootWorld } from '../../../src/explore/world/boot.js';
import { DEFAULT_WORLD } from '../../../src/explore/world/options.js';
import { makeWorld } from '../../../src/explore/world/world.js';
import { compileOp } from '../../../src/ops/index.js';
import type { TraceOp } from '../../../src/trace/index.js';
import { LEGACY_DIRECT } from '../helpers.js';

const WORLD = makeWorld({ ...DEFAULT_WORLD, pages: 1 });
const [PFN] = WORLD.pages;

/** Invariants that a poke of the world's page violates, in the order they are listed in. */
function violatedBy(poke: Omit<Extract<TraceOp, { op: 'poke' }>, 'op' | 'pfn'>): string[] {
  const { first } = bootWorld(WORLD, LEGACY_DIRECT, 'exact');
  first.run(compileOp({ op: 'poke', pfn: PFN, ...poke }));
  return INVARIANTS.filter(({ check }) => check(first, WORLD.pages) !== undefined).map(
    ({ name }) => name,
  );
}

describe('the invariants', () => {
  it('hold in the first state', () => {
    expect(violatedBy({ host_state: 'OWNED', hyp_state: 'NOPAGE' })).toEqual([]);
    expect(violatedBy({ host_state: 'SHARED_OWNED', hyp_state: 'SHARED_BORROWED' })).toEqual([]);
  });

  it.each([
    ['a page with two owners', { host_state: 'OWNED', hyp_state: 'OWNED' }, 'hyp-owned-is-nopage'],
    ['a page with none', { host_state: 'NOPAGE', hyp_state: 'NOPAGE' }, 'nopage-is-hyp-owned'],
    [
      'a page that hyp borrows and nobody lends',
      { host_state: 'OWNED', hyp_state: 'SHARED_BORROWED' },
      'borrowed-is-shared',
    ],
    [
      'references on a page that hyp has not borrowed',
      { host_state: 'OWNED', hyp_state: 'NOPAGE', refcount: 1 },
      'pinned-is-borrowed',
    ],
    [
      'a count of guests that map it where none does',
      { host_state: 'OWNED', hyp_state: 'NOPAGE', host_share_guest_count: 1 },
      'share-count-is-mappings',
    ],
  ] as const)('find %s', (_what, poke, name) => {
    expect(violatedBy(poke)).toContain(name);
  });

  it('find a table with a reference too many', () => {
    const { first } = bootWorld(WORLD, LEGACY_DIRECT, 'exact');
    const rule = INVARIANTS.find(({ name }) => name === 'table-refcounts');
    expect(rule?.check(first, WORLD.pages)).toBeUndefined();
    const { layout } = first;
    const table = Array.from({ length: 600 }, (_, i) => layout.pageIndex(0x40e00 + i)).find(
      (page) => layout.frameOf(page) >= 0 && first.vmemmap.refcount(page) > 1,
    );
    if (table === undefined) throw new Error('no table in the carve-out');
    const right = first.vmemmap.refcount(table);
    first.vmemmap.setRefcount(table, right + 1);
    const name = `table 0x${layout.pfnOf(table).toString(16)}`;
    expect(rule?.check(first, WORLD.pages)).toBe(
      `${name}: refcount ${right + 1}, ${right} expected`,
    );
  });

  it('name their rule and where it is written', () => {
    for (const { rule, source } of INVARIANTS) expect([rule, source]).not.toContain('');
  });
});
