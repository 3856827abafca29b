// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { __hyp_va } from '../../src/hyp/numbers.js';
import { legacy, legacyBeforeFix } from '../../src/legacy/index.js';
import { Legacy } from '../../src/legacy/legacy.js';
import { FakeHelpers, PFN, resultOf } from '../support/fake_helpers.js';

const LOCK = ['host_lock', 'hyp_lock'];
const UNLOCK = ['hyp_unlock', 'host_unlock'];

/** Runs one transition; its result and the helpers it called. */
function calls(
  mm: FakeHelpers,
  call: (transitions: Legacy) => number,
): { result: number | string; calls: string[] } {
  const result = resultOf(() => call(new Legacy(mm)));
  return { result, calls: mm.calls };
}

describe('legacy', () => {
  it('is the implementation of that name', () => {
    expect(legacy.name).toBe('legacy');
    expect(legacy.create(new FakeHelpers())).toBeInstanceOf(Legacy);
  });

  it('is the kernel before the series, with the fix of hyp_ack_unshare() or without', () => {
    expect(legacy.commit).toBe('5b426d0a481a on d0670128d42f');
    expect(legacy.description).toMatch(/^before the series: .*d0670128d42f with .*5b426d0a481a$/);
    expect(legacyBeforeFix.commit).toBe('d0670128d42f');
    expect(legacyBeforeFix.description).toMatch(/d0670128d42f without the fix .*5b426d0a481a/);
  });
});

describe('__pkvm_host_share_hyp', () => {
  const call = (transitions: Legacy) => transitions.__pkvm_host_share_hyp(PFN);
  const CHECK = 'host_check 0x40100 1 OWNED';
  const DEBUG_CHECK = 'hyp_check va0x40100 1 NOPAGE';
  const SET = 'host_set 0x40100 1 SHARED_OWNED';
  const MAP = 'hyp_map va0x40100 va0x40101 RW SHARED_BORROWED';

  it('checks the host; initiates there, then completes in hyp', () => {
    expect(calls(new FakeHelpers(), call)).toEqual({
      result: 0,
      calls: [...LOCK, CHECK, SET, MAP, ...UNLOCK],
    });
  });

  it('looks at hyp too with NVHE_EL2_DEBUG', () => {
    expect(calls(new FakeHelpers(true), call)).toEqual({
      result: 0,
      calls: [...LOCK, CHECK, DEBUG_CHECK, SET, MAP, ...UNLOCK],
    });
  });

  it.each([-1, -22])('returns the error %i of the host check and changes nothing', (error) => {
    const mm = new FakeHelpers(true).answer('__host_check_page_state_range', error);
    expect(calls(mm, call)).toEqual({ result: error, calls: [...LOCK, CHECK, ...UNLOCK] });
  });

  it.each([-1, -34])('returns the error %i of the hyp check and changes nothing', (error) => {
    const mm = new FakeHelpers(true).answer('__hyp_check_page_state_range', error);
    expect(calls(mm, call)).toEqual({
      result: error,
      calls: [...LOCK, CHECK, DEBUG_CHECK, ...UNLOCK],
    });
  });

  it('panics when marking the host side fails, nothing mapped', () => {
    const mm = new FakeHelpers().answer('__host_set_page_state_range', -12);
    expect(calls(mm, call)).toEqual({ result: 'WARN', calls: [...LOCK, CHECK, SET] });
  });

  it('panics when mapping fails, the host side changed and the locks held', () => {
    const mm = new FakeHelpers().answer('pkvm_create_mappings_locked', -12);
    expect(calls(mm, call)).toEqual({ result: 'WARN', calls: [...LOCK, CHECK, SET, MAP] });
  });
});

