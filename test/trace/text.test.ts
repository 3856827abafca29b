// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { opText, type TraceOp } from '../../src/trace/index.js';

describe('opText', () => {
  it.each<[TraceOp, string]>([
    [
      { op: '__pkvm_host_donate_hyp', nr_pages: '0x2', pfn: 0x40100, expect: 0, comment: 'x' },
      '__pkvm_host_donate_hyp(pfn=0x40100, nr_pages=0x2)',
    ],
    [
      { op: '__pkvm_host_share_ffa', pfn: '0x000AB', nr_pages: '0xffffffffffffffff' },
      '__pkvm_host_share_ffa(pfn=0xab, nr_pages=0xffffffffffffffff)',
    ],
    [{ op: '__pkvm_vcpu_put' }, '__pkvm_vcpu_put()'],
    [{ op: '__pkvm_vcpu_load', vm: 4096, vcpu_idx: 0 }, '__pkvm_vcpu_load(vm=0x1000, vcpu_idx=0)'],
    [
      { op: '__pkvm_host_share_guest', pfn: 1, gfn: 2, prot: 6, memcache: ['0x0A', 11] },
      '__pkvm_host_share_guest(pfn=0x1, gfn=0x2, prot=6, memcache=[0xa, 0xb])',
    ],
    [
      {
        op: 'ffa_host_share_ranges',
        ranges: [
          { address: '0x41fff000', pg_cnt: '0x3' },
          { address: 0, pg_cnt: 1 },
        ],
      },
      'ffa_host_share_ranges(ranges=[0x41fff000+3, 0x0+1])',
    ],
    [
      { op: '__pkvm_host_test_clear_young_guest', vm: 4096, gfn: 0, mkold: true },
      '__pkvm_host_test_clear_young_guest(vm=0x1000, gfn=0x0, mkold=true)',
    ],
    [
      { op: 'poke', pfn: 1, host_state: 'OWNED', refcount: 2 },
      'poke(pfn=0x1, host_state=OWNED, refcount=2)',
    ],
  ])('%j', (op, text) => {
    expect(opText(op)).toBe(text);
  });
});
