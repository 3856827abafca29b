// SPDX-License-Identifier: GPL-2.0-only
/**
 * Many calls in one go: our own code at EL2 makes them, and after each compares every page that one
 * of them names. What it cannot see, a page that none names, shows when the batch has ended.
 */

import type { PageOwnership } from '../../side/side.js';
import { type OwnershipReader, sameOwnership } from '../machine/ownership_reader.js';
import { CALL, CONTROL, LIST, LOGGED, WATCHED } from './batch_code.js';
import type { Ending } from './cpu.js';
import type { Kernel } from './kernel.js';

/** A call of a function of the hypervisor. */
export interface Call {
  /** Hyp virtual address. */
  readonly pc: bigint;
  /** At most six. */
  readonly args: readonly bigint[];
  /** Pages of memory that it names. */
  readonly pages: readonly number[];
}

/** What a batch came to. */
export interface BatchRun {
  /** The calls that returned: x0 of each, and the pages that it changed. */
  readonly steps: readonly {
    readonly x0: bigint;
    readonly pages: ReadonlyMap<number, PageOwnership>;
  }[];
  /** How the call after them ended, where it did not return, and the pages that it changed. */
  readonly ended:
    | { readonly ending: Ending; readonly pages: ReadonlyMap<number, PageOwnership> }
    | undefined;
}

/** Bytes of the data pages, by what they hold. */
const CALLS_AT = 4096;
const LISTS_AT = CALLS_AT + 256 * 1024;
const LOG_AT = LISTS_AT + 128 * 1024;
const LOG_END = 900 * 1024;
/** Behind the log lies what single calls read: bytes from the start of our data. */
export const CALL_DATA_AT = LOG_END;

export const MOST_CALLS = (LISTS_AT - CALLS_AT) / CALL.BYTES;
/** Most pages that are watched: a page takes three words, at most a list each. */
export const MOST_WATCHED = 384;
/** Room for what the last call may have changed. */
const SLACK = (3 * MOST_WATCHED + 1) * LOGGED.BYTES;

const TOP_SHIFT = 39;
const BITS_OF_LEVEL = 9;
const ENTRIES = 512;

/** A page that is watched: what was last seen of it. */
interface WatchedPage {
  readonly pfn: number;
  host: bigint;
  hyp: bigint;
  readonly entry: Buffer;
  is: PageOwnership;
}

/** Takes over a new value of a watched word. */
type Update = (value: bigint) => WatchedPage;

export class Batch {
  readonly #updates = new Map<number, Update>();
  readonly #pages = new Map<number, WatchedPage>();

  constructor(
    private readonly kernel: Kernel,
    private readonly reader: OwnershipReader,
  ) {}

