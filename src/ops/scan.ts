// SPDX-License-Identifier: GPL-2.0-only
/**
 * Operations straight from the bytes of a trace to what the machine runs, with nothing in between. It
 * takes what it is sure of; of the rest it says where it stands, and whoever asked holds it against
 * the schema. So it never has to say what is wrong with an operation.
 */

import type { Op } from '../hyp/op.js';
import { KeptOps } from './kept_ops.js';
import { BYTES_BEHIND, Names } from './names.js';
import type { U64 } from './numbers.js';
import { OUTCOME_BY_NAME } from './outcomes.js';
import { KEYS, type Scanned, scannedOp } from './scan.generated.js';
import { OPERATIONS } from './slots.js';

/** Bytes with zeros behind the last, which stand in no JSON: see `ended()`. */
export type Ended = Uint8Array;

/** How many zeros there are. */
export const ZEROS = BYTES_BEHIND;

/** Neither an operation that was understood nor, perhaps, one at all. */
export const UNSURE = -1;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPENED = 0x7b;
const CLOSED = 0x7d;
const LETTER_X = 0x78;

const OP_KEY = 0;
const EXPECT_KEY = 1;
const COMMENT_KEY = 2;

/** Digits of a hex number that a JavaScript number holds for sure. */
const EXACT_HEX = 13;
const MOST_HEX = 16;
/** Digits of a decimal number of which that is true. */
const EXACT_DIGITS = 15;
const INT_DIGITS = 10;
const INT_MIN = -(2 ** 31);
const INT_MAX = 2 ** 31 - 1;

const RIGHTS: readonly string[] = ['R', 'RW', 'RX', 'RWX', 'W', 'WX', 'X'];
/** Longer texts, with their quotes, are neither rights nor an outcome. */
const LONGEST_TEXT = 12;

const NO_DIGIT = 255;
const HEX_DIGIT = new Uint8Array(256).fill(NO_DIGIT);
for (let digit = 0; digit < 16; digit++) {
  const text = digit.toString(16);
  HEX_DIGIT[text.charCodeAt(0)] = digit;
  HEX_DIGIT[text.toUpperCase().charCodeAt(0)] = digit;
}

/** The place after white space. */
export function afterBlanks(bytes: Ended, start: number): number {
  let at = start;
  while (isBlank(bytes[at])) at++;
  return at;
}

function isBlank(byte: number): boolean {
  return byte <= 0x20 && (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09);
}

/** The place after a text without escapes whose first byte is at `start`; UNSURE: there is none. */
export function afterText(bytes: Ended, start: number): number {
  let at = start;
  while (bytes[at] !== QUOTE) {
    if (bytes[at] < 0x20 || bytes[at] === BACKSLASH) return UNSURE;
    at++;
  }
  return at + 1;
}

function textBetween(bytes: Ended, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]);
  return text;
}

/** Reads operations out of bytes. Keep it: making one takes a while. */
export class OpScanner {
  /** The operation that was read last, and what is expected of it. */
  op: Op | undefined;
  expected: number | undefined;

  private readonly values: Scanned[] = KEYS.map(() => 0);
  private numbers = 0;
  private rights = 0;
  private flags = 0;
  private bytes: Ended = new Uint8Array(ZEROS);
  private view = new DataView(this.bytes.buffer);
  private readonly kept = new KeptOps();
  private readonly keys = new Names(KEYS);
  private readonly operations = new Names(OPERATIONS.map(({ name }) => name));

  /** Says where `read()` reads. */
  look(bytes: Ended): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Reads the object that stands at `start`; the place after it, or UNSURE. */
  read(start: number): number {
    const { bytes, view, keys, operations } = this;
    if (bytes[start] !== OPENED) return UNSURE;
    this.numbers = 0;
    this.rights = 0;
    this.flags = 0;
    this.expected = undefined;
    let seen = 0;
    let code = UNSURE;
    let at = start;
    do {
      at = afterBlanks(bytes, at + 1);
      if (bytes[at] !== QUOTE) return UNSURE;
      const key = keys.find(view, at + 1);
      if (key < 0 || (seen & (1 << key)) !== 0) return UNSURE;
      seen |= 1 << key;
      at = afterBlanks(bytes, at + 1 + keys.lengths[key]);
      if (bytes[at] !== COLON) return UNSURE;
      at = afterBlanks(bytes, at + 1);
      if (key === OP_KEY) {
        if (bytes[at] !== QUOTE) return UNSURE;
        code = operations.find(view, at + 1);
        at = code < 0 ? UNSURE : at + 1 + operations.lengths[code];
      } else {
        at = key === EXPECT_KEY || key === COMMENT_KEY ? this.shared(key, at) : this.value(key, at);
      }
      if (at < 0) return UNSURE;
      at = afterBlanks(bytes, at);
    } while (bytes[at] === COMMA);
    if (bytes[at] !== CLOSED) return UNSURE;
    this.op = scannedOp(code, this.numbers, this.rights, this.flags, this.values, this.kept);
    return this.op === undefined ? UNSURE : at + 1;
  }

