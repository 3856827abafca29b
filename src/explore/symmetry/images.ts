// SPDX-License-Identifier: GPL-2.0-only
/**
 * What a renaming of pages and guest frames does to the words of a machine, and so to the ids of
 * components. It is a bijection of states and no more: whether the machines take renamed operations
 * to renamed states is for `equivariance.ts` to see.
 */

import type { Machine } from '../../hyp/machine.js';
import { PTRS_PER_PTE } from '../../hyp/numbers.js';
import type { Component } from '../state/component.js';
import type { Components } from '../state/components.js';
import { isContents, nameOfWord, type WordName, wordOfName } from '../state/words.js';
import type { World } from '../world/world.js';
import type { Automorphism, SymmetryGroup } from './group.js';
import type { SymmetryTables } from './representative.js';

/** The world is not as symmetric as its operations: it has to be explored in full. */
export class NotSymmetric extends Error {}

/** Words of a page table entry's low half: the valid bit, and where the page number starts. */
const PTE_VALID = 1;
const PTE_PFN_SHIFT = 12;

/** One renaming, of components. */
interface Renaming {
  readonly by: Automorphism;
  /** New components by the old ones. */
  readonly to: Int32Array;
  /** By component: places in the new component by places in it. */
  readonly words: number[][];
  /** By component: new ids by the old ones, and how many there are. */
  readonly ids: Int32Array[];
  readonly known: Int32Array;
}

export class Images implements SymmetryTables {
  readonly order: number;
  readonly moved: Int32Array;
  readonly from: Int32Array;
  readonly maps: Int32Array[] = [];
  private readonly renamings: readonly Renaming[];
  private readonly isMoved: Uint8Array;

  /** @throws NotSymmetric when the first state is not its own renaming */
  constructor(
    world: World,
    readonly group: SymmetryGroup,
    private readonly components: Components,
    private readonly machine: Machine,
  ) {
    const count = components.count;
    this.order = group.elements.length;
    this.renamings = group.elements.map((by) => ({
      by,
      to: targets(world, by, components),
      words: Array.from({ length: count }, () => []),
      ids: Array.from({ length: count }, () => new Int32Array(16)),
      known: new Int32Array(count),
    }));
    const { pagesOf, framesOf } = components;
    this.moved = Int32Array.from([...pagesOf, ...framesOf.flat()]);
    this.isMoved = new Uint8Array(count);
    for (const component of this.moved) this.isMoved[component] = 1;
    const placeOf = new Map(Array.from(this.moved, (component, place) => [component, place]));
    this.from = new Int32Array(this.order * this.moved.length);
    this.renamings.forEach(({ to }, g) => {
      this.moved.forEach((component, place) => {
        const target = placeOf.get(to[component]) ?? 0;
        this.from[g * this.moved.length + target] = place;
      });
    });
    this.close();
  }

  /** Renames the components of a state. */
  rename(g: number, ids: Int32Array, renamed: Int32Array): void {
    const { to, ids: maps } = this.renamings[g];
    for (let c = 0; c < to.length; c++) renamed[to[c]] = maps[c][ids[c]];
  }

  action(g: number, action: number): number {
    return this.renamings[g].by.actions[action];
  }

  /** The variable that becomes this one. */
  variableBefore(g: number, variable: number): number {
    const { components } = this;
    const component = components.subject(variable);
    const before = this.renamings[g].to.indexOf(component);
    return components.sameVariable(variable, before);
  }

  /**
   * Gives every word and every id its renamings; those may be new. Call it whenever there are new ones.
   * @throws NotSymmetric
   */
  close(): void {
    while (this.closeWords()) {}
    while (this.closeIds()) {}
    const places = this.moved.length;
    for (let g = 0; g < this.order; g++) {
      for (let place = 0; place < places; place++) {
        const component = this.moved[this.from[g * places + place]];
        this.maps[g * places + place] = this.renamings[g].ids[component];
      }
    }
  }

  /** True if there were words to look at. */
  private closeWords(): boolean {
    const { list } = this.components;
    let isMore = false;
    for (const renaming of this.renamings) {
      for (let c = 0; c < list.length; c++) {
        for (let n = renaming.words[c].length; n < list[c].nrWords; n++) {
          renaming.words[c].push(this.placeOfImage(renaming, c, n));
          isMore = true;
        }
      }
    }
    return isMore;
  }

