// SPDX-License-Identifier: GPL-2.0-only
/**
 * From differing words back to pages, mappings, reference counts and lists. Works on the set of
 * words that differ, and only there does it look at whole tables.
 */

import { dumpMemcache } from '../hyp/dump.js';
import {
  HANDLE_OFFSET,
  HOST_S2_POOL,
  HPOOL,
  HYP_PGD,
  KVM_MAX_PVMS,
  LOADED_VCPU,
  POOL_FREE_AREA,
  POOL_MAX_ORDER,
  POOL_WORDS,
  VCPU_HOST_END,
  VCPU_HOST_FIRST,
  VCPU_INDEX,
  VCPU_PAGE,
  VCPU_VM,
  VM_CREATED_VCPUS,
  VM_HOST_KVM,
  VM_NR_VCPUS,
  VM_PAGE,
  VM_PGD,
  VM_POOL,
  VM_TABLE,
  VM_WORDS,
  vmRecord,
} from '../hyp/layout.js';
import { lockNames } from '../hyp/locks.js';
import type { Machine } from '../hyp/machine.js';
import { PAGE_STATE_NAMES } from '../hyp/page_state.js';
import { TableIndex } from './decode_tables.js';
import type { Column, Difference } from './divergence.js';
import { liveVms } from './ownership.js';
import { PageRuns } from './page_runs.js';

/** Decodes the words in which two machines differ, given in ascending order. */
export function decodeDifferences(
  first: Machine,
  second: Machine,
  words: Int32Array,
): Difference[] {
  return new Decoder(first, second).decode(words);
}

/** The columns of a list of differences, each once, sorted. */
export function columnsOf(differences: readonly Difference[]): Column[] {
  return [...new Set(differences.map((difference) => difference.column))].sort();
}

class Decoder {
  private readonly out: Difference[] = [];
  private readonly tables: TableIndex;
  private readonly runs = new PageRuns();
  /** Words of lists that differ: heads in pools and vCPUs, links in pages. */
  private readonly listWords: number[] = [];

  constructor(
    private readonly a: Machine,
    private readonly b: Machine,
  ) {
    this.tables = new TableIndex(a, b);
  }

  decode(words: Int32Array): Difference[] {
    for (const word of words) this.word(word);
    if (this.listWords.length > 0) this.lists();
    if (this.a.locks.held !== this.b.locks.held) {
      this.add('locks', 'locks held', lockNames(this.a.locks.held), lockNames(this.b.locks.held));
    }
    return [...this.runs.finish(), ...this.tables.finish(), ...this.out];
  }

  private word(word: number): void {
    const { layout } = this.a;
    if (word < layout.refcount) this.globalWord(word);
    else if (word < layout.order) this.column('refcount', word - layout.refcount, word, String);
    else if (word < layout.hostState) this.column('order', word - layout.order, word, String);
    else if (word < layout.shareCount) {
      this.column('host_state', word - layout.hostState, word, (v) => PAGE_STATE_NAMES[v]);
    } else if (word < layout.node) {
      this.column('host_share_guest_count', word - layout.shareCount, word, (v) => `${v >>> 0}`);
    } else if (word < layout.fixedWords) this.listWords.push(word);
    else this.tailWord(word);
  }

  private column(
    column: Column,
    page: number,
    word: number,
    text: (value: number) => string,
  ): void {
    const pfn = this.a.layout.pfnOf(page);
    const first = text(this.a.state.words[word]);
    const second = text(this.b.state.words[word]);
    this.runs.add(column, pfn, first, second, this.tables.tableNote(page));
  }

  private globalWord(word: number): void {
    if (word >= VM_TABLE) {
      this.vmWord(Math.floor((word - VM_TABLE) / VM_WORDS), (word - VM_TABLE) % VM_WORDS);
    } else if (word >= HPOOL) {
      this.listWords.push(word);
    } else if (word === LOADED_VCPU) {
      this.add('vcpu', 'loaded vCPU', this.loaded(this.a), this.loaded(this.b));
    } else {
      const stage = word === HYP_PGD ? 'hyp stage 1' : 'host stage 2';
      this.words(word === HYP_PGD ? 'hyp_s1' : 'host_s2', `${stage} PGD page`, word, pfnPlusOne);
    }
  }

  private vmWord(slot: number, field: number): void {
    const word = vmRecord(slot) + field;
    const vm = `VM ${hex(HANDLE_OFFSET + slot)}`;
    switch (field) {
      case VM_PAGE:
        return this.words('vm', `${vm} state page`, word, pfnPlusOne);
      case VM_PGD:
        return this.words('vm', `${vm} PGD page`, word, pfnPlusOne);
      case VM_HOST_KVM:
        return this.words('vm', `${vm} host_kvm page`, word, pfnPlusOne);
      case VM_CREATED_VCPUS:
        return this.words('vm', `${vm} announced vCPUs`, word, (v) => `${v >>> 0}`);
      case VM_NR_VCPUS:
        return this.words('vm', `${vm} vCPUs`, word, String);
      default:
        this.listWords.push(word);
    }
  }

