// SPDX-License-Identifier: GPL-2.0-only
/**
 * A document from its bytes: the operations are read one by one, without a tree of them, and what
 * stands around them is left as a text. It says nothing of a document that may be wrong.
 */

import type { Op } from '../hyp/op.js';
import { afterBlanks, afterText, type Ended, OpScanner, UNSURE, ZEROS } from '../ops/index.js';
import type { Expected } from './trace.js';
import { ANY_OPERATION } from './validate.js';

/** Operations as the machine runs them, and what is expected of each. */
export interface ScannedOps {
  readonly ops: Op[];
  readonly expects: Expected[];
}

export interface ScannedDocument extends ScannedOps {
  /** The text of the document, with ANY_OPERATION alone for its operations. */
  readonly rest: string;
}

/** Reads an operation that the scanner is not sure of; undefined if it is none. */
export type ReadOther = (text: string) => { op: Op; expected: Expected } | undefined;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);
const ARRAY = 0x5b;
const ARRAY_END = 0x5d;
const OBJECT = 0x7b;
const BACKSLASH = 0x5c;

/** An operation with lists in it may be long; what is longer than this is read another way. */
const MOST_BYTES_OF_OTHER = 64 * 1024;

const STAND_IN = JSON.stringify([ANY_OPERATION]);

/**
 * The bytes as a scanner wants them: of their own, with zeros behind the last. `isOwn`: they are so
 * already.
 */
export function ended(bytes: Buffer, isOwn = false): Buffer {
  if (isOwn) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length + ZEROS);
  const own = Buffer.allocUnsafe(bytes.length + ZEROS);
  bytes.copy(own);
  own.fill(0, bytes.length);
  return own;
}

/** Reads documents. Keep it: making one takes a while. */
export class DocumentScanner {
  private readonly scanner = new OpScanner();
  /** Of the document at hand: they grow once, not with every document. */
  private readonly ops: Op[] = [];
  private readonly expects: Expected[] = [];
  private count = 0;

  constructor(private readonly readOther: ReadOther) {}

  /** The document, if it is one whose operations are all right; undefined: look at it another way. */
  scan(bytes: Ended & Buffer): ScannedDocument | undefined {
    const start = startOfOps(bytes);
    if (start < 0) return undefined;
    const end = this.scanList(bytes, start);
    if (end < 0 || !isOnlyList(bytes, end)) return undefined;
    const ops = this.ops.slice(0, this.count);
    const expects = this.expects.slice(0, this.count);
    const before = bytes.toString('utf8', 0, start);
    const behind = bytes.toString('utf8', end, bytes.length - ZEROS);
    return { ops, expects, rest: `${before}${STAND_IN}${behind}` };
  }

  /** Reads the list of operations that starts at `start`; the place after it, or UNSURE. */
  private scanList(bytes: Ended & Buffer, start: number): number {
    this.count = 0;
    if (bytes[start] !== ARRAY) return UNSURE;
    const { scanner } = this;
    scanner.look(bytes);
    let at = start;
    do {
      at = afterBlanks(bytes, at + 1);
      let end = scanner.read(at);
      if (end >= 0 && scanner.op !== undefined) {
        this.add(scanner.op, scanner.expected);
      } else {
        end = afterValue(bytes, at);
        if (end < 0 || end - at > MOST_BYTES_OF_OTHER) return UNSURE;
        const other = this.readOther(bytes.toString('utf8', at, end));
        if (other === undefined) return UNSURE;
        this.add(other.op, other.expected);
      }
      at = afterBlanks(bytes, end);
    } while (bytes[at] === COMMA);
    return bytes[at] === ARRAY_END ? at + 1 : UNSURE;
  }

  private add(op: Op, expected: Expected): void {
    this.ops[this.count] = op;
    this.expects[this.count] = expected;
    this.count++;
  }
}

/** Where the value of `ops` starts in an object, with nothing odd before it. */
function startOfOps(bytes: Ended): number {
  let at = afterBlanks(bytes, 0);
  if (bytes[at] !== OBJECT) return UNSURE;
  for (;;) {
    const member = memberAt(bytes, at + 1);
    if (member === undefined) return UNSURE;
    if (member.isOps) return member.value;
    const after = afterValue(bytes, member.value);
    if (after < 0) return UNSURE;
    at = afterBlanks(bytes, after);
    if (bytes[at] !== COMMA) return UNSURE;
  }
}

/** Whether no later member of the object is called `ops`. */
function isOnlyList(bytes: Ended, end: number): boolean {
  let at = afterBlanks(bytes, end);
  while (bytes[at] === COMMA) {
    const member = memberAt(bytes, at + 1);
    if (member === undefined || member.isOps) return false;
    const after = afterValue(bytes, member.value);
    if (after < 0) return false;
    at = afterBlanks(bytes, after);
  }
  return true;
}

interface Member {
  readonly isOps: boolean;
  /** Where its value starts. */
  readonly value: number;
}

/** A member of an object whose key has no escapes. */
function memberAt(bytes: Ended, start: number): Member | undefined {
  const quote = afterBlanks(bytes, start);
  if (bytes[quote] !== QUOTE) return undefined;
  const end = afterText(bytes, quote + 1);
  if (end < 0) return undefined;
  const colon = afterBlanks(bytes, end);
  if (bytes[colon] !== COLON) return undefined;
  return { isOps: isOpsKey(bytes, quote + 1, end - 1), value: afterBlanks(bytes, colon + 1) };
}

function isOpsKey(bytes: Ended, start: number, end: number): boolean {
  return end - start === 3 && String.fromCharCode(...bytes.subarray(start, end)) === 'ops';
}

/** The place after a value, if it is one: whoever needs to know parses it. */
function afterValue(bytes: Ended, start: number): number {
  let depth = 0;
  for (let at = start; bytes[at] !== 0; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = afterEscapedText(bytes, at + 1) - 1;
      if (at < 0) return UNSURE;
      if (depth === 0) return at + 1;
    } else if (OPENING.has(byte)) depth++;
    else if (depth === 0 && (byte === COMMA || byte <= 0x20 || CLOSING.has(byte))) {
      return at === start ? UNSURE : at;
    } else if (CLOSING.has(byte) && --depth === 0) return at + 1;
  }
  return UNSURE;
}

function afterEscapedText(bytes: Ended, start: number): number {
  for (let at = start; bytes[at] !== 0; at++) {
    if (bytes[at] === QUOTE) return at + 1;
    if (bytes[at] === BACKSLASH) at++;
  }
  return UNSURE;
}
