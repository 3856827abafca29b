// SPDX-License-Identifier: GPL-2.0-only
/**
 * Where a kernel keeps the state of a page, as found out by experiment: in `struct hyp_page`, or in
 * the software bits of its page tables.
 */

import {
  PKVM_NOPAGE,
  PKVM_PAGE_OWNED,
  PKVM_PAGE_SHARED_BORROWED,
  PKVM_PAGE_SHARED_OWNED,
} from '../../hyp/page_state.js';

/** A state in one byte of `struct hyp_page`: which bits, and what their values mean. */
export interface StateField {
  readonly offset: number;
  readonly mask: number;
  /** Page state by value of the masked byte. */
  readonly states: Readonly<Record<number, number>>;
}

/** `struct hyp_page` of a kernel, offsets in bytes. */
export interface HypPageLayout {
  readonly size: number;
  readonly refcount: number;
  /** Undefined where the state is in the page table entry. */
  readonly hostState: StateField | undefined;
  readonly hypState: StateField | undefined;
  /** The count of guest mappings; undefined where the kernel has none, or it was not found. */
  readonly shareCount: { readonly offset: number; readonly bytes: number } | undefined;
  /** Left shift of an owner in an invalid entry of the host's stage 2. */
  readonly ownerShift: number;
}

/** A state that no experiment has shown: reported as it is, so that it differs from every known one. */
export const UNKNOWN_STATE = 15;

/** Bits 55 and 56 of a valid entry. */
export function stateOfPte(pte: bigint): number {
  return [PKVM_PAGE_OWNED, PKVM_PAGE_SHARED_OWNED, PKVM_PAGE_SHARED_BORROWED, UNKNOWN_STATE][
    Number((pte >> 55n) & 3n)
  ];
}

/** The raw bytes of a page's `struct hyp_page` in the four situations that are brought about. */
export interface Sightings {
  /** Host OWNED, hyp NOPAGE. */
  readonly owned: Buffer;
  /** Host SHARED_OWNED, hyp NOPAGE: shared with FF-A. */
  readonly sharedFfa: Buffer;
  /** Host SHARED_OWNED, hyp SHARED_BORROWED. */
  readonly sharedHyp: Buffer;
  /** Host NOPAGE, hyp OWNED: donated. */
  readonly donated: Buffer;
}

/** The fields of the two states out of the bytes that were seen. */
export function stateFields(seen: Sightings): {
  readonly hostState: StateField | undefined;
  readonly hypState: StateField | undefined;
} {
  const hostBits = differing(seen.owned, seen.sharedFfa);
  const hypBits = differing(seen.sharedFfa, seen.sharedHyp);
  const eitherBits = differing(seen.owned, seen.donated);
  return {
    hostState: field(hostBits, hypBits, eitherBits, [
      [seen.owned, PKVM_PAGE_OWNED],
      [seen.sharedFfa, PKVM_PAGE_SHARED_OWNED],
      [seen.donated, PKVM_NOPAGE],
    ]),
    hypState: field(hypBits, hostBits, eitherBits, [
      [seen.owned, PKVM_NOPAGE],
      [seen.sharedHyp, PKVM_PAGE_SHARED_BORROWED],
      [seen.donated, PKVM_PAGE_OWNED],
    ]),
  };
}

/** Bits that differ, as offset and mask of each byte. */
function differing(a: Buffer, b: Buffer): Map<number, number> {
  const bits = new Map<number, number>();
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) bits.set(at, a[at] ^ b[at]);
  return bits;
}

function field(
  own: ReadonlyMap<number, number>,
  others: ReadonlyMap<number, number>,
  either: ReadonlyMap<number, number>,
  examples: readonly (readonly [Buffer, number])[],
): StateField | undefined {
  const [first] = own;
  if (!first) return undefined;
  const [offset, bits] = first;
  // A page's two states may share a byte, a nibble each: what the donation changed belongs to the
  // nibble in which this state was seen to change.
  const shared = others.get(offset) ?? 0;
  const nibbles = [0x0f, 0xf0].filter((nibble) => (nibble & bits) !== 0 && (nibble & shared) === 0);
  const isAlone = shared === 0 && ((either.get(offset) ?? 0) & ~bits & 0xff) === 0;
  const mask = isAlone && nibbles.length !== 1 ? 0xff : nibbles.reduce((sum, n) => sum | n, bits);
  const states: Record<number, number> = {};
  for (const [bytes, state] of examples) states[bytes[offset] & mask] = state;
  addFourth(states);
  return { offset, mask, states };
}

/**
 * Nothing that can be done to one page shows both SHARED_OWNED and SHARED_BORROWED of the same side. In
 * `enum pkvm_page_state` they are two neighbouring bits, SHARED_OWNED the lower one, and OWNED has
 * neither, so the one that was seen tells the other. A kernel that keeps a state complemented still
 * flips those bits.
 */
function addFourth(states: Record<number, number>): void {
  const valueOf = (state: number) => Object.keys(states).find((value) => states[+value] === state);
  const owned = valueOf(PKVM_PAGE_OWNED);
  const lower = valueOf(PKVM_PAGE_SHARED_OWNED);
  const upper = valueOf(PKVM_PAGE_SHARED_BORROWED);
  if (owned === undefined) return;
  if (lower !== undefined) {
    const value = +owned ^ ((+owned ^ +lower) << 1);
    states[value] ??= PKVM_PAGE_SHARED_BORROWED;
  } else if (upper !== undefined) {
    const value = +owned ^ ((+owned ^ +upper) >> 1);
    states[value] ??= PKVM_PAGE_SHARED_OWNED;
  }
}
