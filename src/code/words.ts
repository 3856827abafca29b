// SPDX-License-Identifier: GPL-2.0-only
/** Records of the compiled machine as words of the model's layout, and the other way round. */

import {
  type Layout,
  LOADED_VCPU,
  VCPU_WORDS,
  VM_NR_VCPUS,
  VM_TABLE,
  VM_WORDS,
} from '../hyp/layout.js';
import { isLink, isStruct } from '../hyp/page_words.js';
import type { HypState } from '../hyp/state.js';
import { FRAME, GLOBAL, NODE, PAGE, type Request, VCPU } from './protocol.js';

/** Words of a page's contents that a list node or a memcache link shares in C. */
const SHARED_WORDS = 4;
/** Added to the number of a node word: it is the link of a memcache. */
const LINK = 2;

export class CodeWords {
  private readonly columns: readonly number[];

  constructor(private readonly layout: Layout) {
    this.columns = [layout.refcount, layout.order, layout.hostState, layout.shareCount];
  }

  /** The word of a record; -1 for one the model does not have, or contents nobody wrote yet. */
  indexOf(tag: number, where: number): number {
    const { layout } = this;
    const sub = tag & 0xffff;
    switch (tag >> 16) {
      case PAGE:
        return this.columns[sub] + where;
      case NODE:
        return layout.node + 2 * where + sub;
      case FRAME: {
        const base = layout.frameOf(where);
        return base === 0 ? -1 : base + sub;
      }
      case GLOBAL:
        return sub;
      case VCPU:
        return layout.reserveVcpu(where >> 16, where & 0xffff) + sub;
      default:
        return -1;
    }
  }

  /** As `indexOf()`, with room made for what is written. */
  reserve(tag: number, where: number, value: number, state: HypState): number {
    if (tag >> 16 === FRAME && this.layout.frameOf(where) === 0) {
      if (value === 0) return -1;
      this.layout.reserveFrame(where);
    }
    const index = this.indexOf(tag, where);
    if (index >= state.words.length) state.ensure();
    return index;
  }

  /** The value of a record as the layout keeps it. */
  valueOf(tag: number, value: number): number {
    if (tag !== ((GLOBAL << 16) | LOADED_VCPU) || value === 0) return value;
    return this.layout.reserveVcpu(value >> 16, (value & 0xffff) - 1);
  }

  /**
   * Writes records that bring the process to `words` from `before`; how many. Only the words `among` can
   * differ, if that is given.
   */
  putDifferences(
    words: Int32Array,
    before: Int32Array,
    request: Request,
    among?: readonly number[],
  ): number {
    const { layout } = this;
    const end = among?.length ?? Math.min(layout.wordCount, words.length);
    const pages = new Set<number>();
    const vms = new Set<number>();
    const vcpus = new Set<number>();
    let count = 0;
    for (let n = 0; n < end; n++) {
      const i = among ? among[n] : n;
      if (words[i] === before[i]) continue;
      before[i] = words[i];
      if (i >= VM_TABLE && i < layout.refcount) {
        vms.add(Math.floor((i - VM_TABLE) / VM_WORDS));
        continue;
      }
      if (i >= layout.node && i < layout.fixedWords) {
        pages.add((i - layout.node) >> 1);
        continue;
      }
      const page = i < layout.fixedWords ? -1 : layout.framePageOfWord(i);
      if (page >= 0 && i - layout.frameOf(page) < SHARED_WORDS) pages.add(page);
      else if (page >= 0 || i < layout.fixedWords) {
        this.putWord(i, page, words[i], request);
        count++;
      } else {
        const vcpu = layout.vcpuOfWord(i);
        if (vcpu) vcpus.add((vcpu[0] << 16) | vcpu[1]);
      }
    }
    // The vCPUs of a VM that is made anew are made with it.
    for (const slot of vms) {
      const nr = words[VM_TABLE + slot * VM_WORDS + VM_NR_VCPUS];
      for (let idx = 0; idx < nr; idx++) vcpus.add((slot << 16) | idx);
      for (let n = 0; n < VM_WORDS; n++) {
        const index = VM_TABLE + slot * VM_WORDS + n;
        put(request, GLOBAL, index, 0, words[index]);
        count++;
      }
    }
    for (const where of [...vcpus].sort((a, b) => a - b)) {
      const first = layout.reserveVcpu(where >> 16, where & 0xffff);
      for (let n = 0; n < VCPU_WORDS; n++) {
        put(request, VCPU, n, where, first + n < words.length ? words[first + n] : 0);
        count++;
      }
    }
    for (const page of pages) count += this.putShared(page, words, request);
    return count;
  }

  private putWord(index: number, page: number, value: number, request: Request): void {
    const { layout, columns } = this;
    if (page >= 0) put(request, FRAME, index - layout.frameOf(page), page, value);
    else if (index < layout.refcount) this.putGlobal(index, value, request);
    else {
      const column = columns.findLastIndex((first) => index >= first);
      put(request, PAGE, column, index - columns[column], value);
    }
  }

  private putGlobal(index: number, value: number, request: Request): void {
    const vcpu = index === LOADED_VCPU && value !== 0 ? this.layout.vcpuOfWord(value) : undefined;
    put(request, GLOBAL, index, 0, vcpu ? (vcpu[0] << 16) | (vcpu[1] + 1) : value);
  }

  /** The first 16 bytes of a page: two things in the model, one in C. */
  private putShared(page: number, words: Int32Array, request: Request): number {
    const { layout } = this;
    const base = layout.frameOf(page);
    const node = layout.node + 2 * page;
    // A structure is set with its VM.
    if (isStruct(words[node])) return 0;
    for (let i = 0; i < 2; i++) {
      const word = words[node + i];
      if (isLink(word)) put(request, NODE, LINK + i, page, ~word);
      else put(request, NODE, i, page, isStruct(word) ? 0 : word);
    }
    for (let i = 0; i < SHARED_WORDS; i++) {
      const value = base === 0 || base + i >= words.length ? 0 : words[base + i];
      put(request, FRAME, i, page, value);
    }
    return 2 + SHARED_WORDS;
  }
}

function put(request: Request, kind: number, sub: number, where: number, value: number): void {
  request.put((kind << 16) | sub);
  request.put(where);
  request.put(value);
}