describe('__pkvm_host_unshare_hyp', () => {
  const call = (transitions: Legacy) => transitions.__pkvm_host_unshare_hyp(PFN);
  const CHECK = 'host_check 0x40100 1 SHARED_OWNED';
  const COUNT = 'page_count va0x40100';
  const HYP_CHECK = 'hyp_check va0x40100 1 SHARED_BORROWED';
  const SET = 'host_set 0x40100 1 OWNED';
  const UNMAP = 'hyp_unmap va0x40100 1';

  it.each([false, true])(
    'checks host, count, hyp; marks the host side, then unmaps (debug %s)',
    (debug) => {
      expect(calls(new FakeHelpers(debug), call)).toEqual({
        result: 0,
        calls: [...LOCK, CHECK, COUNT, HYP_CHECK, SET, UNMAP, ...UNLOCK],
      });
    },
  );

  it('returns the error of the host check', () => {
    const mm = new FakeHelpers().answer('__host_check_page_state_range', -22);
    expect(calls(mm, call)).toEqual({ result: -22, calls: [...LOCK, CHECK, ...UNLOCK] });
  });

  it('returns -EBUSY for a page with references before it looks at hyp', () => {
    const mm = new FakeHelpers()
      .answer('hyp_page_count', 1)
      .answer('__hyp_check_page_state_range', -34);
    expect(calls(mm, call)).toEqual({ result: -16, calls: [...LOCK, CHECK, COUNT, ...UNLOCK] });
  });

  it('returns the error of the hyp check', () => {
    const mm = new FakeHelpers().answer('__hyp_check_page_state_range', -34);
    expect(calls(mm, call)).toEqual({
      result: -34,
      calls: [...LOCK, CHECK, COUNT, HYP_CHECK, ...UNLOCK],
    });
  });

  it('panics when marking the host side fails, nothing unmapped', () => {
    const mm = new FakeHelpers().answer('__host_set_page_state_range', -12);
    expect(calls(mm, call)).toEqual({
      result: 'WARN',
      calls: [...LOCK, CHECK, COUNT, HYP_CHECK, SET],
    });
  });

  it.each([0, 2])('panics when %i pages were unmapped, the host side changed', (pages) => {
    const mm = new FakeHelpers().answer('kvm_pgtable_hyp_unmap', pages);
    expect(calls(mm, call)).toEqual({
      result: 'WARN',
      calls: [...LOCK, CHECK, COUNT, HYP_CHECK, SET, UNMAP],
    });
  });
});

describe('__pkvm_host_donate_hyp', () => {
  const call = (transitions: Legacy) => transitions.__pkvm_host_donate_hyp(PFN, 3);
  const CHECK = 'host_check 0x40100 3 OWNED';
  const DEBUG_CHECK = 'hyp_check va0x40100 3 NOPAGE';
  const OWN = 'set_owner 0x40100 3 HYP';
  const MAP = 'hyp_map va0x40100 va0x40103 RW OWNED';

  it('checks the host; takes the pages from it, then maps them in hyp', () => {
    expect(calls(new FakeHelpers(), call)).toEqual({
      result: 0,
      calls: [...LOCK, CHECK, OWN, MAP, ...UNLOCK],
    });
  });

  it('looks at hyp too with NVHE_EL2_DEBUG', () => {
    expect(calls(new FakeHelpers(true), call)).toEqual({
      result: 0,
      calls: [...LOCK, CHECK, DEBUG_CHECK, OWN, MAP, ...UNLOCK],
    });
  });

  it('returns the error of the host check', () => {
    const mm = new FakeHelpers(true).answer('__host_check_page_state_range', -22);
    expect(calls(mm, call)).toEqual({ result: -22, calls: [...LOCK, CHECK, ...UNLOCK] });
  });

  it('returns the error of the hyp check', () => {
    const mm = new FakeHelpers(true).answer('__hyp_check_page_state_range', -34);
    expect(calls(mm, call)).toEqual({
      result: -34,
      calls: [...LOCK, CHECK, DEBUG_CHECK, ...UNLOCK],
    });
  });

  it('panics when taking the pages fails, nothing mapped', () => {
    const mm = new FakeHelpers().answer('host_stage2_set_owner_locked', -12);
    expect(calls(mm, call)).toEqual({ result: 'WARN', calls: [...LOCK, CHECK, OWN] });
  });

  it('panics when mapping fails, the pages taken already', () => {
    const mm = new FakeHelpers().answer('pkvm_create_mappings_locked', -12);
    expect(calls(mm, call)).toEqual({ result: 'WARN', calls: [...LOCK, CHECK, OWN, MAP] });
  });

  it('wraps the end of the range at the end of the address space', () => {
    const mm = new FakeHelpers();
    new Legacy(mm).__pkvm_host_donate_hyp(PFN, 2 ** 52 - PFN - 2 ** 32);
    expect(mm.calls[4]).toBe('hyp_map va0x40100 va0xfffff00000000 wrapped RW OWNED');
  });
});

