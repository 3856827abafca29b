// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { EndedBefore } from '../../src/explain/explain.js';
import { type Explanation, sameEffects } from '../../src/explain/explanation.js';
import { orderChanges } from '../../src/report/explain_text.js';
import { bundled, calls, explained, movedEffects, nodes, traceOf } from './support.js';

const SHARE = { op: '__pkvm_host_share_hyp', pfn: '0x40100' };
const UNSHARE = { op: '__pkvm_host_unshare_hyp', pfn: '0x40100' };
const DONATE = { op: '__pkvm_host_donate_hyp', pfn: '0x40100', nr_pages: 1 };
const GIVE_BACK = { op: '__pkvm_hyp_donate_host', pfn: '0x40100', nr_pages: 1 };
const SHARE_FFA = { op: '__pkvm_host_share_ffa', pfn: '0x40100', nr_pages: 1 };
const UNSHARE_FFA = { op: '__pkvm_host_unshare_ffa', pfn: '0x40100', nr_pages: 1 };

/** Phases with an effect that moved, each once. */
function movedPhases(explanation: Explanation): string[] {
  return [...new Set(movedEffects(explanation).map((text) => text.replace(/:.*/, '')))];
}

describe.each([false, true])('legacy and direct, debug %s', (nvhe_el2_debug) => {
  const machine = { nvhe_el2_debug };

  it('share_hyp: nothing differs but that the host state has moved behind the hyp mapping', () => {
    const explanation = explained(traceOf([SHARE], machine));
    expect(sameEffects(explanation)).toBe(true);
    expect(explanation.sameState).toBe(true);
    expect(movedEffects(explanation)).toEqual([
      'host state: page 0x40100 host: OWNED => SHARED_OWNED',
    ]);
    expect(orderChanges(explanation)).toEqual([
      'host state: before hyp map in legacy, after it in direct',
    ]);
  });

  it('unshare_hyp: the refcount check and the host state have moved, nothing else differs', () => {
    const explanation = explained(traceOf([SHARE, UNSHARE], machine));
    expect(sameEffects(explanation)).toBe(true);
    expect(movedEffects(explanation)).toEqual([
      'refcount check: page 0x40100: refcount 0',
      'host state: page 0x40100 host: SHARED_OWNED => OWNED',
    ]);
    expect(orderChanges(explanation)).toEqual([
      'refcount check: before hyp check in legacy, after it in direct',
      'host state: before hyp unmap in legacy, after it in direct',
    ]);
  });

  it('donate_hyp: the hyp mapping has moved before the owner, nothing else differs', () => {
    const explanation = explained(traceOf([DONATE], machine));
    expect(sameEffects(explanation)).toBe(true);
    expect(movedPhases(explanation)).toEqual(['hyp map']);
    expect(orderChanges(explanation)).toEqual([
      'host owner: before hyp map in legacy, after it in direct',
    ]);
  });

  it.each([
    ['hyp_donate_host', [DONATE, GIVE_BACK]],
    ['share_ffa', [SHARE_FFA]],
    ['unshare_ffa', [SHARE_FFA, UNSHARE_FFA]],
  ])('%s: the same effects in the same order', (_name, ops) => {
    const explanation = explained(traceOf(ops, machine));
    expect(sameEffects(explanation)).toBe(true);
    expect(movedEffects(explanation)).toEqual([]);
    expect(orderChanges(explanation)).toEqual([]);
  });
});

