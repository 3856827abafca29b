// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { documentOf, messagesOf, problemsOf } from './helpers.js';

const SHARE = { op: '__pkvm_host_share_hyp', pfn: 1 };

describe('messages about operations', () => {
  it.each([
    [
      { op: '__pkvm_host_sahre_hyp', pfn: 1 },
      '/ops/0/op: unknown operation "__pkvm_host_sahre_hyp", did you mean "__pkvm_host_share_hyp"?',
    ],
    [{ op: 'reboot' }, '/ops/0/op: unknown operation "reboot"'],
    [{ op: 7 }, '/ops/0/op: "op" must be the name of an operation, not a number'],
    [{ pfn: 7 }, '/ops/0: missing "op", the name of the operation'],
    ['share', '/ops/0: must be an object, not a string'],
    [
      { op: '__pkvm_host_donate_hyp', pfn: 1 },
      '/ops/0: missing parameter `nr_pages` of `__pkvm_host_donate_hyp`',
    ],
    [
      { op: '__pkvm_host_donate_hyp', pfn: 1, nr_pages: 1, pages: 1 },
      '/ops/0/pages: unknown key "pages" of `__pkvm_host_donate_hyp`',
    ],
    [
      { ...SHARE, commnet: '' },
      '/ops/0/commnet: unknown key "commnet" of `__pkvm_host_share_hyp`, did you mean "comment"?',
    ],
    [{ ...SHARE, 'a/b~': 1 }, '/ops/0/a~1b~0: unknown key "a/b~" of `__pkvm_host_share_hyp`'],
    [{ ...SHARE, pfn: -1 }, '/ops/0/pfn: -1 is negative, so out of u64'],
    [{ ...SHARE, pfn: 0.5 }, '/ops/0/pfn: 0.5 is not an integer'],
    [
      { ...SHARE, pfn: 2 ** 53 },
      '/ops/0/pfn: 9007199254740992 is above 2^53 - 1, where a JSON number is not exact: write "0x20000000000000"',
    ],
    [{ ...SHARE, pfn: 2 ** 64 }, '/ops/0/pfn: 18446744073709552000 is out of u64'],
    [
      { ...SHARE, pfn: '0x11111111111111111' },
      '/ops/0/pfn: "0x11111111111111111" is out of u64 (at most 16 hex digits)',
    ],
    [
      { ...SHARE, pfn: '40100' },
      '/ops/0/pfn: "40100" is not a hex string: write 40100 without quotes if it is decimal, "0x40100" if it is hex',
    ],
    [
      { ...SHARE, pfn: '9007199254740993' },
      '/ops/0/pfn: "9007199254740993" is not a hex string: write "0x20000000000001" if it is decimal, "0x9007199254740993" if it is hex',
    ],
    [
      { ...SHARE, pfn: '0X40_100' },
      '/ops/0/pfn: "0X40_100" is not a hex string such as "0x40100", did you mean "0x40100"?',
    ],
    [
      { op: '__pkvm_host_relax_perms_guest', gfn: 0, prot: 'XWR' },
      '/ops/0/prot: "XWR" is not made of R, W and X in this order: "R", "RW", "RX", "RWX", ...',
    ],
    [{ ...SHARE, pfn: '0x' }, '/ops/0/pfn: "0x" is not a hex string such as "0x40100"'],
    [
      { ...SHARE, pfn: null },
      '/ops/0/pfn: must be an integer or a hex string such as "0x40100", not null',
    ],
    [
      { op: 'ffa_host_share_ranges', ranges: [{ address: 0, pg_cnt: 2 ** 32 }] },
      '/ops/0/ranges/0/pg_cnt: 4294967296 is out of u32 (0 to 4294967295)',
    ],
    [
      { op: 'ffa_host_share_ranges', ranges: [{ address: 0, pg_cnt: '0x100000000' }] },
      '/ops/0/ranges/0/pg_cnt: "0x100000000" is out of u32 (at most 8 hex digits)',
    ],
    [
      { op: '__pkvm_init_vm', host_kvm: '0x1001', nr_vcpus: 1, vm: 0, pgd: 0 },
      '/ops/0/host_kvm: "0x1001" is not page-aligned (a multiple of 4096)',
    ],
    [
      { op: '__pkvm_init_vm', host_kvm: 4097, nr_vcpus: 1, vm: 0, pgd: 0 },
      '/ops/0/host_kvm: 4097 is not page-aligned (a multiple of 4096)',
    ],
    [
      { op: '__pkvm_host_test_clear_young_guest', vm: 1, gfn: 1, mkold: 1 },
      '/ops/0/mkold: must be a boolean, not a number',
    ],
    [
      { op: 'poke', pfn: 1, expect: 0 },
      '/ops/0: `poke` needs at least one of `host_state`, `refcount`, `host_share_guest_count`, `hyp_state`',
    ],
    [
      { op: 'poke', pfn: 1, host_state: 'OWNDE' },
      '/ops/0/host_state: "OWNDE" is not one of OWNED, SHARED_OWNED, SHARED_BORROWED, NOPAGE, did you mean "OWNED"?',
    ],
    [{ op: 'poke', pfn: 1, refcount: 65536 }, '/ops/0/refcount: 65536 is out of u16 (0 to 65535)'],
    [
      { ...SHARE, expect: '-EPREM' },
      '/ops/0/expect: unknown outcome "-EPREM", did you mean "-EPERM"?',
    ],
    [
      { ...SHARE, expect: 'EPERM' },
      '/ops/0/expect: unknown outcome "EPERM", did you mean "-EPERM"?',
    ],
    [
      { ...SHARE, expect: 2 ** 31 },
      '/ops/0/expect: 2147483648 does not fit an int (-2147483648 to 2147483647)',
    ],
    [{ ...SHARE, expect: {} }, '/ops/0/expect: names no implementation'],
    [
      { ...SHARE, expect: [0] },
      '/ops/0/expect: must be an outcome, or an object from implementation to outcome, not an array',
    ],
    [
      { ...SHARE, expect: { legacy: false } },
      '/ops/0/expect/legacy: must be an outcome, not false',
    ],
    [
      { ...SHARE, expect: { 'Le gacy': 0 } },
      '/ops/0/expect/Le gacy: "Le gacy" is not the name of an implementation',
    ],
  ])('%j', (op, message) => {
    expect(messagesOf(documentOf([op]))).toEqual([message]);
  });
});

