// SPDX-License-Identifier: GPL-2.0-only
/**
 * All that a search has found so far, in a form that can be kept and gone on from: what the words of
 * the components are by name, every id's values, and the states as packed ids. What was learned of
 * footprints is not in it: it is learned again.
 */

import type { WordName } from './components.js';
import type { FoundBucket, TransitionClass } from './effects.js';
import type { Finding } from './expander.js';
import { Sum64 } from './mix.js';
import { Packing } from './packing.js';
import type { Search } from './search.js';
import type { Gathered } from './split.js';

export interface StoredComponent {
  readonly words: readonly (readonly [...WordName, side: number])[];
  /** Values of each id, the first one's being the world's first state. */
  readonly ids: readonly (readonly number[])[];
}

export interface SnapshotHeader {
  readonly format: 'pkvm-exploration/1';
  /** What is explored, and how; a snapshot goes with no other. */
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

/** States in the order they were met: packed keys, and how each was reached. */
export interface StoredStates {
  readonly keys: Int32Array;
  readonly parents: Int32Array;
  readonly letters: Uint16Array;
}

export interface Snapshot {
  readonly header: SnapshotHeader;
  readonly states: StoredStates;
}

/** The snapshot is of something else, or was made by another version. */
export class SnapshotError extends Error {}

/** What a search explores, and how. */
export function identityOf({ world, pair, options, images }: Search): string {
  const alphabet = world.alphabet.map(({ text }) => text);
  const names = pair.map(({ name }) => name);
  const { level, view } = options;
  const symmetry = images?.order;
  return JSON.stringify({ names, level, view, symmetry, ...world.options, alphabet });
}

/** Takes a snapshot. `elsewhere`: the states, if the search does not keep them itself. */
export function takeSnapshot(search: Search, seconds: number, elsewhere?: Gathered): Snapshot {
  const { effects, expander, store, stepper } = search;
  const { words } = store.packing;
  const kept: StoredStates = elsewhere?.states ?? {
    keys: store.keys.subarray(0, store.size * words),
    parents: store.parents.subarray(0, store.size),
    letters: store.letters.subarray(0, store.size),
  };
  const { done, lastOfLevel } = elsewhere ?? search;
  const isNextLevel = elsewhere?.levelIsDone && done < kept.parents.length;
  const header: SnapshotHeader = {
    format: 'pkvm-exploration/1',
    identity: identityOf(search),
    symmetry: search.images !== undefined,
    states: kept.parents.length,
    done,
    depth: search.depth + (isNextLevel ? 1 : 0),
    lastOfLevel,
    bits: store.packing.bits,
    components: stepper.components.list.map((component) => ({
      words: Array.from(component.words.subarray(0, component.nrWords), (word, n) => [
        ...stepper.components.describe(word),
        component.sides[n],
      ]),
      ids: Array.from({ length: component.size }, (_, id) => component.valuesOf(id)),
    })),
    classes: effects.classes,
    buckets: effects.buckets,
    hits: Array.from(search.hits.subarray(0, effects.classes.length)),
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
 * Puts a fresh search where a snapshot was taken.
 * @throws SnapshotError when it is of something else
 */
export function restoreSnapshot(search: Search, { header, states }: Snapshot): void {
  if (header.format !== 'pkvm-exploration/1' || header.identity !== identityOf(search)) {
    throw new SnapshotError('it is of another world, other implementations or other options');
  }
  restoreComponents(search, header);
  search.images?.close();
  search.effects.restore(header.classes, header.buckets);
  const packing = Packing.ofBits(header.bits);
  search.store.repack(packing);
  search.effects.repack(packing);
  search.store.fill(states, header.states);
  search.owners?.refill();
  const digest = Sum64.parse(header.digest);
  search.expander.resume(header.hits, digest, header.findings, header.executed);
  search.done = header.done;
  search.depth = header.depth;
  search.lastOfLevel = header.lastOfLevel;
}

function restoreComponents({ stepper }: Search, header: SnapshotHeader): void {
  const { components, lockstep } = stepper;
  const sides = [lockstep.first, lockstep.second] as const;
  header.components.forEach(({ words, ids }, c) => {
    words.forEach(([kind, which, offset, side], n) => {
      const word = components.find([kind, which, offset]);
      for (const machine of sides) machine.state.ensure();
      if (sides[side].state.words[word] !== ids[0][n]) {
        throw new SnapshotError('the machine does not boot into the state it was made from');
      }
      components.adoptInto(c, word, side, ids[0][n]);
    });
    for (const values of ids.slice(1)) components.list[c].internValues(values);
  });
}
