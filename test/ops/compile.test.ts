// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { OpCode } from '../../src/hyp/op.js';
import { ERRNO, PANIC_BUG, PANIC_FAULT, PANIC_WARN } from '../../src/hyp/outcome.js';
import { KINDS, OPERATIONS, type Operation } from '../../src/ops/index.js';
import { UNALIGNED_FIRST, UNALIGNED_SECOND } from '../../src/ops/slots.js';
import type { TraceOp } from '../../src/trace/index.js';
import { documentOf, parsed } from '../trace/helpers.js';

const LAST_PAGE = 2 ** 52 - 1;

/** Operations as written, and the numbers a to f (those left out are 0) and the list. */
const TABLE: [op: TraceOp, numbers: number[], list?: number[]][] = [
  [{ op: '__pkvm_host_share_hyp', pfn: '0x40100' }, [0x40100]],
  [{ op: '__pkvm_host_share_hyp', pfn: '0x10000000040000' }, [0x40000]],
  [{ op: '__pkvm_host_unshare_hyp', pfn: 2 ** 53 - 1 }, [LAST_PAGE]],
  [{ op: '__pkvm_host_donate_hyp', pfn: 1, nr_pages: 2 }, [1, 2]],
  [{ op: '__pkvm_hyp_donate_host', pfn: '0x1', nr_pages: '0xffffffffffffffff' }, [1, LAST_PAGE]],
  [{ op: '__pkvm_host_share_ffa', pfn: 3, nr_pages: 0 }, [3, 0]],
  [{ op: '__pkvm_host_unshare_ffa', pfn: 3, nr_pages: '0x10000000000001' }, [3, 1]],
  [{ op: 'hyp_pin_shared_mem', from: '0x40100fff', to: '0x40101001' }, [0x40100, 0x40102]],
  [{ op: 'hyp_pin_shared_mem', from: 4096, to: 8192 }, [1, 2]],
  [{ op: 'hyp_unpin_shared_mem', from: 4095, to: '0xffffffffffffffff' }, [0, 0]],
  [{ op: 'hyp_unpin_shared_mem', from: '0x8000000000000000', to: 0 }, [2 ** 51, 0]],
  [{ op: 'handle_host_mem_abort', addr: '0x40151abc' }, [0x40151]],
  [
    {
      op: 'ffa_host_share_ranges',
      ranges: [
        { address: '0x41fff001', pg_cnt: 3 },
        { address: 4096, pg_cnt: '0xffffffff' },
      ],
    },
    [],
    [0x41fff, 3, 1, 0xffffffff],
  ],
  [{ op: 'ffa_host_unshare_ranges', ranges: [] }, [], []],
  [
    { op: '__pkvm_init_vm', host_kvm: '0x1000', nr_vcpus: 1, vm: '0x2000', pgd: '0x4000' },
    [1, 1, 2, 4],
  ],
  [
    { op: '__pkvm_init_vm', host_kvm: 0, nr_vcpus: '0x100000002', vm: '0x2001', pgd: 4096 },
    [0, 2, 2, 1, UNALIGNED_FIRST],
  ],
  [
    { op: '__pkvm_init_vm', host_kvm: '0x0', nr_vcpus: 2 ** 32, vm: 1, pgd: '0x1fff' },
    [0, 0, 0, 1, UNALIGNED_FIRST | UNALIGNED_SECOND],
  ],
  [
    { op: '__pkvm_init_vcpu', vm: 4096, host_vcpu: '0x3000', vcpu_idx: 1, vcpu: '0x5000' },
    [4096, 3, 1, 5, 0, 4],
  ],
  [
    { op: '__pkvm_init_vcpu', vm: '0x100001000', host_vcpu: '0x3001', vcpu_idx: 0, vcpu: '0x5800' },
    [4096, 3, 0, 5, UNALIGNED_FIRST, 5],
  ],
  [
    { op: '__pkvm_init_vcpu', vm: 1, host_vcpu: '0xfffffffffffff001', vcpu_idx: 0, vcpu: 0 },
    [1, LAST_PAGE, 0, 0, 0, 1],
  ],
  [{ op: '__pkvm_vcpu_load', vm: '0xffffffffffffffff', vcpu_idx: '0x1' }, [0xffffffff, 1]],
  [{ op: '__pkvm_vcpu_put' }, []],
  [{ op: '__pkvm_host_share_guest', pfn: 1, gfn: '0xfffffffffffff', prot: 7 }, [1, LAST_PAGE, 7]],
  [
    { op: '__pkvm_host_share_guest', pfn: 1, gfn: 2, prot: 8, memcache: ['0x10', 17] },
    [1, 2, 8],
    [16, 17],
  ],
  [{ op: '__pkvm_host_share_guest', pfn: 1, gfn: 2, prot: '0x8000000000000001' }, [1, 2, 8]],
  [{ op: '__pkvm_host_unshare_guest', vm: 4096, gfn: 5 }, [4096, 5]],
  [{ op: '__pkvm_host_wrprotect_guest', vm: 4096, gfn: 5 }, [4096, 5]],
  [{ op: '__pkvm_host_test_clear_young_guest', vm: 1, gfn: 5, mkold: true }, [1, 5, 1]],
  [{ op: '__pkvm_host_test_clear_young_guest', vm: 1, gfn: 5, mkold: false }, [1, 5, 0]],
  [{ op: '__pkvm_host_relax_perms_guest', gfn: 5, prot: '0x06' }, [5, 6]],
  [{ op: '__pkvm_host_relax_perms_guest', gfn: 5, prot: 'RWX' }, [5, 7]],
  [{ op: '__pkvm_host_relax_perms_guest', gfn: 5, prot: 'RX' }, [5, 5]],
  [{ op: '__pkvm_host_relax_perms_guest', gfn: 5, prot: 'W' }, [5, 2]],
  [{ op: '__pkvm_host_mkyoung_guest', gfn: 5 }, [5]],
  [{ op: '__pkvm_teardown_vm', vm: '0x1000' }, [4096]],
  [{ op: 'poke', pfn: 1, host_state: 'NOPAGE' }, [1, 4, -1, -1, -1]],
  [{ op: 'poke', pfn: 1, host_state: 'OWNED', hyp_state: 'SHARED_BORROWED' }, [1, 0, -1, -1, 2]],
  [
    { op: 'poke', pfn: 1, refcount: '0xffff', host_share_guest_count: 3, hyp_state: 'NOPAGE' },
    [1, -1, 65535, 3, 4],
  ],
];