describe('messages about documents', () => {
  it.each([
    [[], ': must be an object, not an array'],
    [{ name: 'x', ops: [SHARE] }, ': missing `format`'],
    [{ format: 'pkvm-trace/1', ops: [SHARE] }, ': missing `name`'],
    [documentOf([]), '/ops: no operations'],
    [documentOf({}), '/ops: must be an array, not an object'],
    [documentOf([SHARE], { name: '' }), '/name: must not be empty'],
    [
      documentOf([SHARE], { format: 'pkvm-trace/2' }),
      '/format: format "pkvm-trace/2" is not known, only "pkvm-trace/1"',
    ],
    [
      documentOf([SHARE], { descripton: '' }),
      '/descripton: unknown key "descripton", did you mean "description"?',
    ],
    [
      documentOf([SHARE], { results: { legacy: [0] } }),
      '/results: unknown key "results": only a recording has it, and this is read as a trace',
    ],
    [documentOf([SHARE], { machine: { memory: [] } }), '/machine/memory: no memory regions'],
    [
      documentOf([SHARE], { machine: { memory: [{ base: '0x40000800', pages: 1 }] } }),
      '/machine/memory/0/base: "0x40000800" is not page-aligned (a multiple of 4096)',
    ],
  ])('%j', (document, message) => {
    expect(messagesOf(document)).toEqual([message]);
  });

  it('lists every problem of a document, in the order of the text', () => {
    const document = documentOf(
      [{ ...SHARE, pfn: -1 }, { op: 'reboot' }, { op: '__pkvm_host_donate_hyp', expect: 'EPERM' }],
      { nme: 1, machine: { hyp_carveout: { hpool_pages: 0 } } },
    );
    expect(messagesOf(document)).toEqual([
      '/nme: unknown key "nme", did you mean "name"?',
      '/machine/hyp_carveout/hpool_pages: `hpool_pages` must be at least 1',
      '/ops/0/pfn: -1 is negative, so out of u64',
      '/ops/1/op: unknown operation "reboot"',
      '/ops/2: missing parameter `pfn` of `__pkvm_host_donate_hyp`',
      '/ops/2: missing parameter `nr_pages` of `__pkvm_host_donate_hyp`',
      '/ops/2/expect: unknown outcome "EPERM", did you mean "-EPERM"?',
    ]);
  });

  it('has the right index in a trace of thousands of operations', () => {
    const ops: unknown[] = Array.from({ length: 3001 }, () => SHARE);
    ops[2500] = { ...SHARE, pfn: -1 };
    ops[3000] = { op: 'reboot' };
    expect(messagesOf(documentOf(ops))).toEqual([
      '/ops/2500/pfn: -1 is negative, so out of u64',
      '/ops/3000/op: unknown operation "reboot"',
    ]);
  });

  it('lists no more than a hundred, and says so', () => {
    const ops = Array.from({ length: 3001 }, () => ({ op: 'reboot' }));
    const messages = messagesOf(documentOf(ops));
    expect(messages).toHaveLength(101);
    expect(messages[100]).toBe('undefined: only 100 problems of this trace are listed');
  });
});

describe('a number that JSON cannot hold', () => {
  const withPfn = (pfn: string) =>
    problemsOf(`{"format": "pkvm-trace/1", "name": "a", "ops": [
  {"op": "__pkvm_host_share_hyp", "pfn": ${pfn}}]}`).map(
      ({ line, column, message }) => `${line}:${column}: ${message}`,
    );

  it('is shown as it was written, and how to write it', () => {
    expect(withPfn('18446744073709551615')).toEqual([
      '2:42: 18446744073709551615 is above 2^53 - 1, where a JSON number is not exact: write "0xffffffffffffffff"',
    ]);
    expect(withPfn('18446744073709551616')).toEqual(['2:42: 18446744073709551616 is out of u64']);
    expect(withPfn('9007199254740993')).toEqual([
      '2:42: 9007199254740993 is above 2^53 - 1, where a JSON number is not exact: write "0x20000000000001"',
    ]);
    expect(withPfn('1e300')).toEqual(['2:42: 1e300 is out of u64']);
    expect(withPfn('0.5')).toEqual(['2:42: 0.5 is not an integer']);
  });

  it('is a hex number without its quotes', () => {
    const told = '2:42: not JSON: a hex number is written in quotes, "0x40100"';
    expect(withPfn('0x40100')).toEqual([told]);
    expect(withPfn('0X40100')).toEqual([told]);
    expect(withPfn('0xzz')).toEqual([expect.not.stringContaining('quotes')]);
  });
});
