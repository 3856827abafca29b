// SPDX-License-Identifier: GPL-2.0-only
/**
 * Chunks of bytes into lines, in bounded memory: a line over the limit is never held, only counted.
 */

const NEWLINE = 10;
const NO_BYTES = Buffer.alloc(0);

/** A line without its newline. `bytes` is undefined when the line was over the limit. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly bytes: Buffer | undefined;
  /**
   * The bytes are nobody else's, with ZEROS_BEHIND zeros after them. Otherwise they are good until the
   * next chunk is pushed.
   */
  readonly isOwn: boolean;
}

/** Zeros after bytes of their own, for whoever reads some at a time. */
export const ZEROS_BEHIND = 8;
const FIRST_ROOM = 256 * 1024;

/** Splits a stream of chunks. Push each chunk and use up what that yields, then call `end`. */
export class LineSplitter {
  private number = 1;
  /** What the chunks before had of the line that is not at its end. */
  private pending = NO_BYTES;
  private pendingBytes = 0;
  private isTooLong = false;
  /** Of the longest line so far: the next one often is about as long. */
  private room = FIRST_ROOM;

  /** @param limit the longest line in bytes, without its newline */
  constructor(private readonly limit: number) {}

  /** The lines that end in this chunk. */
  *push(chunk: Buffer): Generator<Line> {
    let start = 0;
    for (;;) {
      const newline = chunk.indexOf(NEWLINE, start);
      if (newline < 0) break;
      yield this.finish(chunk.subarray(start, newline));
      start = newline + 1;
    }
    this.keep(chunk.subarray(start));
  }

  /** The last line, if it has no newline. */
  *end(): Generator<Line> {
    if (this.pendingBytes > 0 || this.isTooLong) yield this.finish(Buffer.alloc(0));
  }

  private keep(rest: Buffer): void {
    this.isTooLong ||= this.pendingBytes + rest.length > this.limit;
    if (this.isTooLong) {
      this.pending = NO_BYTES;
      this.pendingBytes = 0;
    } else if (rest.length > 0) {
      this.append(rest);
    }
  }

  private append(bytes: Buffer): void {
    const need = this.pendingBytes + bytes.length + ZEROS_BEHIND;
    if (this.pending.length < need) {
      while (this.room < need) this.room *= 2;
      const roomier = Buffer.allocUnsafeSlow(this.room);
      this.pending.copy(roomier, 0, 0, this.pendingBytes);
      this.pending = roomier;
    }
    bytes.copy(this.pending, this.pendingBytes);
    this.pendingBytes += bytes.length;
  }

  private finish(tail: Buffer): Line {
    const isTooLong = this.isTooLong || this.pendingBytes + tail.length > this.limit;
    const isOwn = this.pendingBytes > 0;
    const bytes = isTooLong ? undefined : isOwn ? this.whole(tail) : tail;
    const line = { number: this.number, bytes, isOwn };
    this.number++;
    this.pending = NO_BYTES;
    this.pendingBytes = 0;
    this.isTooLong = false;
    return line;
  }

  private whole(tail: Buffer): Buffer {
    this.append(tail);
    const { pending, pendingBytes } = this;
    this.room = Math.max(FIRST_ROOM, pendingBytes + (pendingBytes >> 4));
    pending.fill(0, pendingBytes, pendingBytes + ZEROS_BEHIND);
    return pending.subarray(0, pendingBytes);
  }
}