  /**
   * Makes calls until one does not return, or the log is full. Undefined when a page changed that none
   * of them names: they have to be made one by one.
   */
  async run(calls: readonly Call[]): Promise<BatchRun | undefined> {
    const { kernel } = this;
    const lists = this.#watch(calls);
    kernel.ram.write(kernel.data, this.#control(calls.length, lists.length));
    kernel.ram.write(kernel.data + CALLS_AT, written(calls));
    kernel.ram.write(kernel.data + LISTS_AT, lists);
    const ending = await kernel.callOwn(kernel.code.batch, this.#va(0));
    const steps = this.#steps();
    const last = new Map<number, PageOwnership>();
    for (const [pfn, is] of this.reader.changes()) {
      const page = this.#pages.get(pfn);
      if (!page) return undefined;
      if (!sameOwnership(page.is, is)) last.set(pfn, is);
      page.is = is;
    }
    for (const { pfn, is } of this.#pages.values()) {
      if (!sameOwnership(is, this.reader.of(pfn))) return undefined;
    }
    if (ending.kind !== 'returned') return { steps, ended: { ending, pages: last } };
    return last.size > 0 || steps.length === 0 ? undefined : { steps, ended: undefined };
  }

  /** Hyp virtual address of our data. */
  #va(offset: number): bigint {
    return this.kernel.addresses.hypVa(this.kernel.data + offset);
  }

  #control(calls: number, listBytes: number): Buffer {
    const control = Buffer.alloc(CONTROL.BYTES);
    const put = (offset: number, value: bigint) => {
      control.writeBigUInt64LE(BigInt.asUintN(64, value), offset);
    };
    put(CONTROL.calls, this.#va(CALLS_AT));
    put(CONTROL.callsEnd, this.#va(CALLS_AT + calls * CALL.BYTES));
    put(CONTROL.lists, this.#va(LISTS_AT));
    put(CONTROL.listsEnd, this.#va(LISTS_AT + listBytes));
    put(CONTROL.log, this.#va(LOG_AT));
    put(CONTROL.logEnd, this.#va(LOG_END - SLACK));
    put(CONTROL.physvirt, this.kernel.addresses.hypPa(0n));
    return control;
  }

  /** The lists of what is watched, as they are written; every word with its value now. */
  #watch(calls: readonly Call[]): Buffer {
    const { reader } = this;
    const named = new Set(calls.flatMap(({ pages }) => pages));
    for (const pfn of [...named].sort((a, b) => a - b)) {
      const entry = reader.entry(pfn);
      if (!entry) continue;
      const host = reader.tables.host.leaf(pfn).pte;
      const hyp = reader.tables.hyp.leaf(reader.hypPage(pfn)).pte;
      this.#pages.set(pfn, { pfn, host, hyp, entry: Buffer.from(entry), is: reader.of(pfn) });
    }
    const parts: Buffer[] = [];
    let bytes = 0;
    const add = (part: Buffer) => {
      parts.push(part);
      bytes += part.length;
    };
    const pages = [...this.#pages.values()];
    const { hostRoot, hostLevel, hypRoot } = this.kernel.machine;
    const tables = [
      {
        root: hostRoot,
        shift: TOP_SHIFT - BITS_OF_LEVEL * hostLevel,
        inputOf: ({ pfn }: WatchedPage) => pfn,
        seen: ({ host }: WatchedPage) => host,
        update: (page: WatchedPage, value: bigint) => {
          page.host = value;
        },
      },
      {
        root: hypRoot,
        shift: TOP_SHIFT,
        inputOf: ({ pfn }: WatchedPage) => reader.hypPage(pfn),
        seen: ({ hyp }: WatchedPage) => hyp,
        update: (page: WatchedPage, value: bigint) => {
          page.hyp = value;
        },
      },
    ];
    for (const { root, shift, inputOf, seen, update } of tables) {
      for (const [block, inside] of groups(pages, (page) => Math.floor(inputOf(page) / ENTRIES))) {
        const base = this.kernel.addresses.hypVa(root);
        add(head(base, shift, BigInt(block * ENTRIES) << 12n, inside.length));
        for (const page of inside) {
          this.#updates.set(LISTS_AT + bytes, (value) => {
            update(page, value);
            return page;
          });
          add(words(8 * (inputOf(page) % ENTRIES), seen(page)));
        }
      }
    }
    this.#watchEntries(pages, add, () => LISTS_AT + bytes);
    return Buffer.concat(parts);
  }

  /** The words of `struct hyp_page`: one of a page, or one that two pages share. */
  #watchEntries(
    pages: readonly WatchedPage[],
    add: (part: Buffer) => void,
    at: () => number,
  ): void {
    const { size } = this.reader.layout;
    add(head(this.kernel.machine.vmemmap, 0, 0n, pages.length * Math.ceil(size / 8)));
    for (const page of pages) {
      for (let part = 0; part < size; part += 8) {
        const first = page.pfn * size + part;
        const inWord = first % 8;
        const bytes = Math.min(8, size);
        const word = Buffer.alloc(8);
        this.#vmemmapWord(page, first - inWord).copy(word);
        this.#updates.set(at(), (value) => {
          word.writeBigUInt64LE(value);
          word.copy(page.entry, part, inWord, inWord + bytes);
          return page;
        });
        add(words(first - inWord, word.readBigUInt64LE(0)));
      }
    }
  }

  /** The eight bytes of the vmemmap that a part of a page's entry lies in. */
  #vmemmapWord({ pfn, entry }: WatchedPage, offset: number): Buffer {
    const { size } = this.reader.layout;
    if (size >= 8) return entry.subarray(offset - pfn * size, offset - pfn * size + 8);
    const first = offset / size;
    const neighbours = Array.from({ length: 8 / size }, (_, i) => {
      const address = this.reader.entryAddress(first + i);
      return address === undefined ? Buffer.alloc(size) : this.kernel.ram.read(address, size);
    });
    return Buffer.concat(neighbours);
  }

