// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import {
  hashesOfName,
  isContents,
  nameOfWord,
  wordOfName,
} from '../../../src/explore/state/words.js';
import { Layout } from '../../../src/hyp/layout.js';
import { DEFAULT_MACHINE } from '../../../src/trace/index.js';

/** The contents of two pages and a vCPU, set aside in this order or the other way round. */
function layout(order: readonly number[]): Layout {
  const made = new Layout(DEFAULT_MACHINE);
  for (const page of order) made.reserveFrame(page);
  made.reserveVcpu(0, 0);
  return made;
}

describe('the name of a word', () => {
  const [one, other] = [layout([5, 9]), layout([9, 5])];

  it('of a page’s contents does not depend on which page was used first', () => {
    const [a, b] = [one, other].map((of) => of.frameOf(9) + 3);
    expect(a).not.toBe(b);
    expect(nameOfWord(one, a)).toEqual(nameOfWord(other, b));
    expect(isContents(nameOfWord(one, a))).toBe(true);
    expect(nameOfWord(one, a).slice(1)).toEqual([9, 3]);
  });

  it('leads back to the word', () => {
    const words = [7, one.refcount + 4, one.frameOf(5) + 1, one.reserveVcpu(0, 0) + 2];
    for (const word of words) expect(wordOfName(one, nameOfWord(one, word))).toBe(word);
    expect(isContents(nameOfWord(one, 7))).toBe(false);
  });

  it('is hashed with the side it is on', () => {
    const name = nameOfWord(one, 7);
    expect(hashesOfName(name, 0)).not.toEqual(hashesOfName(name, 1));
    expect(hashesOfName(name, 0)).not.toEqual(hashesOfName(nameOfWord(one, 8), 0));
  });
});
