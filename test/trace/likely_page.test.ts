// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { expectsRefusal, likelyAddresses } from '../../src/trace/index.js';
import { documentOf, parsed } from './helpers.js';

const found = (ops: object[], rest?: object) =>
  likelyAddresses(parsed(documentOf(ops, rest))).map(({ opIndex, written, page }) => [
    opIndex,
    written.toString(16),
    page.toString(16),
  ]);

describe('an address where a page number belongs', () => {
  it('is found, in a memcache too, with the page that it is in', () => {
    expect(
      found([
        { op: '__pkvm_host_share_hyp', pfn: '0x40100' },
        { op: '__pkvm_host_share_hyp', pfn: '0x40100fff' },
        {
          op: '__pkvm_host_share_guest',
          pfn: '0x40100',
          gfn: '0x40100000',
          prot: 7,
          memcache: ['0x40200', '0x40201000'],
        },
      ]),
    ).toEqual([
      [1, '40100fff', '40100'],
      [2, '40201000', '40201'],
    ]);
  });

  it('is not found in an address, in a page that is in memory, nor in one that is nowhere', () => {
    const ops = [
      { op: 'handle_host_mem_abort', addr: '0x40100000' },
      { op: '__pkvm_host_share_hyp', pfn: '0x99999999' },
      { op: '__pkvm_host_share_hyp', pfn: 3 },
      { op: 'ffa_host_share_ranges', ranges: [{ address: '0x40100000', pg_cnt: 1 }] },
    ];
    expect(found(ops)).toEqual([]);
  });

  it('is meant where the trace expects that it is refused', () => {
    const share = { op: '__pkvm_host_share_hyp', pfn: '0x40100000' };
    expect(found([{ ...share, expect: '-EINVAL' }])).toEqual([]);
    expect(found([{ ...share, expect: { legacy: 'FAULT', direct: '-EPERM' } }])).toEqual([]);
    expect(found([{ ...share, expect: { legacy: 'FAULT', direct: 0 } }])).toHaveLength(1);
    expect(found([{ ...share, expect: 0 }])).toHaveLength(1);
  });
});

it('nothing expected is no refusal expected', () => {
  expect(expectsRefusal(undefined)).toBe(false);
  expect(expectsRefusal(4096)).toBe(false);
});