  /** What the log says, call by call. */
  #steps(): BatchRun['steps'] {
    const { kernel } = this;
    const control = kernel.ram.read(kernel.data, CONTROL.BYTES);
    const offsetOf = (field: number) => Number(control.readBigUInt64LE(field) - this.#va(0));
    const count = (offsetOf(CONTROL.calls) - CALLS_AT) / CALL.BYTES;
    const calls = kernel.ram.read(kernel.data + CALLS_AT, count * CALL.BYTES);
    const log = kernel.ram.read(kernel.data + LOG_AT, offsetOf(CONTROL.log) - LOG_AT);
    const steps: { x0: bigint; pages: Map<number, PageOwnership> }[] = [];
    const lists = this.#va(0);
    const changed = new Set<WatchedPage>();
    for (let at = 0; at < log.length; at += LOGGED.BYTES) {
      const watched = log.readBigUInt64LE(at + LOGGED.watched);
      if (watched !== 0n) {
        const update = this.#updates.get(Number(watched - lists));
        if (!update) throw new Error('the log of a batch names no word that is watched');
        changed.add(update(log.readBigUInt64LE(at + LOGGED.value)));
        continue;
      }
      const pages = new Map<number, PageOwnership>();
      for (const page of changed) {
        const is = this.reader.decoded(page.pfn, page.entry, page.host, page.hyp);
        if (!sameOwnership(page.is, is)) pages.set(page.pfn, is);
        page.is = is;
      }
      changed.clear();
      steps.push({
        x0: calls.readBigUInt64LE(steps.length * CALL.BYTES + CALL.result),
        pages,
      });
    }
    return steps;
  }
}

function written(calls: readonly Call[]): Buffer {
  const bytes = Buffer.alloc(calls.length * CALL.BYTES);
  calls.forEach(({ pc, args }, index) => {
    const at = index * CALL.BYTES;
    bytes.writeBigUInt64LE(pc, at + CALL.pc);
    args.forEach((value, position) => {
      bytes.writeBigUInt64LE(BigInt.asUintN(64, value), at + CALL.args + 8 * position);
    });
  });
  return bytes;
}

function head(base: bigint, shift: number, input: bigint, count: number): Buffer {
  const bytes = Buffer.alloc(LIST.BYTES);
  bytes.writeBigUInt64LE(base, LIST.base);
  bytes.writeBigUInt64LE(BigInt(shift), LIST.shift);
  bytes.writeBigUInt64LE(input, LIST.input);
  bytes.writeBigUInt64LE(BigInt(count), LIST.count);
  return bytes;
}

function words(offset: number, seen: bigint): Buffer {
  const bytes = Buffer.alloc(WATCHED.BYTES);
  bytes.writeBigUInt64LE(BigInt(offset), WATCHED.offset);
  bytes.writeBigUInt64LE(seen, WATCHED.seen);
  return bytes;
}

function groups<T>(items: readonly T[], key: (item: T) => number): Map<number, T[]> {
  const found = new Map<number, T[]>();
  for (const item of items) {
    const group = found.get(key(item));
    if (group) group.push(item);
    else found.set(key(item), [item]);
  }
  return found;
}
