// SPDX-License-Identifier: GPL-2.0-only
/**
 * Ways to rename a world's pages and guest frames that give the same world: side by side pages from
 * the last to the first, guest frames in any order. Only what the actions allows is offered here;
 * whether the machines agree is checked as they run (`equivariance.ts`).
 */

import { PTRS_PER_PTE } from '../../hyp/numbers.js';
import { decompileOp, mapGuestPage, opText, renamePages } from '../../ops/index.js';
import type { World } from '../world/world.js';

/** A renaming. What it does not name stays what it is. */
export interface Automorphism {
  /** New page numbers, and new guest page numbers, by the old ones. */
  readonly pages: ReadonlyMap<number, number>;
  readonly gfns: ReadonlyMap<number, number>;
  /** New actions by the old ones. */
  readonly actions: Int32Array;
}

export interface SymmetryGroup {
  /** All of them, the identity first; each one's inverse is there too. */
  readonly elements: readonly Automorphism[];
  /** What they are made of, in words. */
  readonly names: readonly string[];
}

/** More renamings than this cost more than they save. */
const MOST_ELEMENTS = 64;

type Permutation = readonly number[];

/** The group of a world; undefined if nothing but the identity is in it. */
export function symmetryGroup(world: World): SymmetryGroup | undefined {
  const frames = framePermutations(world);
  const pages = pagePermutations(world, Math.floor(MOST_ELEMENTS / frames.length));
  const named = (list: readonly number[], permutation: Permutation) =>
    new Map(permutation.map((to, from) => [list[from], list[to]]));
  const elements = pages.flatMap((page) =>
    frames.map((frame) => automorphism(world, named(world.pages, page), named(world.gfns, frame))),
  );
  if (elements.length === 1 || elements.some((element) => element === undefined)) return undefined;
  const names: string[] = [];
  if (pages.length === 2) names.push('pages reversed');
  if (pages.length > 2) names.push('pages in any order');
  if (frames.length > 1) names.push('guest frames in any order');
  return { elements: elements as Automorphism[], names };
}

/** Pages of one region and one table; of those outside of it none is like another. */
function pagePermutations(world: World, most: number): Permutation[] {
  const regionOf = (pfn: number) =>
    world.machine.memory.find(({ pfn: first, pages }) => pfn >= first && pfn < first + pages);
  const [first] = world.pages;
  const isLikeFirst = (pfn: number) => regionOf(pfn) === regionOf(first) && sameTable(pfn, first);
  const like = world.pages.filter(isLikeFirst).length;
  const identity = world.pages.map((_, i) => i);
  const rest = identity.slice(like);
  const all = world.options.ranges <= 1 ? permutationsOf(like, most) : undefined;
  const offered = all ?? [identity.slice(0, like), identity.slice(0, like).reverse()];
  const whole = offered.map((permutation) => [...permutation, ...rest]);
  const isOfWorld = (permutation: Permutation) => {
    const renamed = new Map(permutation.map((to, from) => [world.pages[from], world.pages[to]]));
    return automorphism(world, renamed, new Map()) !== undefined;
  };
  return like > 1 && whole.every(isOfWorld) ? whole : [identity];
}

function framePermutations({ gfns, setup }: World): Permutation[] {
  const identity = gfns.map((_, i) => i);
  if (setup.length === 0 || !gfns.every((gfn) => sameTable(gfn, gfns[0]))) return [identity];
  return permutationsOf(gfns.length, MOST_ELEMENTS / 2) ?? [identity];
}

function sameTable(a: number, b: number): boolean {
  return Math.floor(a / PTRS_PER_PTE) === Math.floor(b / PTRS_PER_PTE);
}

/** All permutations of so many things, the identity first; undefined if there are more than `most`. */
function permutationsOf(length: number, most: number): Permutation[] | undefined {
  let found: number[][] = [[]];
  for (let next = 0; next < length; next++) {
    found = found.flatMap((permutation) =>
      Array.from({ length: next + 1 }, (_, i) => [
        ...permutation.slice(0, next - i),
        next,
        ...permutation.slice(next - i),
      ]),
    );
    if (found.length > most) return undefined;
  }
  return found;
}

/** A renaming of the whole world, if each of its actions is one of its actions again. */
function automorphism(
  world: World,
  pages: ReadonlyMap<number, number>,
  gfns: ReadonlyMap<number, number>,
): Automorphism | undefined {
  const byText = new Map(world.actions.map(({ text }, action) => [text, action]));
  const actions = world.actions.map(({ op }) => {
    const renamed = renamePages(op, (pfn) => pages.get(pfn) ?? pfn);
    if (renamed === undefined) return undefined;
    const image = mapGuestPage(renamed, (gfn) => gfns.get(gfn) ?? gfn);
    return byText.get(opText(decompileOp(image)));
  });
  if (actions.includes(undefined)) return undefined;
  return { pages, gfns, actions: Int32Array.from(actions as number[]) };
}
