// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { madeTrace, traceToJson } from '../../src/trace/index.js';
import { documentOf, messagesOf, parsed } from './helpers.js';

const SHARE = { op: '__pkvm_host_share_hyp', pfn: 0x40100 };
const withState = (expect_state: unknown) => documentOf([SHARE, { ...SHARE, expect_state }]);

describe('an expectation of state', () => {
  it('is compiled by page, and by implementation', () => {
    const { expectStates } = parsed(
      withState({
        '0x40100': { host: 'SHARED_OWNED', hyp: 'SHARED_BORROWED', refcount: '0x1' },
        '0x040101': { host_share_guest_count: 2, guests: [{ vm: 4096, gfn: '0x10' }] },
        direct: { '0x40102': { host: 'NOPAGE' } },
      }),
    );
    const left = { host: undefined, hyp: undefined, refcount: undefined, shares: undefined };
    expect(expectStates).toEqual([
      undefined,
      {
        all: [
          { ...left, pfn: 0x40100, host: 1, hyp: 2, refcount: 1, guests: undefined },
          { ...left, pfn: 0x40101, shares: 2, guests: [{ vm: 4096, gfn: 16 }] },
        ],
        byImplementation: new Map([
          ['direct', [{ ...left, pfn: 0x40102, host: 4, guests: undefined }]],
        ]),
      },
    ]);
  });

  it('costs nothing where there is none', () => {
    expect(parsed(documentOf([SHARE])).expectStates).toBeUndefined();
  });

  it('is written in one form: pages in order, then implementations', () => {
    const { machine, source } = parsed(
      withState({
        legacy: { '0x40103': { refcount: '0x0' } },
        direct: { '0x40103': { hyp: 'OWNED' } },
        '0x0000040101': { guests: [{ gfn: 3, vm: '0x1000' }], host: 'OWNED' },
        '0x040100': { host_share_guest_count: 0 },
      }),
    );
    const text = traceToJson(madeTrace({ name: 'a', machine, source, file: 'a.json' }));
    expect(text).toContain(
      '"expect_state": {"0x40100": {"host_share_guest_count": 0}, ' +
        '"0x40101": {"host": "OWNED", "guests": [{"vm": 4096, "gfn": "0x3"}]}, ' +
        '"direct": {"0x40103": {"hyp": "OWNED"}}, "legacy": {"0x40103": {"refcount": 0}}}',
    );
  });

  it.each<[string, unknown, string[]]>([
    [
      'a word that is no state',
      { '0x40100': { host: 'SHARED_OWNEDD' } },
      [
        '/ops/1/expect_state/0x40100/host: "SHARED_OWNEDD" is not one of OWNED, SHARED_OWNED, SHARED_BORROWED, NOPAGE, did you mean "SHARED_OWNED"?',
      ],
    ],
    [
      'a part that there is not',
      { '0x40100': { refcnt: 1 } },
      ['/ops/1/expect_state/0x40100/refcnt: unknown key "refcnt", did you mean "refcount"?'],
    ],
    ['nothing', {}, ['/ops/1/expect_state: names no page']],
    [
      'nothing of a page',
      { '0x40100': {} },
      [
        '/ops/1/expect_state/0x40100: expects nothing: it needs one of host, hyp, refcount, host_share_guest_count, guests',
      ],
    ],
    [
      'a page number without 0x',
      { 40100: { host: 'OWNED' } },
      [
        '/ops/1/expect_state/40100: "40100" is not a page number such as "0x40100", or the name of an implementation, did you mean "0x40100"?',
      ],
    ],
    [
      'no page of an implementation',
      { direct: { host: 'OWNED' } },
      ['/ops/1/expect_state/direct/host: "host" is not a page number such as "0x40100"'],
    ],
    [
      'a page that is in no memory',
      { '0x99999': { host: 'OWNED' }, direct: { '0x1': { refcount: 0 } } },
      [
        '/ops/1/expect_state/0x99999: page 0x99999 is in no memory region',
        '/ops/1/expect_state/direct/0x1: page 0x1 is in no memory region',
      ],
    ],
    [
      'a page twice',
      { '0x40100': { host: 'OWNED' }, '0x040100': { refcount: 0 } },
      ['/ops/1/expect_state/0x040100: page 0x40100 is named twice'],
    ],
    [
      'a number that does not fit',
      { '0x40100': { refcount: 65536, guests: [{ vm: 1 }] } },
      [
        '/ops/1/expect_state/0x40100/refcount: 65536 is out of u16 (0 to 65535)',
        '/ops/1/expect_state/0x40100/guests/0: missing `gfn`',
      ],
    ],
  ])('has a problem with %s', (_name, state, messages) => {
    expect(messagesOf(withState(state))).toEqual(messages);
  });
});