  private placeOfImage(renaming: Renaming, c: number, n: number): number {
    const { components, machine } = this;
    const component = components.list[c];
    const target = components.list[renaming.to[c]];
    const name = nameOfWord(machine.layout, component.words[n]);
    const word = wordOfName(machine.layout, this.imageOfName(renaming, c, name));
    machine.state.ensure();
    const owner = components.of(word, 0);
    if (owner < 0) {
      components.adoptInto(renaming.to[c], word, 0, machine.state.words[word]);
    } else if (owner !== renaming.to[c]) throw new NotSymmetric(`the words of ${component.name}`);
    const place = target.words.indexOf(word);
    const first = this.imageOfValue(renaming, name, component.value(0, n));
    if (first !== target.value(0, place)) throw new NotSymmetric(`the first ${component.name}`);
    return place;
  }

  /** True if there were ids to look at. */
  private closeIds(): boolean {
    const { list } = this.components;
    let isMore = false;
    for (const renaming of this.renamings) {
      for (let c = 0; c < list.length; c++) {
        for (; renaming.known[c] < list[c].size; renaming.known[c]++) {
          const id = renaming.known[c];
          if (id >= renaming.ids[c].length) renaming.ids[c] = doubled(renaming.ids[c]);
          const image = this.imageOfId(renaming, c, id);
          if (this.isMoved[c] === 0 && image !== id) throw new NotSymmetric(list[c].name);
          renaming.ids[c][id] = image;
          isMore = true;
        }
      }
    }
    return isMore;
  }

  private imageOfId(renaming: Renaming, c: number, id: number): number {
    const { components } = this;
    const component = components.list[c];
    const target: Component = components.list[renaming.to[c]];
    const values = target.valuesOf(0);
    component.valuesOf(id).forEach((value, n) => {
      const name = nameOfWord(this.machine.layout, component.words[n]);
      values[renaming.words[c][n]] = this.imageOfValue(renaming, name, value);
    });
    return target.internValues(values);
  }

  /** Vmemmap columns and contents go with their page, table entries with the page or frame they are of. */
  private imageOfName({ by }: Renaming, c: number, name: WordName): WordName {
    const { components, machine } = this;
    const { layout } = machine;
    const [kind, which, offset] = name;
    const page = components.pagesOf.indexOf(c);
    if (!isContents(name)) {
      const pfn = page < 0 ? undefined : components.pfns[page];
      const to = pfn === undefined ? undefined : by.pages.get(pfn);
      if (pfn === undefined || to === undefined || which < layout.refcount) return name;
      const words = which >= layout.node ? 2 : 1;
      return [kind, which + words * (layout.pageIndex(to) - layout.pageIndex(pfn)), offset];
    }
    const own = by.pages.get(layout.pfnOf(which));
    if (own !== undefined) return [kind, layout.pageIndex(own), offset];
    const entry = (offset >> 1) % PTRS_PER_PTE;
    const from = page >= 0 ? components.pfns[page] : components.gfnOf(c);
    const to = page >= 0 ? by.pages.get(from) : by.gfns.get(from);
    if (to === undefined || from % PTRS_PER_PTE !== entry) return name;
    return [kind, which, offset + 2 * (to - from)];
  }

  /** A valid entry that leads to a page leads to the renamed one. */
  private imageOfValue({ by }: Renaming, name: WordName, value: number): number {
    const isLowHalf = isContents(name) && name[2] % 2 === 0;
    if (!isLowHalf || (value & PTE_VALID) === 0) return value;
    const pfn = value >>> PTE_PFN_SHIFT;
    const to = by.pages.get(pfn);
    return to === undefined ? value : value + ((to - pfn) << PTE_PFN_SHIFT);
  }
}

/** New components by the old ones. */
function targets(world: World, by: Automorphism, components: Components): Int32Array {
  const to = Int32Array.from({ length: components.count }, (_, c) => c);
  world.pages.forEach((pfn, i) => {
    to[components.pagesOf[i]] = components.pagesOf[world.pages.indexOf(by.pages.get(pfn) ?? pfn)];
  });
  for (const frames of components.framesOf) {
    world.gfns.forEach((gfn, i) => {
      to[frames[i]] = frames[world.gfns.indexOf(by.gfns.get(gfn) ?? gfn)];
    });
  }
  return to;
}

function doubled(array: Int32Array): Int32Array {
  const result = new Int32Array(2 * array.length);
  result.set(array);
  return result;
}
