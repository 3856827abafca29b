// SPDX-License-Identifier: GPL-2.0-only
/** Mixing of 32-bit integers, for tables and digests. Nothing is believed because two mixes agree. */

/** A bijection of the 32-bit integers that spreads every bit (the finalizer of MurmurHash3). */
export function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Folds a value into a hash. */
export function fold(hash: number, value: number): number {
  return mix32(Math.imul(hash, 0x9e3779b1) + (value | 0));
}

/** Folds a text into a hash. */
export function foldText(hash: number, text: string): number {
  let h = hash;
  for (let i = 0; i < text.length; i++) h = fold(h, text.charCodeAt(i));
  return h;
}

/** A 64-bit sum, kept as two halves; the order of what is added does not matter. */
export class Sum64 {
  lo = 0;
  hi = 0;

  add(lo: number, hi: number): void {
    const sum = (this.lo >>> 0) + (lo >>> 0);
    this.lo = sum | 0;
    this.hi = (this.hi + hi + (sum > 0xffffffff ? 1 : 0)) | 0;
  }

  /** 16 hex digits. */
  toString(): string {
    return hex8(this.hi) + hex8(this.lo);
  }

  static parse(text: string): Sum64 {
    const sum = new Sum64();
    sum.hi = Number.parseInt(text.slice(0, 8), 16) | 0;
    sum.lo = Number.parseInt(text.slice(8), 16) | 0;
    return sum;
  }
}

export function hex8(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
