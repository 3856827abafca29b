// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { KeyLayout, PRESENT } from '../../../src/explore/state/key.js';

function throughKey(layout: KeyLayout, ids: readonly number[]): number[] {
  const keys = new Int32Array(3 * layout.words);
  const found = new Int32Array(ids.length);
  layout.pack(Int32Array.from(ids), keys, layout.words);
  layout.unpack(keys, layout.words, found);
  return [...found];
}

describe('a key', () => {
  it('gives back the ids that went in', () => {
    const layout = KeyLayout.forSizes([3, 100, 5000, 2, 70_000]);
    expect(throughKey(layout, [2, 99, 4999, 1, 69_999])).toEqual([2, 99, 4999, 1, 69_999]);
    expect(throughKey(layout, [0, 0, 0, 0, 0])).toEqual([0, 0, 0, 0, 0]);
  });

  it('never begins with 0, which marks a free slot', () => {
    const layout = KeyLayout.forSizes([1, 1]);
    const key = new Int32Array(layout.words);
    layout.pack(new Int32Array(2), key, 0);
    expect(key[0]).toBe(PRESENT);
  });

  it('fits as long as no component has more ids than its field has room for', () => {
    const layout = KeyLayout.ofBits([2, 3]);
    expect(layout.fits([4, 8])).toBe(true);
    expect(layout.fits([5, 8])).toBe(false);
    expect(KeyLayout.forSizes([5, 8]).fits([5, 8])).toBe(true);
  });

  it('takes another word where one is full', () => {
    expect(KeyLayout.ofBits([16, 15]).words).toBe(1);
    expect(KeyLayout.ofBits([16, 16]).words).toBe(2);
    expect(KeyLayout.ofWords(3).words).toBe(4);
  });

  it('with room to grow has the same number of words', () => {
    const sizes = [10, 20, 30];
    const roomy = KeyLayout.roomy(sizes);
    expect(roomy.words).toBe(KeyLayout.forSizes(sizes).words);
    expect(roomy.fits([60, 120, 240])).toBe(true);
  });

  it('refuses more ids than a field can ever hold', () => {
    expect(() => KeyLayout.forSizes([2 ** 24])).toThrow(RangeError);
  });
});
