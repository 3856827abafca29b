// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import {
  FFA_RET_DENIED,
  isPanic,
  outcomeFromJson,
  outcomeText,
  PANIC_BUG,
  PANIC_FAULT,
  PANIC_WARN,
} from '../../src/hyp/outcome.js';

const ERRORS: [number, string][] = [
  [-1, '-EPERM'],
  [-2, '-ENOENT'],
  [-7, '-E2BIG'],
  [-11, '-EAGAIN'],
  [-12, '-ENOMEM'],
  [-14, '-EFAULT'],
  [-16, '-EBUSY'],
  [-22, '-EINVAL'],
  [-34, '-ERANGE'],
  [PANIC_WARN, 'WARN'],
  [PANIC_BUG, 'BUG'],
  [PANIC_FAULT, 'FAULT'],
];

describe('outcomeText', () => {
  it.each([
    ...ERRORS,
    [0, '0'],
    [1, '1'],
    [4095, '4095'],
    [0x1000, '0x1000'],
    [0x10fe, '0x10fe'],
    [FFA_RET_DENIED, '-6'],
    [-5, '-5'],
  ])('%i is %s', (outcome, text) => {
    expect(outcomeText(outcome)).toBe(text);
  });
});

describe('outcomeFromJson', () => {
  it.each(ERRORS)('gives %i for %s', (outcome, text) => {
    expect(outcomeFromJson(text)).toBe(outcome);
  });

  it('keeps numbers, and does not know other names', () => {
    expect(outcomeFromJson(-6)).toBe(-6);
    expect(outcomeFromJson('EPERM')).toBeUndefined();
    expect(outcomeFromJson('-ENOPE')).toBeUndefined();
    expect(outcomeFromJson('warn')).toBeUndefined();
  });
});

describe('isPanic', () => {
  it('tells the three panics from every int', () => {
    expect([PANIC_WARN, PANIC_BUG, PANIC_FAULT].map(isPanic)).toEqual([true, true, true]);
    expect([0, -1, 0x1000, 2 ** 31 - 1, -(2 ** 31)].some(isPanic)).toBe(false);
  });
});