describe('compileOp', () => {
  it.each(TABLE)('compiles %j', (op, numbers, list) => {
    const { ops } = parsed(documentOf([op]));
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = numbers;
    expect({ ...ops[0] }).toEqual({ code: OpCode[op.op], a, b, c, d, e, f, list: list ?? [] });
  });

  it('is tested for every kind of parameter', () => {
    const tested = new Set(TABLE.map(([op]) => op.op));
    const kindsOf = ({ parameters }: Operation) => parameters.map(({ kind }) => kind);
    const kinds = OPERATIONS.filter(({ name }) => tested.has(name)).flatMap(kindsOf);
    expect(new Set(kinds)).toEqual(new Set(Object.keys(KINDS)));
  });

  it('marks a trace that pokes as constructed, and only that', () => {
    const put = { op: '__pkvm_vcpu_put' };
    expect(parsed(documentOf([put])).constructed).toBe(false);
    expect(parsed(documentOf([put, { op: 'poke', pfn: 0, refcount: 1 }])).constructed).toBe(true);
  });
});

describe('compileExpect', () => {
  const share = { op: '__pkvm_host_share_hyp', pfn: 1 };
  const expected = (expect?: unknown) =>
    parsed(documentOf([expect === undefined ? share : { ...share, expect }])).expects[0];

  it.each<[number | string, number]>([
    ...Object.entries(ERRNO).map(([name, errno]): [string, number] => [`-${name}`, -errno]),
    ['WARN', PANIC_WARN],
    ['BUG', PANIC_BUG],
    ['FAULT', PANIC_FAULT],
    [0, 0],
    [4096, 4096],
    [-6, -6],
    [-(2 ** 31), -(2 ** 31)],
    [2 ** 31 - 1, 2 ** 31 - 1],
  ])('takes %j for %d', (written, outcome) => {
    expect(expected(written)).toBe(outcome);
  });

  it('is undefined where nothing is expected', () => {
    expect(expected()).toBeUndefined();
  });

  it('is a map where implementations differ', () => {
    const map = expected({ legacy: 'WARN', direct: 0, 'series-1': '-EBUSY' });
    expect(map).toEqual(
      new Map([
        ['legacy', PANIC_WARN],
        ['direct', 0],
        ['series-1', -16],
      ]),
    );
  });
});
