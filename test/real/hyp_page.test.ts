// SPDX-License-Identifier: GPL-2.0-only
/**
 * The bytes of the first two tests are those of `struct hyp_page` in Debian's 6.16.12 and 6.12.117 under
 * QEMU; those of the third are of a kernel between them, by hand.
 */
import { describe, expect, it } from 'vitest';
import {
  PKVM_NOPAGE,
  PKVM_PAGE_OWNED,
  PKVM_PAGE_SHARED_BORROWED,
  PKVM_PAGE_SHARED_OWNED,
} from '../../src/hyp/page_state.js';
import { stateFields, stateOfPte } from '../../src/real/machine/hyp_page.js';

const bytes = (hex: string) => Buffer.from(hex, 'hex');

describe('the states of a page', () => {
  it('are a nibble each in 6.16, of which hyp’s is complemented', () => {
    const { hostState, hypState } = stateFields({
      owned: bytes('0000000000000000'),
      sharedFfa: bytes('0000000100000000'),
      sharedHyp: bytes('0000001100000000'),
      donated: bytes('0000003300000000'),
    });
    expect(hostState).toEqual({
      offset: 3,
      mask: 0x0f,
      states: {
        0: PKVM_PAGE_OWNED,
        1: PKVM_PAGE_SHARED_OWNED,
        2: PKVM_PAGE_SHARED_BORROWED,
        3: PKVM_NOPAGE,
      },
    });
    expect(hypState).toEqual({
      offset: 3,
      mask: 0xf0,
      states: {
        0: PKVM_NOPAGE,
        0x10: PKVM_PAGE_SHARED_BORROWED,
        0x20: PKVM_PAGE_SHARED_OWNED,
        0x30: PKVM_PAGE_OWNED,
      },
    });
  });

  it('are in the page tables of a kernel whose struct hyp_page does not change', () => {
    const same = bytes('00000000');
    const seen = { owned: same, sharedFfa: same, sharedHyp: same, donated: same };
    expect(stateFields(seen)).toEqual({ hostState: undefined, hypState: undefined });
  });

  it('can be the host’s alone there, in a byte of its own', () => {
    const { hostState, hypState } = stateFields({
      owned: bytes('0000000000000000'),
      sharedFfa: bytes('0000000100000000'),
      sharedHyp: bytes('0000000100000000'),
      donated: bytes('0000000400000000'),
    });
    expect(hostState?.states).toEqual({
      0: PKVM_PAGE_OWNED,
      1: PKVM_PAGE_SHARED_OWNED,
      2: PKVM_PAGE_SHARED_BORROWED,
      4: PKVM_NOPAGE,
    });
    expect(hypState).toBeUndefined();
  });
});

describe('the state in an entry', () => {
  it('is its bits 55 and 56', () => {
    // As 6.12 has them for a page that is the host's, shared, and borrowed by hyp.
    expect(stateOfPte(0x441007ffn)).toBe(PKVM_PAGE_OWNED);
    expect(stateOfPte(0x800000441007ffn)).toBe(PKVM_PAGE_SHARED_OWNED);
    expect(stateOfPte(0x140000044100743n)).toBe(PKVM_PAGE_SHARED_BORROWED);
  });
});