  private tailWord(word: number): void {
    const page = this.a.layout.framePageOfWord(word);
    if (page >= 0) {
      this.tables.contentsWord(page, word);
      return;
    }
    const vcpu = this.a.layout.vcpuOfWord(word);
    if (!vcpu) return this.words('contents', `word ${word}`, word);
    const [slot, idx, field] = vcpu;
    const name = `VM ${hex(HANDLE_OFFSET + slot)} vCPU ${idx}`;
    const known = VCPU_FIELDS[field];
    if (known) this.words('vcpu', `${name} ${known[0]}`, word, known[1]);
    else this.listWords.push(word);
  }

  /** Every free list and every memcache that differs; if none does, the words one by one. */
  private lists(): void {
    const before = this.out.length;
    const pools: [string, number][] = [
      ['hpool', HPOOL],
      ['host_s2_pool', HOST_S2_POOL],
    ];
    for (let slot = 0; slot < KVM_MAX_PVMS; slot++) {
      pools.push([`VM ${hex(HANDLE_OFFSET + slot)} pool`, vmRecord(slot) + VM_POOL]);
    }
    for (const [name, pool] of pools) this.poolLists(name, pool);
    for (const slot of liveVms(this.a)) this.memcaches(slot);
    if (this.out.length > before) return;
    for (const word of this.listWords) this.listWord(word);
  }

  /** A word that no list shows: a link back, or one in a page that is in no list. */
  private listWord(word: number): void {
    const { layout } = this.a;
    if (word < layout.node) this.words('free_list', `word ${word}`, word);
    else if (word >= layout.fixedWords) this.words('memcache', `word ${word}`, word);
    else {
      const pfn = layout.pfnOf((word - layout.node) >> 1);
      this.words('contents', `link in page ${hex(pfn)}`, word);
    }
  }

  private memcaches(slot: number): void {
    const nrVcpus = this.a.state.words[vmRecord(slot) + VM_NR_VCPUS];
    for (let idx = 0; idx < nrVcpus; idx++) {
      const vcpu = this.a.layout.reserveVcpu(slot, idx);
      const first = memcacheText(this.a, vcpu);
      const second = memcacheText(this.b, vcpu);
      const name = `VM ${hex(HANDLE_OFFSET + slot)} vCPU ${idx}`;
      if (first !== second) this.add('memcache', `${name} memcache`, first, second);
    }
  }

  private poolLists(name: string, pool: number): void {
    for (let word = pool; word < pool + POOL_FREE_AREA; word++) {
      if (this.a.state.words[word] !== this.b.state.words[word]) {
        const field = ['range start', 'range end', 'max_order'][word - pool];
        this.words('free_list', `${name} ${field}`, word);
      }
    }
    const orders = Math.max(
      this.a.state.words[pool + POOL_MAX_ORDER],
      this.b.state.words[pool + POOL_MAX_ORDER],
    );
    for (let order = 0; order <= orders; order++) {
      const head = pool + POOL_FREE_AREA + 2 * order;
      if (head + 1 >= pool + POOL_WORDS) break;
      const first = freeList(this.a, head);
      const second = freeList(this.b, head);
      if (first !== second) this.add('free_list', `${name} free order ${order}`, first, second);
    }
  }

  private loaded(machine: Machine): string {
    const found = machine.layout.vcpuOfWord(machine.state.words[LOADED_VCPU]);
    return found ? `VM ${hex(HANDLE_OFFSET + found[0])} vCPU ${found[1]}` : 'none';
  }

  private words(
    column: Column,
    subject: string,
    word: number,
    text: (value: number) => string = String,
  ): void {
    this.add(column, subject, text(this.a.state.words[word]), text(this.b.state.words[word]));
  }

  private add(column: Column, subject: string, first: string, second: string): void {
    this.out.push({ column, subject, first, second });
  }
}

/** Name of each word of a vCPU record and text of its value; those of the memcache are left to lists. */
const VCPU_FIELDS: Readonly<Record<number, readonly [string, (value: number) => string]>> = {
  [VCPU_VM]: ['VM slot + 1', String],
  [VCPU_PAGE]: ['page', hex],
  [VCPU_HOST_FIRST]: ['host_vcpu page', hex],
  [VCPU_HOST_END]: ['page after host_vcpu', hex],
  [VCPU_INDEX]: ['index', String],
};

function memcacheText(machine: Machine, vcpu: number): string {
  const pages = dumpMemcache(machine, vcpu).map((pfn) => `0x${pfn}`);
  return pages.length === 0 ? 'empty' : pages.join(' ');
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

function pfnPlusOne(value: number): string {
  return value === 0 ? 'none' : hex(value - 1);
}

/** Most pages of a free list that are spelled out. */
const LIST_SHOWN = 8;

function freeList(machine: Machine, head: number): string {
  const { layout, state } = machine;
  const pages: string[] = [];
  let count = 0;
  let node = state.words[head];
  while (count < layout.nrPages && node >= layout.node && node < layout.fixedWords) {
    if (count++ < LIST_SHOWN) pages.push(hex(layout.pfnOf((node - layout.node) >> 1)));
    node = state.words[node];
  }
  const rest = count > LIST_SHOWN ? ` and ${count - LIST_SHOWN} more` : '';
  return count === 0 ? 'empty' : `${pages.join(' ')}${rest}`;
}
