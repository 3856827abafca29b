// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { Direct } from '../../src/direct/direct.js';
import { direct } from '../../src/direct/index.js';
import { __hyp_va } from '../../src/hyp/numbers.js';
import { FakeHelpers, PFN, resultOf } from '../support/fake_helpers.js';

const LOCK = ['host_lock', 'hyp_lock'];
const UNLOCK = ['hyp_unlock', 'host_unlock'];

/** Runs one transition; its result and the helpers it called. */
function calls(
  mm: FakeHelpers,
  call: (transitions: Direct) => number,
): { result: number | string; calls: string[] } {
  const result = resultOf(() => call(new Direct(mm)));
  return { result, calls: mm.calls };
}

describe('direct', () => {
  it('is the implementation of that name', () => {
    expect(direct.name).toBe('direct');
    expect(direct.create(new FakeHelpers())).toBeInstanceOf(Direct);
  });

  it('is the kernel after the last patch of the series', () => {
    expect(direct.commit).toBe('2d2aa2eb275f');
    expect(direct.description).toMatch(/^after patch 3 \(2d2aa2eb275f\)/);
  });
});

describe('__pkvm_host_share_hyp', () => {
  const call = (transitions: Direct) => transitions.__pkvm_host_share_hyp(PFN);
  const CHECK = 'host_check 0x40100 1 OWNED';
  const DEBUG_CHECK = 'hyp_check va0x40100 1 NOPAGE';
  const MAP = 'hyp_map va0x40100 va0x40101 RW SHARED_BORROWED';
  const SET = 'host_set 0x40100 1 SHARED_OWNED';

  it('checks the host, maps in hyp, then marks the host side', () => {
    expect(calls(new FakeHelpers(), call)).toEqual({
      result: 0,
      calls: [...LOCK, CHECK, MAP, SET, ...UNLOCK],
    });
  });

  it('looks at hyp too with NVHE_EL2_DEBUG', () => {
    expect(calls(new FakeHelpers(true), call)).toEqual({
      result: 0,
      calls: [...LOCK, CHECK, DEBUG_CHECK, MAP, SET, ...UNLOCK],
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

  it('panics when mapping fails, the host side not yet changed and the locks held', () => {
    const mm = new FakeHelpers().answer('pkvm_create_mappings_locked', -12);
    expect(calls(mm, call)).toEqual({ result: 'WARN', calls: [...LOCK, CHECK, MAP] });
  });

  it('panics when marking the host side fails', () => {
    const mm = new FakeHelpers().answer('__host_set_page_state_range', -12);
    expect(calls(mm, call)).toEqual({ result: 'WARN', calls: [...LOCK, CHECK, MAP, SET] });
  });
});

describe('__pkvm_host_unshare_hyp', () => {
  const call = (transitions: Direct) => transitions.__pkvm_host_unshare_hyp(PFN);
  const CHECK = 'host_check 0x40100 1 SHARED_OWNED';
  const HYP_CHECK = 'hyp_check va0x40100 1 SHARED_BORROWED';
  const COUNT = 'page_count va0x40100';
  const UNMAP = 'hyp_unmap va0x40100 1';
  const SET = 'host_set 0x40100 1 OWNED';

  it.each([false, true])(
    'checks host, hyp, count; unmaps, then marks the host side (debug %s)',
    (debug) => {
      expect(calls(new FakeHelpers(debug), call)).toEqual({
        result: 0,
        calls: [...LOCK, CHECK, HYP_CHECK, COUNT, UNMAP, SET, ...UNLOCK],
      });
    },
  );

  it('returns the error of the host check', () => {
    const mm = new FakeHelpers().answer('__host_check_page_state_range', -22);
    expect(calls(mm, call)).toEqual({ result: -22, calls: [...LOCK, CHECK, ...UNLOCK] });
  });

  it('returns the error of the hyp check before it looks at the count', () => {
    const mm = new FakeHelpers()
      .answer('__hyp_check_page_state_range', -34)
      .answer('hyp_page_count', 1);
    expect(calls(mm, call)).toEqual({
      result: -34,
      calls: [...LOCK, CHECK, HYP_CHECK, ...UNLOCK],
    });
  });

  it('returns -EBUSY for a page with references', () => {
    const mm = new FakeHelpers().answer('hyp_page_count', 1);
    expect(calls(mm, call)).toEqual({
      result: -16,
      calls: [...LOCK, CHECK, HYP_CHECK, COUNT, ...UNLOCK],
    });
  });

  it.each([0, 2])('panics when %i pages were unmapped, the host side unchanged', (pages) => {
    const mm = new FakeHelpers().answer('kvm_pgtable_hyp_unmap', pages);
    expect(calls(mm, call)).toEqual({
      result: 'WARN',
      calls: [...LOCK, CHECK, HYP_CHECK, COUNT, UNMAP],
    });
  });

  it('panics when marking the host side fails', () => {
    const mm = new FakeHelpers().answer('__host_set_page_state_range', -12);
    expect(calls(mm, call)).toEqual({
      result: 'WARN',
      calls: [...LOCK, CHECK, HYP_CHECK, COUNT, UNMAP, SET],
    });
  });
});

describe('__pkvm_host_donate_hyp', () => {
  const call = (transitions: Direct) => transitions.__pkvm_host_donate_hyp(PFN, 3);
  const CHECK = 'host_check 0x40100 3 OWNED';
  const DEBUG_CHECK = 'hyp_check va0x40100 3 NOPAGE';
  const MAP = 'hyp_map va0x40100 va0x40103 RW OWNED';
  const OWN = 'set_owner 0x40100 3 HYP';

  it('checks the host, maps in hyp, then takes the pages from the host', () => {
    expect(calls(new FakeHelpers(), call)).toEqual({
      result: 0,
      calls: [...LOCK, CHECK, MAP, OWN, ...UNLOCK],
    });
  });

  it('looks at hyp too with NVHE_EL2_DEBUG', () => {
    expect(calls(new FakeHelpers(true), call)).toEqual({
      result: 0,
      calls: [...LOCK, CHECK, DEBUG_CHECK, MAP, OWN, ...UNLOCK],
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

  it('panics when mapping fails, the pages still the host’s', () => {
    const mm = new FakeHelpers().answer('pkvm_create_mappings_locked', -12);
    expect(calls(mm, call)).toEqual({ result: 'WARN', calls: [...LOCK, CHECK, MAP] });
  });

  it('panics when taking the pages from the host fails', () => {
    const mm = new FakeHelpers().answer('host_stage2_set_owner_locked', -12);
    expect(calls(mm, call)).toEqual({ result: 'WARN', calls: [...LOCK, CHECK, MAP, OWN] });
  });

  it('wraps the end of the range at the end of the address space', () => {
    const mm = new FakeHelpers();
    new Direct(mm).__pkvm_host_donate_hyp(PFN, 2 ** 52 - PFN - 2 ** 32);
    expect(mm.calls[3]).toBe('hyp_map va0x40100 va0xfffff00000000 wrapped RW OWNED');
  });
});

describe('__pkvm_hyp_donate_host', () => {
  const call = (transitions: Direct) => transitions.__pkvm_hyp_donate_host(PFN, 3);
  const CHECK = 'hyp_check va0x40100 3 OWNED';
  const DEBUG_CHECK = 'host_check 0x40100 3 NOPAGE';
  const UNMAP = 'hyp_unmap va0x40100 3';
  const OWN = 'set_owner 0x40100 3 HOST';

  it('checks hyp, unmaps there, then gives the pages to the host', () => {
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

  it.each([524287, 524288, 524289, 1048576, 2 ** 40])(
    'compares unmapped pages in 64 bits: %i pages are fine',
    (pages) => {
      const mm = new FakeHelpers();
      expect(resultOf(() => new Direct(mm).__pkvm_hyp_donate_host(PFN, pages))).toBe(0);
    },
  );

  it.each([
    ['4 GiB unmapped of nothing', 1048576, 0],
    ['4 GiB and a page unmapped of a page', 1048577, 1],
  ])('panics for %s', (_name, unmapped, asked) => {
    const mm = new FakeHelpers().answer('kvm_pgtable_hyp_unmap', unmapped);
    expect(resultOf(() => new Direct(mm).__pkvm_hyp_donate_host(PFN, asked))).toBe('WARN');
  });
});

describe.each([
  ['__pkvm_host_share_ffa', 'OWNED', 'SHARED_OWNED'],
  ['__pkvm_host_unshare_ffa', 'SHARED_OWNED', 'OWNED'],
] as const)('%s', (name, before, after) => {
  const call = (transitions: Direct) => transitions[name](PFN, 3);
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

  it.each([-12, -34])('returns the error %i of marking as it is, without a panic', (error) => {
    const mm = new FakeHelpers().answer('__host_set_page_state_range', error);
    expect(calls(mm, call)).toEqual({
      result: error,
      calls: ['host_lock', CHECK, SET, 'host_unlock'],
    });
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
    new Direct(mm)[name](HIGH, 1);
    expect(mm.virtual).toEqual(Array(uses).fill(__hyp_va(HIGH)));
  });
});
