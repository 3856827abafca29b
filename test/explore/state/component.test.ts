// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { Component } from '../../../src/explore/state/component.js';

/** Words 10, 11, ... that are 0 in the first state; `facets`: of which kind each is. */
function component(facets: readonly number[]): Component {
  const made = new Component('of a test');
  facets.forEach((facet, n) => {
    made.addWord(10 + n, 0, facet, 0, [100 + n, 200 + n]);
  });
  return made;
}

describe('a component', () => {
  it('names the values of the first state 0, and others by new ids, each once', () => {
    const made = component([0, 0]);
    expect(made.internValues([0, 0])).toBe(0);
    expect(made.internValues([1, 0])).toBe(1);
    expect(made.internValues([0, 1])).toBe(2);
    expect(made.internValues([1, 0])).toBe(1);
    expect(made.size).toBe(3);
    expect(made.valuesOf(2)).toEqual([0, 1]);
    expect(made.value(1, 0)).toBe(1);
  });

  it('tells many combinations apart', () => {
    const made = component([0, 0, 0]);
    const ids = new Set<number>();
    for (let n = 0; n < 1000; n++) ids.add(made.internValues([n % 10, n % 100, n]));
    expect(ids.size).toBe(1000);
    expect(made.valuesOf(made.internValues([7, 17, 317]))).toEqual([7, 17, 317]);
  });

  it('changes some values of an id', () => {
    const made = component([0, 0]);
    const before = made.internValues([3, 4]);
    made.edit(before);
    made.change(1, 5);
    expect(made.valuesOf(made.intern())).toEqual([3, 5]);
    expect(made.valuesOf(before)).toEqual([3, 4]);
  });

  it('gives a word that joins late the value it had so far in every id', () => {
    const made = component([0]);
    made.internValues([1]);
    for (let n = 0; n < 20; n++) made.addWord(50 + n, 0, 0, n, [n, n]);
    expect(made.valuesOf(1)).toEqual([1, ...Array.from({ length: 20 }, (_, n) => n)]);
  });

  it('has a hash of 0 for the first state, which adds up from what differs', () => {
    const made = component([0, 0]);
    const [a, b, both] = [
      [1, 0],
      [0, 1],
      [1, 1],
    ].map((values) => made.internValues(values));
    expect(made.hashLo[0]).toBe(0);
    expect(made.hashLo[a]).not.toBe(0);
    expect(made.hashLo[both]).toBe(made.hashLo[a] ^ made.hashLo[b]);
    expect(made.hashHi[both]).toBe(made.hashHi[a] ^ made.hashHi[b]);
  });

  it('says of each id what it has in the words of a facet', () => {
    const made = component([0, 1]);
    const [one, two, three] = [
      [1, 0],
      [1, 9],
      [2, 9],
    ].map((values) => made.internValues(values));
    const facets = (facet: number) => [0, one, two, three].map((id) => made.facetOf[facet][id]);
    expect(facets(0)).toEqual([0, 1, 1, 2]);
    expect(facets(1)).toEqual([0, 0, 1, 1]);
  });

  it('writes into two machines what two ids have different', () => {
    const made = component([0, 0]);
    const id = made.internValues([7, 0]);
    const [first, second] = [new Int32Array(16), new Int32Array(16)];
    first[11] = second[11] = 99;
    made.write(0, id, first, second, false);
    expect([first[10], second[10], first[11], second[11]]).toEqual([7, 7, 99, 99]);
  });
});
