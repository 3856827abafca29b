// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { didYouMean, editDistance, suggest } from '../../src/input/suggest.js';

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['pfn', 'pfn', 0],
    ['pfm', 'pfn', 1],
    ['pf', 'pfn', 1],
    ['pfnn', 'pfn', 1],
    ['sahre', 'share', 1],
    ['kitten', 'sitting', 3],
  ])('of %j and %j is %d', (from, to, distance) => {
    expect(editDistance(from, to)).toBe(distance);
    expect(editDistance(to, from)).toBe(distance);
  });
});

describe('suggest', () => {
  const known = ['pfn', 'gfn', 'nr_pages', 'comment'];

  it('finds the nearest known word', () => {
    expect(suggest('nr_page', known)).toBe('nr_pages');
    expect(suggest('NR_PAGES', known)).toBe('nr_pages');
    expect(didYouMean('fpn', known)).toBe(', did you mean "pfn"?');
  });

  it('finds nothing when no word is near', () => {
    expect(suggest('machine', known)).toBeUndefined();
    expect(suggest('n'.repeat(10_000), known)).toBeUndefined();
    expect(didYouMean('machine', known)).toBe('');
  });
});
