// SPDX-License-Identifier: GPL-2.0-only
/**
 * Chunks of bytes into lines, in bounded memory: a line over the limit is never held, only counted.
 */

const NEWLINE = 10;

/** A line without its newline. `bytes` is undefined when the line was over the limit. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** Only valid until the next chunk is pushed. */
  readonly bytes: Buffer | undefined;
}

/** Splits a stream of chunks. Push each chunk and use up what that yields, then call `end`. */
export class LineSplitter {
  private number = 1;
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  private isTooLong = false;

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
      this.pending = [];
      this.pendingBytes = 0;
    } else if (rest.length > 0) {
      this.pending.push(Buffer.from(rest));
      this.pendingBytes += rest.length;
    }
  }

  private finish(tail: Buffer): Line {
    const isTooLong = this.isTooLong || this.pendingBytes + tail.length > this.limit;
    const whole = this.pending.length === 0 ? tail : Buffer.concat([...this.pending, tail]);
    const line = { number: this.number, bytes: isTooLong ? undefined : whole };
    this.number++;
    this.pending = [];
    this.pendingBytes = 0;
    this.isTooLong = false;
    return line;
  }
}
