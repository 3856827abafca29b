// SPDX-License-Identifier: GPL-2.0-only
/**
 * All that a search has found so far, in a form that can be kept and gone on from: what the words of
 * the components are by name, every id's values, and the states as packed ids. What was learned of
 * footprints is not in it: it is learned again.
 */

import { nameOfWord, type WordName, wordOfName } from '../state/words.js';
import type { FoundBucket, TransitionClass } from '../successors/classes.js';
import type { Finding } from '../successors/expander.js';
import { Sum64 } from '../state/hash.js';
import { KeyLayout } from '../state/key.js';
import type { StateArrays } from '../visited/by_state.js';
import type { Search } from './search.js';

export interface StoredComponent {
  readonly words: readonly (readonly [...WordName, side: number])[];
  /** Values of each id, the first one's being the world's first state. */
  readonly ids: readonly (readonly number[])[];
}

export interface CheckpointHeader {
  readonly format: 'pkvm-exploration/1';
  /** What is explored, and how; a checkpoint goes with no other. */
  readonly identity: string;
  /** One state was kept for all its renamings. */
  readonly symmetry: boolean;
  readonly states: number;
  readonly done: number;
  readonly depth: number;
  readonly lastOfLevel: number;
  readonly bits: readonly number[];
  readonly components: readonly StoredComponent[];
  readonly classes: readonly TransitionClass[];
  readonly buckets: readonly FoundBucket[];
  readonly hits: readonly number[];
  readonly findings: readonly Finding[];
  readonly digest: string;
  readonly executed: number;
  readonly seconds: number;
}

export interface Checkpoint {
  readonly header: CheckpointHeader;
  readonly states: StateArrays;
}

/** The states of a search that are kept elsewhere, brought together. */
export interface GatheredStates {
  readonly states: StateArrays;
  /** States that are expanded; they come first, then those left of the same depth. */
  readonly done: number;
  readonly lastOfLevel: number;
  /** All states of the depth are expanded: `lastOfLevel` is of the next one. */
  readonly levelIsDone: boolean;
  /** Places in `states` by number in the parts. */
  readonly numbers: Int32Array;
}

/** The checkpoint is of something else, or was made by another version. */
export class CheckpointError extends Error {}

/** What a search explores, and how. */
export function identityOf({ world, pair, options, images }: Search): string {
  const actions = world.actions.map(({ text }) => text);
  const names = pair.map(({ name }) => name);
  const { level, view } = options;
  const symmetry = images?.order;
  return JSON.stringify({ names, level, view, symmetry, ...world.options, actions });
}

/** Takes a checkpoint. `elsewhere`: the states, if the search does not keep them itself. */
export function takeCheckpoint(
  search: Search,
  seconds: number,
  elsewhere?: GatheredStates,
): Checkpoint {
  const { classes, expander, visited, executor } = search;
  const { layout } = executor.reference;
  const { words } = visited.layout;
  const kept: StateArrays = elsewhere?.states ?? {
    keys: visited.keys.subarray(0, visited.size * words),
    parents: visited.parents.subarray(0, visited.size),
    actions: visited.actions.subarray(0, visited.size),
  };
  const { done, lastOfLevel } = elsewhere ?? search;
  const isNextLevel = elsewhere?.levelIsDone && done < kept.parents.length;
  const header: CheckpointHeader = {
    format: 'pkvm-exploration/1',
    identity: identityOf(search),
    symmetry: search.images !== undefined,
    states: kept.parents.length,
    done,
    depth: search.depth + (isNextLevel ? 1 : 0),
    lastOfLevel,
    bits: visited.layout.bits,
    components: executor.components.list.map((component) => ({
      words: Array.from(component.words.subarray(0, component.nrWords), (word, n) => [
        ...nameOfWord(layout, word),
        component.sides[n],
      ]),
      ids: Array.from({ length: component.size }, (_, id) => component.valuesOf(id)),
    })),
    classes: classes.list,
    buckets: classes.buckets,
    hits: Array.from(search.hits.subarray(0, classes.list.length)),
    findings: expander.findings.map((finding) => ({
      ...finding,
      state: elsewhere ? elsewhere.numbers[finding.state] : finding.state,
    })),
    digest: search.digest,
    executed: search.executed,
    seconds,
  };
  return { header, states: kept };
}

/**
 * Puts a fresh search where a checkpoint was taken.
 * @throws CheckpointError when it is of something else
 */
export function restoreCheckpoint(search: Search, { header, states }: Checkpoint): void {
  if (header.format !== 'pkvm-exploration/1' || header.identity !== identityOf(search)) {
    throw new CheckpointError('it is of another world, other implementations or other options');
  }
  restoreComponents(search, header);
  search.images?.close();
  search.classes.restore(header.classes, header.buckets);
  const layout = KeyLayout.ofBits(header.bits);
  search.visited.repack(layout);
  search.effects.repack(layout);
  search.visited.fill(states, header.states);
  search.owners?.refill();
  const digest = Sum64.parse(header.digest);
  search.expander.resume(header.hits, digest, header.findings, header.executed);
  search.done = header.done;
  search.depth = header.depth;
  search.lastOfLevel = header.lastOfLevel;
}

function restoreComponents({ executor, machines }: Search, header: CheckpointHeader): void {
  const { components, reference } = executor;
  const sides = [reference, machines?.lockstep.second ?? reference] as const;
  header.components.forEach(({ words, ids }, c) => {
    words.forEach(([kind, which, offset, side], n) => {
      const word = wordOfName(reference.layout, [kind, which, offset]);
      for (const machine of sides) machine.state.ensure();
      if (sides[side].state.words[word] !== ids[0][n]) {
        throw new CheckpointError('the machine does not boot into the state it was made from');
      }
      components.adoptInto(c, word, side, ids[0][n]);
    });
    for (const values of ids.slice(1)) components.list[c].internValues(values);
  });
}
