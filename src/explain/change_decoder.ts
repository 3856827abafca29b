// SPDX-License-Identifier: GPL-2.0-only
/** Words written by one function, as changes of page states, mappings, counts and lists. */

import {
  describeEntry,
  guestStageName,
  indexTables,
  type TablePlace,
} from '../compare/decode_tables.js';
import type { Column } from '../compare/divergence.js';
import { pagesText } from '../compare/page_runs.js';
import {
  HANDLE_OFFSET,
  HOST_S2_POOL,
  HPOOL,
  type Layout,
  LOADED_VCPU,
  VCPU_MC_HEAD,
  VM_CREATED_VCPUS,
  VM_HOST_KVM,
  VM_NR_VCPUS,
  VM_PAGE,
  VM_PGD,
  VM_POOL,
  VM_TABLE,
  VM_WORDS,
} from '../hyp/layout.js';
import type { Machine } from '../hyp/machine.js';
import { PAGE_STATE_NAMES } from '../hyp/page_state.js';
import { granulePages, kvm_pte_table, kvm_pte_to_phys } from '../hyp/pte.js';
import type { ChangeNode } from './trace_tree.js';
import { hex, slotOfWord } from './values.js';

/** A word that was written; `zeroed` as part of clearing whole pages. */
export interface WordChange {
  readonly word: number;
  readonly before: number;
  readonly after: number;
  readonly zeroed: boolean;
}

interface PageRun {
  readonly column: Column;
  readonly before: string;
  readonly after: string;
  readonly note: string;
  readonly start: number;
  end: number;
}

/** Names of the fields of a VM's record that are told apart. */
const VM_FIELDS: Readonly<Record<number, string>> = {
  [VM_PAGE]: 'state page',
  [VM_PGD]: 'PGD page',
  [VM_HOST_KVM]: 'host_kvm page',
  [VM_CREATED_VCPUS]: 'announced vCPUs',
  [VM_NR_VCPUS]: 'vCPUs',
};

export class ChangeDecoder {
  private readonly places = new Map<number, TablePlace>();
  private out: ChangeNode[] = [];
  private run: PageRun | undefined;

  constructor(private readonly machine: Machine) {
    this.rescan();
  }

  /** Looks again where every table stands, after changes nobody decoded. */
  rescan(): void {
    this.places.clear();
    indexTables(this.machine, this.places);
  }

  /** Whether a word is half of a descriptor of some table. */
  isPte(word: number): boolean {
    const { layout } = this.machine;
    if (word < layout.fixedWords) return false;
    const page = layout.framePageOfWord(word);
    return page >= 0 && this.places.has(page);
  }

  /** Decodes words in the order they were written. */
  decode(changes: readonly WordChange[]): ChangeNode[] {
    this.out = [];
    const links = new Links();
    let cleared = 0;
    for (let i = 0; i < changes.length; i++) {
      const change = changes[i];
      if (change.zeroed) cleared++;
      else if (this.isLink(change.word)) links.add(change.word, this.machine.layout);
      else if (change.word >= this.machine.layout.fixedWords) i = this.contents(changes, i);
      else this.fixed(change);
    }
    this.finishRun();
    if (links.count > 0) this.add('free_list', links.name, `${links.count} words`, 'changed');
    if (cleared > 0) this.add('contents', 'page contents', `${cleared} words`, 'zeroed');
    return this.out;
  }

  /** Does the word link free pages, or pages of a memcache? */
  private isLink(word: number): boolean {
    const { layout } = this.machine;
    if (word >= layout.node && word < layout.fixedWords) return true;
    if (word >= HPOOL && word < VM_TABLE) return true;
    return word >= VM_TABLE && word < layout.refcount && (word - VM_TABLE) % VM_WORDS >= VM_POOL;
  }

  private fixed({ word, before, after }: WordChange): void {
    const { layout } = this.machine;
    if (word < layout.refcount) this.globalWord(word, before, after);
    else if (word < layout.order) this.page('refcount', word - layout.refcount, before, after);
    else if (word < layout.hostState) this.page('order', word - layout.order, before, after);
    else if (word < layout.shareCount) {
      this.page('host_state', word - layout.hostState, before, after, stateName);
    } else {
      this.page('host_share_guest_count', word - layout.shareCount, before, after);
    }
  }

  private page(
    column: Column,
    page: number,
    before: number,
    after: number,
    text: (value: number) => string = unsigned,
  ): void {
    const pfn = this.machine.layout.pfnOf(page);
    const place = this.places.get(page);
    const note = place ? ` (${place.name} level ${place.level} table)` : '';
    const { run } = this;
    const [from, to] = [text(before), text(after)];
    if (
      run &&
      run.end === pfn &&
      run.column === column &&
      run.before === from &&
      run.after === to &&
      run.note === note
    ) {
      run.end++;
      return;
    }
    this.finishRun();
    this.run = { column, before: from, after: to, note, start: pfn, end: pfn + 1 };
  }

  private finishRun(): void {
    const { run } = this;
    this.run = undefined;
    if (!run) return;
    const label = LABELS[run.column] ?? run.column;
    const subject = `${pagesText(run.start, run.end)}${run.note} ${label}`;
    this.add(run.column, subject, run.before, run.after);
  }

