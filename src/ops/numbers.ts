// SPDX-License-Identifier: GPL-2.0-only
/**
 * u64 numbers of the trace format (a JSON integer or a hex string of up to 16 digits, both already
 * validated) as the exact JavaScript numbers that operations are compiled to. No BigInt: a u64 is
 * taken apart at a hex digit.
 */

/** A JSON integer up to 2^53 - 1, or a hex string. */
export type U64 = number | string;

const PREFIX = 2;
const PAGE_DIGITS = 13;
const OFFSET_DIGITS = 3;
const PAGES = 2 ** 52;
const PAGE_SIZE = 4096;

/** The hex digits of text from `start` up to `end`, at most 13 of them, as a number. */
function hexDigits(text: string, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    value = value * 16 + (code < 58 ? code - 48 : (code | 32) - 87);
  }
  return value;
}

/** A page number or a count of pages, modulo 2^52. */
export function pageNumber(value: U64): number {
  if (typeof value === 'number') return value < PAGES ? value + 0 : value - PAGES;
  return hexDigits(value, Math.max(PREFIX, value.length - PAGE_DIGITS), value.length);
}

/** The page number of a byte address, rounded down. */
export function pageOfAddress(value: U64): number {
  if (typeof value === 'number') return Math.floor(value / PAGE_SIZE) + 0;
  const end = value.length - OFFSET_DIGITS;
  return hexDigits(value, PREFIX, end);
}

/** The offset of a byte address in its page, in bytes. */
export function offsetInPage(value: U64): number {
  if (typeof value === 'number') return value % PAGE_SIZE;
  return hexDigits(value, Math.max(PREFIX, value.length - OFFSET_DIGITS), value.length);
}

/** The page number of a byte address, rounded up, modulo 2^52. */
export function pageAfterAddress(value: U64): number {
  return wrapPage(pageOfAddress(value) + (offsetInPage(value) === 0 ? 0 : 1));
}

/** A page number up to 2^53 - 1, modulo 2^52. */
export function wrapPage(page: number): number {
  return page < PAGES ? page : page - PAGES;
}

/** The number modulo 2^32, as a C unsigned int takes it. */
export function unsignedInt(value: U64): number {
  if (typeof value === 'number') return value >>> 0;
  return hexDigits(value, Math.max(PREFIX, value.length - 8), value.length);
}

/** The number itself: exact up to 2^53 - 1, of the right magnitude above. */
export function approximate(value: U64): number {
  return Number(value) + 0;
}

/** The u64 as a hex string in its one canonical form: lower case, no leading zeros. */
export function canonicalHex(value: U64): string {
  if (typeof value === 'number') return `0x${(value + 0).toString(16)}`;
  const digits = value
    .slice(PREFIX)
    .toLowerCase()
    .replace(/^0+(?=.)/, '');
  return `0x${digits}`;
}

/** The u64 as a JSON integer where that is exact, else as a canonical hex string. */
export function canonicalCount(value: U64): U64 {
  if (typeof value === 'number') return value + 0;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : canonicalHex(value);
}

const RIGHTS = { X: 1, W: 2, R: 4 } as const;

/** Access rights as a number: `RWX` is 7. */
export function rightsNumber(value: U64): U64 {
  if (typeof value === 'number' || value.startsWith('0')) return value;
  let number = 0;
  for (const letter of value) number += RIGHTS[letter as keyof typeof RIGHTS];
  return number;
}
