// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { count, number } from '../../src/report/number_words.js';

describe('numbers in words', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [1234567, '1,234,567'],
    [-1234, '-1,234'],
  ])('groups the digits of %d', (n, text) => {
    expect(number(n)).toBe(text);
  });

  it('counts things, one or more', () => {
    expect([count(1, 'trace'), count(12345, 'trace')]).toEqual(['1 trace', '12,345 traces']);
  });
});
