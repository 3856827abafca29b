// SPDX-License-Identifier: GPL-2.0-only
/** A document over several lines where each line is to be one: told once, not a line at a time. */

import type { Item } from './item.js';

const OPENING = '{[';
const CLOSING = '}]';

/** A line that opens a document and does not end it. */
interface Held {
  readonly line: number;
  readonly first: string;
  readonly items: readonly Item<never>[];
}

/** Watches the lines of a file for one that opens a document which the next line goes on with. */
export class OpenDocument {
  /** What is wrong with the file, once that is known; the rest of it need not be read. */
  problem: Item<never> | undefined;
  private held: Held | undefined;

  constructor(private readonly file: string) {}

  /** Whether this line goes on with the document of the line before: then `problem` says so. */
  isOverLines(bytes: Buffer): boolean {
    if (this.held === undefined) return false;
    if (this.held.first === '{' && endsOf(bytes)[0] === '{') return false;
    const message =
      'this document goes on over several lines: in a .jsonl file a line is a document; ' +
      'name the file .json, or write each document on one line (jq -c . does)';
    this.problem = {
      kind: 'problem',
      problem: { file: this.file, line: this.held.line, message },
    };
    return true;
  }

  /** The items of a line, but for those that the next line will tell more of. */
  *hold<T>(bytes: Buffer, line: number, items: Iterable<Item<T>>): Generator<Item<T>> {
    yield* this.end();
    const [first, last] = endsOf(bytes);
    if (!OPENING.includes(first) || CLOSING.includes(last)) {
      yield* items;
      return;
    }
    const kept: Item<never>[] = [];
    for (const item of items) {
      if (item.kind === 'trace') yield item;
      else kept.push(item);
    }
    this.held = { line, first, items: kept };
  }

  /** What was held back, as nothing goes on with it. */
  *end(): Generator<Item<never>> {
    if (this.held) yield* this.held.items;
    this.held = undefined;
  }
}

/** The first and the last byte of a line that are not blank, as characters; '' of a blank one. */
function endsOf(bytes: Buffer): [string, string] {
  let start = bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)
    ? BYTE_ORDER_MARK.length
    : 0;
  let end = bytes.length;
  while (start < end && isBlank(bytes[start])) start++;
  while (end > start && isBlank(bytes[end - 1])) end--;
  if (start === end) return ['', ''];
  return [String.fromCharCode(bytes[start]), String.fromCharCode(bytes[end - 1])];
}

/** What `trim()` takes away of a text of bytes. */
function isBlank(byte: number): boolean {
  return (byte >= 0x09 && byte <= 0x0d) || byte === 0x20 || byte === 0xa0;
}

const BYTE_ORDER_MARK = Buffer.from('\ufeff');
