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
    if (this.held.first === '{' && textOf(bytes).startsWith('{')) return false;
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
    const text = textOf(bytes);
    const first = text.charAt(0);
    if (!OPENING.includes(first) || CLOSING.includes(text.slice(-1))) {
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

/** A line byte by byte, without what is blank around it. */
function textOf(bytes: Buffer): string {
  return bytes.toString('latin1').replace(BYTE_ORDER_MARK, '').trim();
}

const BYTE_ORDER_MARK = /^\xef\xbb\xbf/;