describe('explainOp', () => {
  it('tells the state of the page before the operation', () => {
    expect(explained(traceOf([SHARE, UNSHARE])).before).toBe(
      'page 0x40100: host SHARED_OWNED, hyp SHARED_BORROWED, refcount 0',
    );
  });

  it('shows what a check looked at, wanted and found', () => {
    const [legacy] = explained(traceOf([SHARE_FFA, SHARE])).sides;
    expect(legacy.outcome).toBe('-EPERM');
    const [check] = calls(legacy.tree, '__host_check_page_state_range');
    expect(check).toMatchObject({
      args: '0x40100000, 0x1000, OWNED',
      result: '-EPERM',
      found: 'page 0x40100: host SHARED_OWNED, wanted OWNED',
    });
  });

  it('shows the locks in the order of the model: host, then hyp, and back', () => {
    for (const side of explained(traceOf([SHARE])).sides) {
      const locks = [...nodes(side.tree)].filter((node) => node.kind === 'lock');
      expect(locks).toEqual([
        { kind: 'lock', lock: 'host_mmu.lock', taken: true },
        { kind: 'lock', lock: 'pkvm_pgd_lock', taken: true },
        { kind: 'lock', lock: 'pkvm_pgd_lock', taken: false },
        { kind: 'lock', lock: 'host_mmu.lock', taken: false },
      ]);
    }
  });

  it('calls functions by their kernel names, the machinery only in legacy', () => {
    const [legacy, direct] = explained(traceOf([SHARE])).sides;
    expect(calls(legacy.tree, 'check_share')).toHaveLength(1);
    expect(calls(legacy.tree, 'hyp_ack_share')).toHaveLength(1);
    expect(calls(direct.tree, 'check_share')).toHaveLength(0);
    expect(calls(direct.tree, 'pkvm_create_mappings_locked')[0].args).toBe(
      '0x100040100000, 0x100040101000, RW|SHARED_BORROWED',
    );
  });

  it('shows where a walk has come to and at which level', () => {
    const [legacy] = explained(traceOf([SHARE])).sides;
    expect(calls(legacy.tree, 'hyp_map_walker').map(({ args }) => args)).toEqual([
      '0x100040100000, level 2',
      '0x100040100000, level 3',
    ]);
    const [donation] = explained(traceOf([DONATE])).sides;
    expect(calls(donation.tree, 'stage2_map_walk_leaf').map(({ args }) => args)).toEqual([
      '0x40100000, level 2',
      '0x40100000, level 3',
    ]);
  });

  it('looks into the implementations a point of the series is put together from', () => {
    const [second] = explained(traceOf([SHARE]), 0, ['series-2', 'series-1']).sides;
    expect(calls(second.tree, '__do_share')).toHaveLength(0);
    const [, first] = explained(traceOf([SHARE]), 0, ['series-2', 'series-1']).sides;
    expect(calls(first.tree, '__do_share')).toHaveLength(1);
  });

  it('marks the function that panicked and those the panic went through', () => {
    const trace = bundled('findings/share-hyp-out-of-tables.json');
    const explanation = explained(trace);
    for (const { tree, outcome } of explanation.sides) {
      expect(outcome).toBe('WARN');
      const panicked = [...nodes(tree)].filter((node) => node.kind === 'call' && node.panic);
      const here = panicked.filter((node) => node.kind === 'call' && node.panic?.here);
      expect(here).toHaveLength(1);
      expect(panicked[0]).toMatchObject({ name: '__pkvm_host_share_hyp' });
    }
    expect(explanation.sameState).toBe(false);
    expect(sameEffects(explanation)).toBe(false);
    expect(explanation.alignment).toMatchObject({ firstOnly: 1, secondOnly: 0 });
  });

  it('says so when the trace ended before the operation', () => {
    const trace = bundled('findings/share-hyp-out-of-tables.json');
    const longer = traceOf([...trace.source, SHARE], {
      hyp_carveout: {
        pfn: trace.machine.carveout.pfn,
        hpool_pages: trace.machine.carveout.hpool_pages,
        host_s2_pages: trace.machine.carveout.host_s2_pages,
      },
      memory: trace.machine.memory.map(({ pfn, pages, nomap }) => ({
        base: pfn * 4096,
        pages,
        nomap,
      })),
    });
    expect(() => explained(longer)).toThrow(EndedBefore);
  });
});

describe('the cost of an operation', () => {
  it('of an FF-A share is no walk and no descriptor', () => {
    const [legacy, direct] = explained(traceOf([SHARE_FFA])).sides;
    for (const { cost } of [legacy, direct]) {
      expect(cost).toMatchObject({ walks: 0, pteReads: 0, pteWrites: 0, tlbi: 0 });
    }
    // lock helpers aside: the transition, check and set, what those two call
    expect(direct.cost).toMatchObject({ calls: 5, depth: 3 });
    // do, check, request, __do, initiate besides
    expect(legacy.cost).toMatchObject({ calls: 10, depth: 6 });
  });

  it('of mapping a page beside a mapped one is one walk, four levels read, one write', () => {
    const beside = { ...SHARE, pfn: '0x40101' };
    for (const { cost } of explained(traceOf([SHARE, beside])).sides) {
      // levels 0 to 3; the leaf is read again after its visitor, as the walker reloads it
      expect(cost).toMatchObject({ walks: 1, pteReads: 5, pteWrites: 1, tlbi: 0 });
    }
  });

  it('of unmapping a page beside a mapped one is one descriptor and one TLB invalidation', () => {
    const beside = { ...SHARE, pfn: '0x40101' };
    for (const { cost } of explained(traceOf([SHARE, beside, UNSHARE])).sides) {
      expect(cost).toMatchObject({ walks: 2, pteWrites: 1, tlbi: 1 });
    }
  });
});

describe('an operation over many pages', () => {
  const trace = traceOf([{ ...DONATE, pfn: '0x40200', nr_pages: 512 }]);

  it('spells out a few of the calls alike and counts the rest', () => {
    const [legacy] = explained(trace).sides;
    expect(calls(legacy.tree, 'kvm_pgtable_hyp_map')).toHaveLength(8);
    expect([...nodes(legacy.tree)]).toContainEqual({
      kind: 'more',
      name: 'kvm_pgtable_hyp_map',
      calls: 504,
    });
    expect(legacy.cost.walks).toBe(513);
  });

  it('keeps all effects for the alignment', () => {
    const explanation = explained(trace);
    expect(sameEffects(explanation)).toBe(true);
    expect(movedPhases(explanation)).toEqual(['hyp map']);
  });
});
