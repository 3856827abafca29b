// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { direct } from '../../src/direct/index.js';
import { exportSelftest } from '../../src/export/selftest.js';
import { legacy } from '../../src/legacy/index.js';
import type { Trace } from '../../src/trace/index.js';
import { traceOf } from '../support/pairs.js';

const shareHyp = { op: '__pkvm_host_share_hyp', pfn: '0x40100' };
const unshareHyp = { op: '__pkvm_host_unshare_hyp', pfn: '0x40100' };
const page = { from: '0x40100000', to: '0x40101000' };
const pin = { op: 'hyp_pin_shared_mem', ...page };
const unpin = { op: 'hyp_unpin_shared_mem', ...page };

const VM = [
  { op: '__pkvm_host_share_hyp', pfn: '0x40200' },
  { op: '__pkvm_host_share_hyp', pfn: '0x40201' },
  {
    op: '__pkvm_init_vm',
    host_kvm: '0x40200000',
    nr_vcpus: 1,
    vm: '0x40202000',
    pgd: '0x40204000',
  },
  {
    op: '__pkvm_init_vcpu',
    vm: '0x1000',
    host_vcpu: '0x40201000',
    vcpu_idx: 0,
    vcpu: '0x40206000',
  },
  { op: '__pkvm_vcpu_load', vm: '0x1000', vcpu_idx: 0 },
];
const CACHE = ['0x40300', '0x40301'];
const shareGuest = (gfn: number, memcache: string[] = []) => ({
  op: '__pkvm_host_share_guest',
  pfn: '0x40100',
  gfn,
  prot: 7,
  memcache,
});