describe('__pkvm_hyp_donate_host', () => {
  const call = (transitions: Legacy) => transitions.__pkvm_hyp_donate_host(PFN, 3);
  const CHECK = 'hyp_check va0x40100 3 OWNED';
  const DEBUG_CHECK = 'host_check 0x40100 3 NOPAGE';
  const UNMAP = 'hyp_unmap va0x40100 3';
  const OWN = 'set_owner 0x40100 3 HOST';

  it('checks hyp; unmaps there, then gives the pages to the host', () => {
    expect(calls(new FakeHelpers(), call)).toEqual({
      result: 0,
      calls: [...LOCK, CHECK, UNMAP, OWN, ...UNLOCK],
    });
  });

  it('looks at the host too with NVHE_EL2_DEBUG', () => {
    expect(calls(new FakeHelpers(true), call)).toEqual({
      result: 0,
      calls: [...LOCK, CHECK, DEBUG_CHECK, UNMAP, OWN, ...UNLOCK],
    });
  });

  it('returns the error of the hyp check', () => {
    const mm = new FakeHelpers(true).answer('__hyp_check_page_state_range', -34);
    expect(calls(mm, call)).toEqual({ result: -34, calls: [...LOCK, CHECK, ...UNLOCK] });
  });

  it('returns the error of the host check', () => {
    const mm = new FakeHelpers(true).answer('__host_check_page_state_range', -22);
    expect(calls(mm, call)).toEqual({
      result: -22,
      calls: [...LOCK, CHECK, DEBUG_CHECK, ...UNLOCK],
    });
  });

  it.each([0, 2, 4])('panics when %i of 3 pages were unmapped', (pages) => {
    const mm = new FakeHelpers().answer('kvm_pgtable_hyp_unmap', pages);
    expect(calls(mm, call)).toEqual({ result: 'WARN', calls: [...LOCK, CHECK, UNMAP] });
  });

  it('panics when giving the pages to the host fails', () => {
    const mm = new FakeHelpers().answer('host_stage2_set_owner_locked', -1);
    expect(calls(mm, call)).toEqual({ result: 'WARN', calls: [...LOCK, CHECK, UNMAP, OWN] });
  });

  it.each([
    [0, 0],
    [1, 0],
    [524287, 0],
    [524288, 'WARN'],
    [524289, 'WARN'],
    [1048575, 'WARN'],
    [1048576, 'WARN'],
    [1048577, 'WARN'],
  ])('of %i pages ends with %s: the bytes go through an int', (pages, expected) => {
    const mm = new FakeHelpers();
    expect(resultOf(() => new Legacy(mm).__pkvm_hyp_donate_host(PFN, pages))).toBe(expected);
  });
});

describe.each([
  ['__pkvm_host_share_ffa', 'OWNED', 'SHARED_OWNED'],
  ['__pkvm_host_unshare_ffa', 'SHARED_OWNED', 'OWNED'],
] as const)('%s', (name, before, after) => {
  const call = (transitions: Legacy) => transitions[name](PFN, 3);
  const CHECK = `host_check 0x40100 3 ${before}`;
  const SET = `host_set 0x40100 3 ${after}`;

  it.each([false, true])('checks and marks the host side under its lock (debug %s)', (debug) => {
    expect(calls(new FakeHelpers(debug), call)).toEqual({
      result: 0,
      calls: ['host_lock', CHECK, SET, 'host_unlock'],
    });
  });

  it.each([-1, -22])('returns the error %i of the check', (error) => {
    const mm = new FakeHelpers().answer('__host_check_page_state_range', error);
    expect(calls(mm, call)).toEqual({
      result: error,
      calls: ['host_lock', CHECK, 'host_unlock'],
    });
  });

  it('panics when marking fails, the lock held', () => {
    const mm = new FakeHelpers().answer('__host_set_page_state_range', -12);
    expect(calls(mm, call)).toEqual({ result: 'WARN', calls: ['host_lock', CHECK, SET] });
  });
});

describe('a page whose hyp virtual address wraps', () => {
  const HIGH = 2 ** 52 - 1;

  it.each([
    ['__pkvm_host_share_hyp', 2],
    ['__pkvm_host_unshare_hyp', 3],
    ['__pkvm_host_donate_hyp', 2],
    ['__pkvm_hyp_donate_host', 2],
  ] as const)('is found in %s', (name, uses) => {
    const mm = new FakeHelpers(true);
    new Legacy(mm)[name](HIGH, 1);
    expect(mm.virtual).toEqual(Array(uses).fill(__hyp_va(HIGH)));
  });

  it('is handed to the host as it came', () => {
    const mm = new FakeHelpers(true);
    new Legacy(mm).__pkvm_hyp_donate_host(HIGH, 1);
    expect(mm.calls.filter((call) => call.includes(' 0x'))).toEqual([
      'host_check 0xfffffffffffff 1 NOPAGE',
      'set_owner 0xfffffffffffff 1 HOST',
    ]);
  });
});

describe('one transition after another', () => {
  it('leaves nothing behind of the one before', () => {
    const mm = new FakeHelpers(true);
    const transitions = new Legacy(mm);
    transitions.__pkvm_hyp_donate_host(PFN, 3);
    transitions.__pkvm_host_share_ffa(PFN + 1, 2);
    transitions.__pkvm_host_share_hyp(PFN);
    const before = mm.calls.length;
    transitions.__pkvm_host_share_ffa(PFN, 1);
    expect(mm.calls.slice(before)).toEqual([
      'host_lock',
      'host_check 0x40100 1 OWNED',
      'host_set 0x40100 1 SHARED_OWNED',
      'host_unlock',
    ]);
  });
});