  private shared(key: number, start: number): number {
    const { bytes } = this;
    if (key === EXPECT_KEY) return this.outcome(start);
    return bytes[start] === QUOTE ? afterText(bytes, start + 1) : UNSURE;
  }

  /** Reads the value of a parameter; the place after it, or UNSURE. */
  private value(key: number, start: number): number {
    const { bytes } = this;
    const first = bytes[start];
    if (first === QUOTE) {
      if (bytes[start + 1] === ZERO && bytes[start + 2] === LETTER_X) {
        return this.hexNumber(key, start + 1);
      }
      const end = afterText(bytes, start + 1);
      if (end < 0 || end - start > LONGEST_TEXT) return UNSURE;
      const text = textBetween(bytes, start + 1, end - 1);
      if (!RIGHTS.includes(text)) return UNSURE;
      this.values[key] = text;
      this.rights |= 1 << key;
      return end;
    }
    if (first >= ZERO && first <= NINE) return this.decimal(key, start);
    const isTrue = isAt(bytes, start, 'true');
    if (!isTrue && !isAt(bytes, start, 'false')) return UNSURE;
    this.values[key] = isTrue;
    this.flags |= 1 << key;
    return start + (isTrue ? 4 : 5);
  }

  private hexNumber(key: number, start: number): number {
    const { bytes } = this;
    const first = start + 2;
    let at = first;
    let number = 0;
    for (; ; at++) {
      const digit = HEX_DIGIT[bytes[at]];
      if (digit === NO_DIGIT) break;
      number = number * 16 + digit;
    }
    const digits = at - first;
    if (bytes[at] !== QUOTE || digits === 0 || digits > MOST_HEX) return UNSURE;
    this.setNumber(key, digits > EXACT_HEX ? textBetween(bytes, start, at) : number);
    return at + 1;
  }

  private decimal(key: number, start: number): number {
    const end = afterDigits(this.bytes, start, EXACT_DIGITS);
    if (end >= 0) this.setNumber(key, numberBetween(this.bytes, start, end));
    return end;
  }

  private setNumber(key: number, number: U64): void {
    this.values[key] = number;
    this.numbers |= 1 << key;
  }

  /** Reads one outcome, for all implementations. */
  private outcome(start: number): number {
    const { bytes } = this;
    if (bytes[start] === QUOTE) {
      const end = afterText(bytes, start + 1);
      if (end < 0 || end - start > LONGEST_TEXT) return UNSURE;
      this.expected = OUTCOME_BY_NAME.get(textBetween(bytes, start + 1, end - 1));
      return this.expected === undefined ? UNSURE : end;
    }
    const isNegative = bytes[start] === MINUS;
    const first = isNegative ? start + 1 : start;
    const end = afterDigits(bytes, first, INT_DIGITS);
    if (end < 0) return UNSURE;
    const number = numberBetween(bytes, first, end);
    this.expected = isNegative ? 0 - number : number;
    return this.expected >= INT_MIN && this.expected <= INT_MAX ? end : UNSURE;
  }
}

function isAt(bytes: Ended, start: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (bytes[start + i] !== text.charCodeAt(i)) return false;
  }
  return true;
}

/** The place after an integer without sign, fraction or exponent, of so many digits at most. */
function afterDigits(bytes: Ended, start: number, most: number): number {
  let at = start;
  while (bytes[at] >= ZERO && bytes[at] <= NINE) at++;
  const digits = at - start;
  if (digits === 0 || digits > most || (digits > 1 && bytes[start] === ZERO)) return UNSURE;
  const next = bytes[at];
  return next === COMMA || next === CLOSED || next <= 0x20 ? at : UNSURE;
}

function numberBetween(bytes: Ended, start: number, end: number): number {
  let number = 0;
  for (let i = start; i < end; i++) number = number * 10 + (bytes[i] - ZERO);
  return number;
}
