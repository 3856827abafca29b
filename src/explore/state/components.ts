// SPDX-License-Identifier: GPL-2.0-only
/**
 * All components of a world: which word belongs to which. The worker is a guess at what changes
 * together; a bad guess costs speed and never correctness.
 */

import {
  HOST_S2_POOL,
  HPOOL,
  type Layout,
  POOL_RANGE_END,
  POOL_RANGE_START,
  VM_TABLE,
  VM_WORDS,
} from '../../hyp/layout.js';
import type { Machine } from '../../hyp/machine.js';
import { PTRS_PER_PTE } from '../../hyp/numbers.js';
import { Component, FACETS } from './component.js';
import { hashesOfName, nameOfWord } from './words.js';
import { vmOfPage } from '../world/setup.js';
import type { World } from '../world/world.js';

/** Of each change: word, side, value before, value after. Each word is there once. */
export const CHANGE_FIELDS = 4;
/** Of each read: word, side. */
export const READ_FIELDS = 2;

/** Components that change, and their new ids. */
export interface Successor {
  readonly changed: readonly number[];
  readonly newIds: readonly number[];
}

export class Components {
  readonly list: Component[] = [];
  /** Grows whenever a word turns out to change that was taken for constant. */
  version = 0;

  /** Component of each word plus one, 0 for constants, by side. */
  private readonly owner: [Int32Array, Int32Array] = [new Int32Array(0), new Int32Array(0)];
  /** Place of each word in its component, by side. */
  private readonly place: [Int32Array, Int32Array] = [new Int32Array(0), new Int32Array(0)];
  private facet = new Uint8Array(0);
  private readonly layout: Layout;
  private readonly pageOf = new Map<number, number>();
  private readonly pageByIndex = new Map<number, number>();
  /** By VM and index in the table. */
  private readonly gfnByIndex: Map<number, number>[] = [];
  /** Components of the world's pages, and by VM those of its guest frames. */
  readonly pagesOf: number[] = [];
  readonly framesOf: number[][] = [];
  /** Page numbers of the world's pages. */
  readonly pfns: readonly number[];
  private readonly gfns: readonly number[];
  private readonly hyp: number;
  private readonly host: number;
  /** What is no VM's in particular, and then each VM. */
  private readonly guest: number;
  private readonly guests: number[] = [];

  constructor(
    world: World,
    private readonly machine: Machine,
  ) {
    this.layout = machine.layout;
    this.pfns = world.pages;
    this.gfns = world.gfns;
    world.pages.forEach((pfn) => {
      const component = this.make(`page 0x${pfn.toString(16)}`);
      this.pagesOf.push(component);
      const page = this.layout.pageIndex(pfn);
      if (page >= 0) this.pageOf.set(page, component);
      this.pageByIndex.set(pfn % PTRS_PER_PTE, component);
    });
    for (let vm = 0; vm < world.options.vms; vm++) {
      const frames = world.gfns.map((gfn) => {
        return [gfn % PTRS_PER_PTE, this.make(`VM ${vm} gfn 0x${gfn.toString(16)}`)] as const;
      });
      this.gfnByIndex.push(new Map(frames));
      this.framesOf.push(frames.map(([, component]) => component));
    }
    this.hyp = this.make('hyp tables');
    this.host = this.make('host tables');
    this.guest = this.make('VMs');
    for (let vm = 0; vm < world.options.vms; vm++) this.guests.push(this.make(`VM ${vm}`));
  }

  get count(): number {
    return this.list.length;
  }

  /** Components and their facets: all that a footprint can depend on. */
  get variables(): number {
    return this.list.length * (1 + FACETS);
  }

  /** Fills in the facets of a state behind its ids. */
  fillFacets(ids: Int32Array): void {
    const { list } = this;
    let at = list.length;
    for (let c = 0; c < list.length; c++) {
      for (let facet = 0; facet < FACETS; facet++) ids[at++] = list[c].facetOf[facet][ids[c]];
    }
  }

  /**
   * What to ask for where a word of a component is read: its facet. Who reads the vmemmap of a page is
   * about to look at the rest of it, and asks for the component: one variable instead of three.
   */
  variableOf(component: number, word: number): number {
    const facet = this.facet[word];
    return facet === 0 ? component : this.list.length + component * FACETS + facet;
  }

  /** The component a variable is about. */
  subject(variable: number): number {
    const n = this.list.length;
    return variable < n ? variable : Math.floor((variable - n) / FACETS);
  }

  /** The same variable about another component. */
  sameVariable(variable: number, component: number): number {
    const n = this.list.length;
    return variable < n ? component : n + component * FACETS + ((variable - n) % FACETS);
  }

  /** What a word of the first machine has in a state. */
  valueOf(word: number, ids: Int32Array): number {
    const component = this.of(word, 0);
    if (component < 0) return this.machine.state.words[word];
    return this.list[component].value(ids[component], this.place[0][word]);
  }

