// SPDX-License-Identifier: GPL-2.0-only
/** Traces that say what pages are to be after an operation. Expected values are the model's text. */
import { describe, expect, it } from 'vitest';
import type { Divergence } from '../../src/compare/divergence.js';
import { replayTrace } from '../../src/compare/replay.js';
import { findImplementation } from '../../src/implementations.js';
import { documentOf, parsed } from '../trace/helpers.js';

const PAGE = '0x40100';
const SHARE = { op: '__pkvm_host_share_hyp', pfn: PAGE };
const SHARED = { host: 'SHARED_OWNED', hyp: 'SHARED_BORROWED', refcount: 0, guests: [] };

function replay(ops: unknown, names: [string, string] = ['legacy', 'direct'], debug?: boolean) {
  const [first, second] = names.map(findImplementation);
  if (!first || !second) throw new Error('no such implementation');
  return replayTrace(parsed(documentOf(ops)), first, second, { level: 'exact', debug });
}

const told = ({ opIndex, kind, outcomes, expected, columns, differences }: Divergence) => ({
  opIndex,
  kind,
  outcomes,
  expected,
  columns,
  differences: differences.map(({ subject, first, second }) => [subject, first, second]),
});

describe('an expectation of state', () => {
  it('that is met says nothing', () => {
    const ops = [
      { ...SHARE, expect_state: { [PAGE]: SHARED, '0x40101': { host: 'OWNED', hyp: 'NOPAGE' } } },
    ];
    expect(replay(ops).divergences).toEqual([]);
  });

  it('that is unmet is told for each side, with what the side has', () => {
    const ops = [
      SHARE,
      { ...SHARE, expect_state: { [PAGE]: { ...SHARED, hyp: 'NOPAGE', refcount: 1 } } },
    ];
    const expected = 'page 0x40100: hyp NOPAGE; page 0x40100: refcount 1';
    expect(replay(ops).divergences.map(told)).toEqual([
      {
        opIndex: 1,
        kind: 'expectation',
        outcomes: [
          'page 0x40100: hyp SHARED_BORROWED; page 0x40100: refcount 0',
          'page 0x40100: hyp SHARED_BORROWED; page 0x40100: refcount 0',
        ],
        expected: [expected, expected],
        columns: ['hyp_s1', 'refcount'],
        differences: [
          ['page 0x40100', 'hyp SHARED_BORROWED', 'hyp SHARED_BORROWED'],
          ['page 0x40100', 'refcount 0', 'refcount 0'],
        ],
      },
    ]);
  });

  it('of one implementation is not one of the other', () => {
    const ops = [{ ...SHARE, expect_state: { direct: { [PAGE]: { host: 'OWNED' } } } }];
    const { divergences } = replay(ops);
    expect(divergences.map(({ expected }) => expected)).toEqual([
      [undefined, 'page 0x40100: host OWNED'],
    ]);
    expect(replay(ops, ['legacy', 'series-1']).divergences).toEqual([]);
  });

  it('does not apply with another debug setting than the trace has', () => {
    const ops = [{ ...SHARE, expect_state: { [PAGE]: { host: 'OWNED' } } }];
    expect(replay(ops, undefined, true).divergences).toEqual([]);
    expect(replay(ops, undefined, false).divergences).toHaveLength(1);
  });

  it('may name the guest frames that map a page, in any order, all of them', () => {
    const ops = (guests: unknown) => [
      { op: '__pkvm_host_share_hyp', pfn: '0x40300' },
      {
        op: '__pkvm_init_vm',
        host_kvm: '0x40300000',
        nr_vcpus: 1,
        vm: '0x40302000',
        pgd: '0x40304000',
      },
      { op: '__pkvm_host_share_hyp', pfn: '0x40306' },
      {
        op: '__pkvm_init_vcpu',
        vm: 4096,
        host_vcpu: '0x40306000',
        vcpu_idx: 0,
        vcpu: '0x40308000',
      },
      { op: '__pkvm_vcpu_load', vm: 4096, vcpu_idx: 0 },
      {
        op: '__pkvm_host_share_guest',
        pfn: PAGE,
        gfn: 5,
        prot: 7,
        memcache: [0x40310, 0x40311, 0x40312],
      },
      {
        ...{ op: '__pkvm_host_share_guest', pfn: PAGE, gfn: 9, prot: 'RW', expect: 0 },
        expect_state: { [PAGE]: { host: 'SHARED_OWNED', host_share_guest_count: 2, guests } },
      },
    ];
    const five = { vm: 4096, gfn: 5 };
    const nine = { vm: '0x1000', gfn: '0x9' };
    expect(replay(ops([nine, five])).divergences).toEqual([]);
    expect(replay(ops([nine])).divergences[0].expected?.[0]).toBe(
      'page 0x40100: guests 0x1000:0x9',
    );
    expect(replay(ops([nine])).divergences[0].differences[0].first).toBe(
      'guests 0x1000:0x5, 0x1000:0x9',
    );
    expect(replay(ops([])).divergences[0].expected?.[1]).toBe('page 0x40100: guests none');
  });

  it('is of the state at the panic where the operation panics', () => {
    const ffa = { op: '__pkvm_host_share_ffa', pfn: PAGE, nr_pages: 1 };
    const ops = (host: string) => [
      ffa,
      {
        ...{ op: '__pkvm_host_unshare_hyp', pfn: PAGE },
        expect_state: {
          'legacy-before-fix': { [PAGE]: { host } },
          legacy: { [PAGE]: { host: 'SHARED_OWNED' } },
        },
      },
    ];
    const unmet = (host: string) =>
      replay(ops(host), ['legacy-before-fix', 'legacy']).divergences.filter(
        ({ kind }) => kind === 'expectation',
      );
    // Before the fix the host's state was changed before hyp's mapping was found missing.
    expect(unmet('OWNED')).toEqual([]);
    expect(unmet('SHARED_OWNED').map(({ expected }) => expected)).toEqual([
      ['page 0x40100: host SHARED_OWNED', undefined],
    ]);
  });

  it('holds the second side also after the first has panicked', () => {
    const ops = [
      { op: '__pkvm_host_share_ffa', pfn: PAGE, nr_pages: 1 },
      { op: '__pkvm_host_unshare_hyp', pfn: PAGE },
      {
        op: '__pkvm_host_unshare_ffa',
        pfn: PAGE,
        nr_pages: 1,
        expect_state: { [PAGE]: { host: 'NOPAGE' } },
      },
    ];
    expect(replay(ops, ['legacy-before-fix', 'legacy']).divergences.slice(1).map(told)).toEqual([
      {
        opIndex: 2,
        kind: 'expectation',
        outcomes: ['(ended)', 'page 0x40100: host OWNED'],
        expected: [undefined, 'page 0x40100: host NOPAGE'],
        columns: ['host_state'],
        differences: [['page 0x40100', '(ended)', 'host OWNED']],
      },
    ]);
  });
});
