// SPDX-License-Identifier: GPL-2.0-only
/** Requests and answers of the compiled machine, as 32-bit words (c/driver/main.c). */

import type { MachineConfig, Op } from '../hyp/op.js';
import { numberAt, SLOTS } from '../ops/index.js';

export const BOOT = 1;
export const RUN = 2;

/** Flags of RUN. */
export const UNDO = 1;
export const READS = 2;
/** With UNDO: how many bytes of all memory are not as before comes last. */
export const CHECK = 4;

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

/** A request being written, the number of its words in front. */
export class Request {
  words = new Uint32Array(1 << 12);
  length = 1;

  begin(kind: number): void {
    this.length = 1;
    this.put(kind);
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
    this.put(op.code);
    for (let slot = 0; slot < SLOTS.length; slot++) this.putLong(numberAt(op, slot));
    this.put(op.list.length);
    for (const item of op.list) this.putLong(item);
  }

  /** Everything written so far, with its length in front. */
  bytes(): Uint8Array {
    this.words[0] = this.length - 1;
    return new Uint8Array(this.words.buffer, 0, this.length * 4);
  }
}