  /** A word of a page's contents, with the other half of its descriptor if that comes next. */
  private contents(changes: readonly WordChange[], i: number): number {
    const { layout } = this.machine;
    const { word, before, after } = changes[i];
    const page = layout.framePageOfWord(word);
    const place = page < 0 ? undefined : this.places.get(page);
    if (!place) {
      this.outside(word, before, after);
      return i;
    }
    const base = layout.frameOf(page);
    const ptep = word & ~1;
    const next = changes[i + 1];
    const pair = word === ptep && next !== undefined && next.word === ptep + 1;
    const { words } = this.machine.state;
    const old = pair || word === ptep ? before : words[ptep];
    const oldHigh = pair ? next.before : word === ptep ? words[ptep + 1] : before;
    const low = word === ptep ? after : words[ptep];
    const high = pair ? next.after : word === ptep ? words[ptep + 1] : after;
    const input = place.input + ((ptep - base) >> 1) * granulePages(place.level);
    const pages = granulePages(place.level);
    this.add(
      place.stage,
      `${place.name} ${pagesText(input, input + pages)}`,
      describeEntry(place, input, old, oldHigh).text,
      describeEntry(place, input, low, high).text,
    );
    if (kvm_pte_table(low, place.level)) this.newTable(place, input, low, high);
    return pair ? i + 1 : i;
  }

  private newTable(parent: TablePlace, input: number, lo: number, hi: number): void {
    const page = this.machine.layout.pageIndex(kvm_pte_to_phys(lo, hi));
    const { stage, name, level } = parent;
    if (page >= 0) this.places.set(page, { stage, name, level: level + 1, input });
  }

  private outside(word: number, before: number, after: number): void {
    const { layout } = this.machine;
    const vcpu = layout.vcpuOfWord(word);
    if (!vcpu) {
      const page = layout.framePageOfWord(word);
      const where = page < 0 ? `word ${word}` : `page ${hex(layout.pfnOf(page))}`;
      this.add('contents', `contents of ${where}`, String(before), String(after));
      return;
    }
    const [slot, idx, field] = vcpu;
    const column = field >= VCPU_MC_HEAD ? 'memcache' : 'vcpu';
    const what = `VM ${hex(HANDLE_OFFSET + slot)} vCPU ${idx} word ${field}`;
    this.add(column, what, hex(before), hex(after));
  }

  private globalWord(word: number, before: number, after: number): void {
    if (word === LOADED_VCPU) {
      this.add('vcpu', 'loaded vCPU', this.vcpuText(before), this.vcpuText(after));
      return;
    }
    if (word < VM_TABLE) {
      this.add('contents', `global word ${word}`, String(before), String(after));
      return;
    }
    const slot = slotOfWord(word);
    const field = (word - VM_TABLE) % VM_WORDS;
    if (field === VM_PGD && after !== 0) this.newPgd(slot, after - 1);
    const isPage = field === VM_PAGE || field === VM_PGD || field === VM_HOST_KVM;
    const text = isPage ? pfnPlusOne : unsigned;
    const subject = `VM ${hex(HANDLE_OFFSET + slot)} ${VM_FIELDS[field]}`;
    this.add('vm', subject, text(before), text(after));
  }

  private newPgd(slot: number, pfn: number): void {
    const page = this.machine.layout.pageIndex(pfn);
    const span = 512 * granulePages(1);
    for (let i = 0; i < 2; i++) {
      this.places.set(page + i, {
        stage: 'guest_s2',
        name: guestStageName(slot),
        level: 1,
        input: i * span,
      });
    }
  }

  private vcpuText(word: number): string {
    const vcpu = word === 0 ? undefined : this.machine.layout.vcpuOfWord(word);
    return vcpu ? `VM ${hex(HANDLE_OFFSET + vcpu[0])} vCPU ${vcpu[1]}` : 'none';
  }

  private add(column: Column, subject: string, before: string, after: string): void {
    if (this.run) this.finishRun();
    this.out.push({ kind: 'change', column, subject, before, after });
  }
}

/** Words of lists, told as one: which pool's, and how many. */
class Links {
  count = 0;
  private pool = '';

  add(word: number, layout: Layout): void {
    this.count++;
    if (word >= layout.refcount || this.pool !== '') return;
    if (word < HOST_S2_POOL) this.pool = 'hpool';
    else if (word < VM_TABLE) this.pool = 'host_s2_pool';
    else this.pool = `VM ${hex(HANDLE_OFFSET + slotOfWord(word))} pool`;
  }

  get name(): string {
    return this.pool === '' ? 'page links' : `${this.pool} free lists`;
  }
}

const LABELS: Partial<Record<Column, string>> = { host_state: 'host' };

function stateName(value: number): string {
  return PAGE_STATE_NAMES[value] ?? String(value);
}

function unsigned(value: number): string {
  return String(value >>> 0);
}

function pfnPlusOne(value: number): string {
  return value === 0 ? 'none' : hex(value - 1);
}
