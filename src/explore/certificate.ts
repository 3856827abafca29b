// SPDX-License-Identifier: GPL-2.0-only
/** What an exploration showed, as plain data that a report can be made from. */

import type { CompareLevel } from '../compare/lockstep.js';
import { outcomeText } from '../hyp/outcome.js';
import type { TransitionClass } from './effects.js';
import { missingWitnesses } from './witnesses.js';
import type { World, WorldOptions } from './world.js';

/** Which states are told apart. */
export type View = 'exact' | 'ownership';

/**
 * - `equivalent`: everything reachable was tried, and nothing diverged
 * - `diverged`: something did
 * - `inconclusive`: nothing did so far, and not everything was tried
 */
export type Verdict = 'equivalent' | 'diverged' | 'inconclusive';

/** Outcomes met, by operation and outcome, with how often: `-EBUSY | -EPERM` where they differ. */
export type Outcomes = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface CertificateBucket {
  readonly bucket: string;
  readonly op: string;
  readonly outcomes: readonly [string, string];
  readonly columns: readonly string[];
  /** Transitions in it. */
  readonly transitions: number;
  /** Operations of the shortest trace, the set-up not counted. */
  readonly length: number;
  /** The shortest trace, operations as text. */
  readonly trace: readonly string[];
  /** The baseline entry that has it; without one it is new. */
  entry?: string;
  /** The file the trace was saved as. */
  file?: string;
  /** Of a divergence from a constructed state: does the world get there from boot? */
  reachable?: Reachability;
  /** A shortest trace from boot, of a constructed one that is reachable. */
  bootTrace?: readonly string[];
}

export type Reachability = 'reachable' | 'unreachable in this world' | 'unknown';

/** An invariant, and whether it held in every state met. */
export interface CertificateInvariant {
  readonly name: string;
  readonly rule: string;
  readonly source: string;
  readonly holds: boolean;
  /** What violates it, and a shortest trace there. */
  readonly what?: string;
  readonly trace?: readonly string[];
}

/** Which states were kept for all that differ only in names. The counts are of all of them. */
export interface CertificateSymmetry {
  /** What may be renamed, in words. */
  readonly renamings: readonly string[];
  /** Renamings, the identity counted. */
  readonly order: number;
  /** States kept. */
  readonly kept: number;
}

export interface Certificate {
  readonly format: 'pkvm-certificate/1';
  readonly verdict: Verdict;
  /** Everything reachable was tried. */
  readonly complete: boolean;
  /** Why not. */
  readonly limit?: string;
  readonly implementations: readonly [string, string];
  readonly compare: CompareLevel;
  readonly view: View;
  /** From boot as far as it goes, or from every constructed state, one operation deep. */
  readonly from: 'boot' | 'all';
  /** Only where the search was split by its first operation; from 0. */
  readonly shard?: { readonly index: number; readonly count: number };
  readonly world: WorldSummary;
  readonly states: number;
  readonly transitions: number;
  /** Operations of the longest shortest path. */
  readonly depth: number;
  /** States kept and not expanded. */
  readonly frontier: number;
  /** Of the state graph: the same for any order, any number of workers, any resume. */
  readonly digest: string;
  readonly outcomes: Outcomes;
  /** Something that can happen did not: the equivalence says nothing about it. */
  readonly vacuous: boolean;
  readonly missing: readonly string[];
  readonly buckets: readonly CertificateBucket[];
  /** Only where they were checked. */
  readonly invariants?: readonly CertificateInvariant[];
  /** Only where it was used. */
  readonly symmetry?: CertificateSymmetry;
  readonly seconds: number;
  /** Operations run on the machines; the other transitions were known from their footprints. */
  readonly executed: number;
  readonly workers: number;
  /** Bytes of all states kept. */
  readonly bytes: number;
}

export interface WorldSummary extends Omit<WorldOptions, 'pages' | 'gfns'> {
  /** Page and guest page numbers, hex. */
  readonly pages: readonly string[];
  readonly gfns: readonly string[];
  /** Operations tried in every state. */
  readonly alphabet: number;
  /** Operations before the first state. */
  readonly setup: number;
}

export function worldSummary(world: World): WorldSummary {
  const hex = (n: number) => `0x${n.toString(16)}`;
  return {
    ...world.options,
    pages: world.pages.map(hex),
    gfns: world.setup.length > 0 ? world.gfns.map(hex) : [],
    alphabet: world.alphabet.filter(({ name }) => name !== 'poke').length,
    setup: world.setup.length,
  };
}

/** Is there a divergence that no baseline has? */
export function hasNew({ buckets }: Pick<Certificate, 'buckets'>): boolean {
  return buckets.some(({ entry }) => entry === undefined);
}

/** Counts of transitions by operation and outcome. */
export function outcomesOf(
  world: World,
  classes: readonly TransitionClass[],
  hits: Float64Array,
): Outcomes {
  const outcomes: Record<string, Record<string, number>> = {};
  for (const op of world.options.ops) outcomes[op] = {};
  classes.forEach((cls, index) => {
    const { name } = world.alphabet[cls.letter];
    const first = outcomeText(cls.first);
    const text = cls.first === cls.second ? first : `${first} | ${outcomeText(cls.second)}`;
    outcomes[name][text] = (outcomes[name][text] ?? 0) + (hits[index] ?? 0);
  });
  return outcomes;
}

/** The verdict of what was tried. */
export function verdictOf(complete: boolean, buckets: readonly unknown[]): Verdict {
  if (buckets.length > 0) return 'diverged';
  return complete ? 'equivalent' : 'inconclusive';
}

export function vacuity(world: World, outcomes: Outcomes): { vacuous: boolean; missing: string[] } {
  const missing = missingWitnesses(world, outcomes);
  return { vacuous: missing.length > 0, missing };
}