  /** The components that words change in a state, with their new ids. */
  successor(ids: Int32Array, changes: readonly number[]): Successor {
    const { list, place } = this;
    for (let i = 0; i < changes.length; i += CHANGE_FIELDS) {
      const [word, side] = [changes[i], changes[i + 1]];
      if (this.of(word, side) < 0) this.adopt(word, side, changes[i + 2]);
    }
    const changed: number[] = [];
    for (let i = 0; i < changes.length; i += CHANGE_FIELDS) {
      const [word, side] = [changes[i], changes[i + 1]];
      const component = this.of(word, side);
      if (!changed.includes(component)) {
        changed.push(component);
        list[component].edit(ids[component]);
      }
      list[component].change(place[side][word], changes[i + 3]);
    }
    return { changed, newIds: changed.map((component) => list[component].intern()) };
  }

  /**
   * What decides what an action does, from what it read: components or their facets, in the order of
   * the first read, and the whole of every component that it changed.
   */
  variablesOf(reads: readonly number[], changed: readonly number[]): number[] {
    const asked: number[] = [];
    const seen = new Uint8Array(this.variables);
    const ask = (variable: number) => {
      if (seen[variable] !== 0) return;
      seen[variable] = 1;
      asked.push(variable);
    };
    for (let i = 0; i < reads.length; i += READ_FIELDS) {
      const component = this.of(reads[i], reads[i + 1]);
      if (component >= 0) ask(this.variableOf(component, reads[i]));
    }
    for (const component of changed) ask(component);
    return this.joined(asked);
  }

  /** Variables with whole components instead of their facets, where both are asked for. */
  joined(variables: readonly number[]): number[] {
    const whole = new Set(variables);
    const joined = new Set<number>();
    for (const variable of variables) {
      const component = this.subject(variable);
      joined.add(whole.has(component) ? component : variable);
    }
    return [...joined];
  }

  /** Guest page number of a guest frame's component; -1 for other components. */
  gfnOf(component: number): number {
    for (const frames of this.framesOf) {
      const i = frames.indexOf(component);
      if (i >= 0) return this.gfns[i];
    }
    return -1;
  }

  /** Component of a word, or -1 for one that has never changed. */
  of(word: number, side: number): number {
    const owner = this.owner[side];
    return word < owner.length ? owner[word] - 1 : -1;
  }

  /** Takes a word that has just changed from `value` for one that changes. Its component. */
  adopt(word: number, side: number, value: number): number {
    const component = this.classify(word);
    this.adoptInto(component, word, side, value);
    return component;
  }

  /** As `adopt`, into a component that is known. */
  adoptInto(component: number, word: number, side: number, value: number): void {
    if (word >= this.owner[side].length) {
      const length = Math.max(this.layout.wordCount, word + 1);
      this.owner[side] = longer(this.owner[side], length);
      this.place[side] = longer(this.place[side], length);
    }
    if (word >= this.facet.length) {
      const facets = new Uint8Array(this.owner[side].length);
      facets.set(this.facet);
      this.facet = facets;
    }
    this.owner[side][word] = component + 1;
    const facet = this.facetOfWord(word);
    this.facet[word] = facet;
    const name = hashesOfName(nameOfWord(this.layout, word), side);
    this.place[side][word] = this.list[component].addWord(word, side, facet, value, name);
    this.version++;
  }

  private make(name: string): number {
    return this.list.push(new Component(name)) - 1;
  }

  private classify(word: number): number {
    const { layout } = this;
    if (word >= layout.fixedWords) {
      const page = layout.framePageOfWord(word);
      if (page < 0) return this.ofVm(layout.vcpuOfWord(word)?.[0] ?? -1);
      const entry = (word >> 1) % PTRS_PER_PTE;
      const own = this.pageOf.get(page);
      const frame = this.gfnByIndex[vmOfPage(layout.pfnOf(page))]?.get(entry);
      return own ?? this.pageByIndex.get(entry) ?? frame ?? this.pool(page);
    }
    if (word >= layout.refcount) {
      const page =
        word >= layout.node ? (word - layout.node) >> 1 : (word - layout.refcount) % layout.nrPages;
      return this.pageOf.get(page) ?? this.pool(page);
    }
    if (word >= VM_TABLE) return this.ofVm(Math.floor((word - VM_TABLE) / VM_WORDS));
    return word >= HOST_S2_POOL ? this.host : word >= HPOOL ? this.hyp : this.guest;
  }

  /** Words of the vmemmap and globals; contents of hyp's table pages; contents of others. */
  private facetOfWord(word: number): number {
    if (word < this.layout.fixedWords) return 0;
    const page = this.layout.framePageOfWord(word);
    return page >= 0 && this.pool(page) === this.hyp ? 1 : 2;
  }

  /** By the pool a page belongs to. */
  private pool(page: number): number {
    const pfn = this.layout.pfnOf(page);
    const { words } = this.machine.state;
    const within = (pool: number) =>
      pfn >= words[pool + POOL_RANGE_START] && pfn < words[pool + POOL_RANGE_END];
    if (within(HPOOL)) return this.hyp;
    return within(HOST_S2_POOL) ? this.host : this.ofVm(vmOfPage(pfn));
  }

  private ofVm(vm: number): number {
    return this.guests[vm] ?? this.guest;
  }
}

function longer(array: Int32Array, length: number): Int32Array {
  const result = new Int32Array(length);
  result.set(array);
  return result;
}