/** The statements, without comments. */
function statements(trace: Trace, implementation = direct): string[] {
  const made = exportSelftest(trace, implementation);
  if (!made.ok) throw new Error(JSON.stringify(made.refused));
  return made.text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function refusals(trace: Trace): string[] {
  const made = exportSelftest(trace, direct);
  return made.ok ? [] : made.refused.map(({ op, reason }) => `${op}: ${reason}`);
}

describe('a trace about one page', () => {
  it('becomes what the kernel’s test says of sharing with hyp', () => {
    expect(statements(traceOf([shareHyp, shareHyp, pin, unshareHyp, unpin, unshareHyp]))).toEqual([
      '{',
      'selftest_state.host = PKVM_PAGE_OWNED;',
      'selftest_state.hyp = PKVM_NOPAGE;',
      'selftest_state.guest[0] = PKVM_NOPAGE;',
      'selftest_state.guest[1] = PKVM_NOPAGE;',
      'assert_transition_res(0, __pkvm_hyp_donate_host, pfn, 1);',
      'selftest_state.host = PKVM_PAGE_SHARED_OWNED;',
      'selftest_state.hyp = PKVM_PAGE_SHARED_BORROWED;',
      'assert_transition_res(0, __pkvm_host_share_hyp, pfn);',
      'assert_transition_res(-EPERM, __pkvm_host_share_hyp, pfn);',
      'assert_transition_res(0, hyp_pin_shared_mem, virt, virt + size);',
      'assert_transition_res(-EBUSY, __pkvm_host_unshare_hyp, pfn);',
      'hyp_unpin_shared_mem(virt, virt + size);',
      'assert_page_state();',
      'selftest_state.host = PKVM_PAGE_OWNED;',
      'selftest_state.hyp = PKVM_NOPAGE;',
      'assert_transition_res(0, __pkvm_host_unshare_hyp, pfn);',
      'selftest_state.host = PKVM_NOPAGE;',
      'selftest_state.hyp = PKVM_PAGE_OWNED;',
      'assert_transition_res(0, __pkvm_host_donate_hyp, pfn, 1);',
      '}',
    ]);
  });

  it('takes back what the trace leaves: references, shares, guests', () => {
    const left = [...VM, shareGuest(5, CACHE), shareGuest(6)];
    const after = statements(traceOf(left)).slice(-9);
    expect(after).toEqual([
      'selftest_state.guest[0] = PKVM_NOPAGE;',
      'assert_transition_res(0, __pkvm_host_unshare_guest, gfn, vm);',
      'selftest_state.host = PKVM_PAGE_OWNED;',
      'selftest_state.guest[1] = PKVM_NOPAGE;',
      'assert_transition_res(0, __pkvm_host_unshare_guest, gfn + 1, vm);',
      'selftest_state.host = PKVM_NOPAGE;',
      'selftest_state.hyp = PKVM_PAGE_OWNED;',
      'assert_transition_res(0, __pkvm_host_donate_hyp, pfn, 1);',
      '}',
    ]);
    expect(
      statements(traceOf([shareHyp, pin, pin])).filter((line) => /unpin|unshare/.test(line)),
    ).toEqual([
      'hyp_unpin_shared_mem(virt, virt + size);',
      'hyp_unpin_shared_mem(virt, virt + size);',
      'assert_transition_res(0, __pkvm_host_unshare_hyp, pfn);',
    ]);
  });

  it('leaves out what sets up the VM, which the test has', () => {
    const lines = statements(traceOf([...VM, shareGuest(5, CACHE)]));
    expect(lines.filter((line) => /init_v|vcpu_load/.test(line))).toEqual([]);
    expect(lines).toContain(
      'assert_transition_res(0, __pkvm_host_share_guest, pfn, gfn, vcpu, prot);',
    );
    expect(lines).toContain('selftest_state.guest[0] = PKVM_PAGE_SHARED_BORROWED;');
  });

  it('expects the results of the implementation that is named, with debug on', () => {
    const trace = traceOf([shareHyp, pin, unshareHyp]);
    expect(statements(trace, legacy)).toEqual(statements(trace, direct));
    const donated = { op: '__pkvm_host_donate_hyp', pfn: '0x40100', nr_pages: 1 };
    expect(statements(traceOf([shareHyp, donated]))).toContain(
      'assert_transition_res(-EPERM, __pkvm_host_donate_hyp, pfn, 1);',
    );
  });
});

describe('what the test cannot do', () => {
  it.each([
    ['pokes', { op: 'poke', pfn: '0x40100', refcount: 1 }, '1: the test has no call for it'],
    [
      'other pages',
      { op: '__pkvm_host_share_hyp', pfn: '0x40103' },
      '1: it is about page 0x40103; the test has one page, here 0x40100',
    ],
    [
      'ranges',
      { op: '__pkvm_host_share_ffa', pfn: '0x40100', nr_pages: 2 },
      '1: it is about page 0x40101; the test has one page, here 0x40100',
    ],
    [
      'host faults',
      { op: 'handle_host_mem_abort', addr: '0x40100000' },
      '1: the test has no call for it',
    ],
  ])('is refused, operation by operation: %s', (_, op, refusal) => {
    expect(refusals(traceOf([shareHyp, op]))).toEqual([refusal]);
  });

  it('is refused: a third guest frame, a second VM, a panic', () => {
    const frames = [shareGuest(5, CACHE), shareGuest(6), shareGuest(7)];
    expect(refusals(traceOf([...VM, ...frames]))).toEqual(['7: the test has 2 guest frames']);
    expect(refusals(traceOf([shareHyp, ...VM, VM[2]]))).toEqual(['6: the test has one VM']);
    expect(refusals(traceOf([shareHyp, unpin]))).toEqual([
      '1: it ends in BUG, which the test does not survive',
    ]);
  });

  it('is refused: a memcache that the host could not fill', () => {
    const refilled = [...VM, shareGuest(5, CACHE), shareGuest(6, CACHE.concat('0x40302', CACHE))];
    expect(refusals(traceOf(refilled))).toEqual([
      '6: it is refused for its memcache, which the test fills itself',
    ]);
  });

  it('is refused as a whole where no operation is about a page', () => {
    expect(refusals(traceOf([{ op: '__pkvm_vcpu_put' }]))).toEqual([
      '0: the test has no call for it',
    ]);
  });
});
