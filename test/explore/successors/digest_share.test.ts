// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { addState } from '../../../src/explore/state/digest.js';
import { Sum64 } from '../../../src/explore/state/hash.js';
import { DigestShare } from '../../../src/explore/successors/digest_share.js';
import type { SymmetryTables } from '../../../src/explore/symmetry/representative.js';

const HASH_LO = [Int32Array.of(0, 10, 20), Int32Array.of(0, 30, 40)];
const HASH_HI = [Int32Array.of(0, 11, 21), Int32Array.of(0, 31, 41)];
const SAME = Int32Array.of(0, 1, 2);
const EXCHANGE: SymmetryTables = {
  order: 2,
  moved: Int32Array.of(0, 1),
  from: Int32Array.of(0, 1, 1, 0),
  maps: [SAME, SAME, SAME, SAME],
};

describe('the share of a state in the digest', () => {
  it('mixes its hash with the sum of the labels of its edges', () => {
    const digest = new Sum64();
    const share = new DigestShare(digest, undefined);
    expect(share.begin(Int32Array.of(1, 2))).toBe(1);
    share.addEdge(0, Int32Array.of(100, 200), Int32Array.of(300, 400));
    share.addEdge(1, Int32Array.of(100, 200), Int32Array.of(300, 400));
    share.end(Int32Array.of(1, 2), HASH_LO, HASH_HI);
    const expected = new Sum64();
    addState(expected, 10 ^ 40, 11 ^ 41, 300, 700);
    expect(digest).toEqual(expected);
  });

  it('of a representative counts for each of its renamings, with their own labels', () => {
    const digest = new Sum64();
    const share = new DigestShare(digest, EXCHANGE);
    const ids = Int32Array.of(1, 2);
    expect(share.begin(ids)).toBe(2);
    // The labels of one effect, for the identity and for the exchange.
    share.addEdge(0, Int32Array.of(100, 200), Int32Array.of(300, 400));
    share.end(ids, HASH_LO, HASH_HI);
    const expected = new Sum64();
    addState(expected, 10 ^ 40, 11 ^ 41, 100, 300);
    addState(expected, 20 ^ 30, 21 ^ 31, 200, 400);
    expect(digest).toEqual(expected);
  });

  it('of a state that is its own renaming counts once', () => {
    const share = new DigestShare(new Sum64(), EXCHANGE);
    expect(share.begin(Int32Array.of(2, 2))).toBe(1);
  });
});
