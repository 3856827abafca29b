// SPDX-License-Identifier: GPL-2.0-only
/**
 * Requests and answers of the compiled machine, as 32-bit words (c/driver/requests.c). All of them begin
 * with how many words follow.
 *
 * A run carries a batch: its flags, how many of the latest operations must stay so that they can be taken
 * back, how many operations, the words that the state is set to before the first (with EACH: before each),
 * and the operations. The answer is how many were run, how many of these stay in effect, and of each how it
 * ended, its value, what changed, and with READS what was read. A batch ends early with an operation that
 * does not return, or when it has become long; a batch that was sent AHEAD of the answer is then not run.
 */

import type { MachineConfig, Op } from '../hyp/op.js';
import { numberAt, SLOTS } from '../ops/index.js';

export const BOOT = 1;
export const RUN = 2;
export const REWIND = 3;

/** Flags of RUN. */
export const UNDO = 1;
export const READS = 2;
/** With UNDO: how many bytes of all memory are not as before comes last. */
export const CHECK = 4;
export const AHEAD = 8;
export const EACH = 16;

/** In an answer, the first word of an operation: how it ended, the locks that are held, UNREACHABLE. */
export const END_MASK = 0xff;
export const LOCKS_SHIFT = 8;
export const LOCKS_MASK = 0xff;
export const UNREACHABLE = 1 << 16;

/** How an operation ended (enum td_end). */
export const RETURNED = 0;
export const WARNED = 1;
export const BUGGED = 2;
export const FAULTED = 3;
export const STUCK = 4;
export const DIED = 5;
export const UNSUPPORTED = 6;

/** What a word belongs to: the upper half of a tag. */
export const PAGE = 0;
export const NODE = 1;
export const FRAME = 2;
export const GLOBAL = 3;
export const VCPU = 4;
export const RAW = 5;

const TWO_32 = 2 ** 32;
/** Bits of an operation's first word: how each argument is written, whether there is a list. */
const FIRST_ARGUMENT = 8;
const HAS_LIST = 1 << 20;

/** A request being written, the number of its words in front. */
export class Request {
  words = new Uint32Array(1 << 12);
  length = 1;
  private opsAt = 0;
  private wordsAt = 0;

  begin(kind: number): void {
    this.length = 1;
    this.put(kind);
  }

  /** A run without any operation yet. `keep`: how many of the latest operations can still be taken back. */
  beginRun(flags: number, keep: number): void {
    this.begin(RUN);
    this.put(flags);
    this.put(keep);
    this.opsAt = this.length;
    this.put(0);
  }

  /** Begins the words that a state is set to; `endWords()` says how many records there were. */
  beginWords(): void {
    this.wordsAt = this.length;
    this.put(0);
  }

  endWords(records: number): void {
    this.words[this.wordsAt] = records;
  }

  putNoWords(): void {
    this.put(0);
  }

  /** Operations of a run so far. */
  get ops(): number {
    return this.words[this.opsAt];
  }

  put(word: number): void {
    if (this.length === this.words.length) {
      const grown = new Uint32Array(2 * this.length);
      grown.set(this.words);
      this.words = grown;
    }
    this.words[this.length++] = word;
  }

  /** A number below 2^53 as two words; -1 is all ones. */
  putLong(value: number): void {
    this.put(value < 0 ? value : value % TWO_32);
    this.put(value < 0 ? -1 : Math.floor(value / TWO_32));
  }

  /** `limit`: milliseconds an operation may take. */
  putBoot(config: MachineConfig, nodeWords: number, limit: number): void {
    this.begin(BOOT);
    this.put(nodeWords);
    this.put(config.nvhe_el2_debug ? 1 : 0);
    this.put(limit);
    this.putLong(config.carveout.pfn);
    this.putLong(config.carveout.hpool_pages);
    this.putLong(config.carveout.host_s2_pages);
    this.put(config.memory.length);
    for (const { pfn, pages, nomap } of config.memory) {
      this.putLong(pfn);
      this.putLong(pages);
      this.put(nomap ? 1 : 0);
    }
  }

  putOp(op: Op): void {
    const { list } = op;
    const headAt = this.length;
    this.put(0);
    let head = op.code;
    for (let slot = 0; slot < SLOTS.length; slot++) {
      head |= this.putArgument(numberAt(op, slot), FIRST_ARGUMENT + 2 * slot);
    }
    if (list.length > 0) {
      head |= HAS_LIST;
      this.put(list.length);
      for (const item of list) this.putLong(item);
    }
    this.words[headAt] = head;
    this.words[this.opsAt]++;
  }

  /** Writes an argument as short as it can be; how, for the operation's first word. */
  private putArgument(value: number, shift: number): number {
    if (value === 0) return 0;
    if (value === -1) return 3 << shift;
    if (value > 0 && value < TWO_32) {
      this.put(value);
      return 1 << shift;
    }
    this.putLong(value);
    return 2 << shift;
  }

  /** Everything written so far, with its length in front. */
  bytes(): Uint8Array {
    this.words[0] = this.length - 1;
    return new Uint8Array(this.words.buffer, 0, this.length * 4);
  }
}
