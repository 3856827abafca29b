// SPDX-License-Identifier: GPL-2.0-only
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalCount,
  canonicalHex,
  offsetInPage,
  pageAfterAddress,
  pageNumber,
  pageOfAddress,
  type U64,
  unsignedInt,
} from '../../src/ops/numbers.js';

const PAGE_MASK = (1n << 52n) - 1n;

/** A u64 and a way to write it: padded or not, upper or lower case, or as an integer. */
const written = fc
  .tuple(
    fc.oneof(
      fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
      fc.bigInt({ min: 0n, max: (1n << 53n) - 1n }),
      fc.constantFrom(0n, 0xfffn, 0x1000n, (1n << 52n) - 1n, 1n << 52n, (1n << 64n) - 1n),
    ),
    fc.nat(16),
    fc.nat(2),
  )
  .map(([value, padding, style]): [bigint, U64] => {
    const digits = value.toString(16).padStart(padding, '0');
    if (style === 0 && value < 1n << 53n) return [value, Number(value)];
    return [value, `0x${style === 1 ? digits.toUpperCase() : digits}`];
  });

describe('numbers of a u64, however it is written', () => {
  it.each([
    ['pageNumber', pageNumber, (value: bigint) => value & PAGE_MASK],
    ['pageOfAddress', pageOfAddress, (value: bigint) => value >> 12n],
    ['offsetInPage', offsetInPage, (value: bigint) => value & 0xfffn],
    [
      'pageAfterAddress',
      pageAfterAddress,
      (value: bigint) => ((value + 0xfffn) >> 12n) & PAGE_MASK,
    ],
    ['unsignedInt', unsignedInt, (value: bigint) => value & 0xffffffffn],
  ] as const)('%s is exact', (_name, convert, expected) => {
    fc.assert(
      fc.property(written, ([value, text]) => {
        expect(BigInt(convert(text))).toBe(expected(value));
      }),
    );
  });

  it('has one canonical hex form', () => {
    fc.assert(
      fc.property(written, ([value, text]) => {
        expect(canonicalHex(text)).toBe(`0x${value.toString(16)}`);
      }),
    );
  });

  it('has one canonical form as a count: an integer up to 2^53 - 1, hex above', () => {
    fc.assert(
      fc.property(written, ([value, text]) => {
        const expected = value < 1n << 53n ? Number(value) : `0x${value.toString(16)}`;
        expect(canonicalCount(text)).toBe(expected);
      }),
    );
  });

  it('takes -0 for 0', () => {
    for (const convert of [pageNumber, pageOfAddress, unsignedInt]) {
      expect(Object.is(convert(-0), 0)).toBe(true);
    }
    expect(canonicalHex(-0)).toBe('0x0');
  });
});
