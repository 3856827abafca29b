// SPDX-License-Identifier: GPL-2.0-only
/** What the VMs of the real machine map, read from their stage 2 tables. */

import { stage2Perms } from '../../hyp/dump_tables.js';
import { PAGE_STATE_NAMES } from '../../hyp/page_state.js';
import type { Ram } from '../emulator/ram.js';
import { stateOfPte } from './hyp_page.js';
import type { GuestReader } from './ownership_reader.js';
import { addressOf, isValid, TableMirror } from './table_mirror.js';

const PAGE = 4096;

/** A VM's mappings: host page and how it is written, by guest frame. */
type Mappings = ReadonlyMap<number, { readonly pfn: number; readonly text: string }>;

interface Vm {
  readonly root: number;
  mappings: Mappings;
  now: Mappings;
}

export class GuestTables implements GuestReader {
  readonly #vms = new Map<number, Vm>();
  /** VMs that are gone since the last look. */
  readonly #gone: Mappings[] = [];

  constructor(
    private readonly ram: Ram,
    private readonly level: number,
    private readonly rootPages: number,
  ) {}

  /** A VM by its handle, with the first page of its root. */
  add(handle: number, pgd: number): void {
    this.#vms.set(handle, { root: pgd * PAGE, mappings: new Map(), now: new Map() });
  }

  remove(handle: number): void {
    const vm = this.#vms.get(handle);
    if (vm) this.#gone.push(vm.mappings);
    this.#vms.delete(handle);
  }

  clear(): void {
    this.#vms.clear();
    this.#gone.length = 0;
  }

  look(): readonly number[] {
    const pages: number[] = [];
    for (const mappings of this.#gone) for (const { pfn } of mappings.values()) pages.push(pfn);
    for (const [handle, vm] of this.#vms) {
      vm.now = this.#read(handle, vm.root);
      const frames = new Set([...vm.mappings.keys(), ...vm.now.keys()]);
      for (const frame of frames) {
        const before = vm.mappings.get(frame);
        const now = vm.now.get(frame);
        if (before?.text === now?.text && before?.pfn === now?.pfn) continue;
        if (before) pages.push(before.pfn);
        if (now) pages.push(now.pfn);
      }
    }
    return pages;
  }

  accept(): void {
    this.#gone.length = 0;
    for (const vm of this.#vms.values()) vm.mappings = vm.now;
  }

  mappings(pfn: number): readonly string[] {
    const texts: string[] = [];
    for (const mappings of [...this.#gone, ...[...this.#vms.values()].map((vm) => vm.mappings)]) {
      for (const mapping of mappings.values()) if (mapping.pfn === pfn) texts.push(mapping.text);
    }
    return texts.sort();
  }

  #read(handle: number, root: number): Mappings {
    const mappings = new Map<number, { pfn: number; text: string }>();
    const table = new TableMirror(this.ram, root, this.level, this.rootPages);
    table.forEachLeaf((input, pages, { pte }) => {
      if (!isValid(pte)) return;
      const state = PAGE_STATE_NAMES[stateOfPte(pte)] ?? 'UNKNOWN';
      const perms = stage2Perms(Number(pte & 0xffffffffn), Number(pte >> 32n));
      for (let page = 0; page < pages; page++) {
        const frame = input + page;
        const text = `0x${handle.toString(16)}:0x${frame.toString(16)} ${state} ${perms}`;
        mappings.set(frame, { pfn: addressOf(pte) / PAGE + page, text });
      }
    });
    return mappings;
  }
}
