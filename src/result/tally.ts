// SPDX-License-Identifier: GPL-2.0-only
/**
 * The result document, built trace by trace. Memory goes with the buckets, and with the replays
 * listed: one small entry each.
 */

import type { Divergence } from '../compare/divergence.js';
import type { CompareLevel } from '../compare/lockstep.js';
import type { OutcomeObserver, TraceResult } from '../compare/trace_result.js';
import type { Problem } from '../input/problem.js';
import type { Trace } from '../trace/index.js';
import { Buckets } from './buckets.js';
import { countIn, resultDocument } from './document.js';
import { type KnownDifferences, NOTHING_KNOWN, type Occurrence } from './known.js';
import { byImportance, summed } from './merge_sums.js';
import { PairCounts } from './pair_counts.js';
import type {
  Bucket,
  Campaign,
  Certificate,
  Counts,
  Coverage,
  Evidence,
  Operation,
  Pair,
  Replay,
  ResultDocument,
  SeededBugs,
  Theorem,
} from './types.generated.js';
import { UndefinedReplays, undefinedEnd } from './undefined.js';

/** A side as a report names it. */
export interface Compared {
  readonly name: string;
  readonly description: string;
  /** Kernel commits it stands for, the last one first. */
  readonly commit?: string;
  /** What it is, where it is not a model: `kernel`, `emulator`, `compiler`. */
  readonly facts?: readonly { readonly name: string; readonly value: string }[];
}

export interface TallySettings {
  readonly tool: { readonly name: string; readonly version: string };
  /** The program and its arguments. */
  readonly command: readonly string[];
  readonly level: CompareLevel;
  readonly debug: ResultDocument['debug'];
  readonly pairs: readonly (readonly [Compared, Compared])[];
  readonly known?: KnownDifferences | undefined;
  /** List every replay, or only those that diverged (default). */
  readonly list?: 'all' | 'diverged' | undefined;
  /** Each replay is an example of what a search met: an entry that matches none may still hold. */
  readonly isSearch?: boolean | undefined;
}

/** What a search of one pair ran, beyond the replays that are its examples. */
export interface Searched {
  readonly counts: Pick<Counts, 'traces' | 'replays' | 'diverged' | 'compared' | 'words'>;
  /** How often a bucket was met. */
  times(bucket: Bucket): number;
  operations(buckets: readonly Bucket[]): Operation[];
}

/** Most problems kept; all are counted. */
const PROBLEMS_KEPT = 1000;

export class Tally {
  /** The run stops before its end. */
  interrupted = false;
  /** It ended at what it was to find: a baseline entry that matched nothing may still hold. */
  endedEarly = false;
  /** What the run met, when that was asked for. */
  coverage: Coverage | undefined;
  /** Single replays looked at closely, when that was asked for. */
  evidence: Evidence | undefined;
  /** What is proved of each pair. */
  theorems: readonly Theorem[] = [];
  /** How good the traces are at finding bugs, where that is known. */
  seededBugs: SeededBugs | undefined;
  campaign: Campaign | undefined;
  certificates: Certificate[] | undefined;
  private readonly pairs: PairCounts[];
  private readonly known: KnownDifferences;
  private readonly buckets = new Buckets();
  private readonly undefinedReplays = new UndefinedReplays();
  private readonly problems: Problem[] = [];
  private readonly listed: Replay[] = [];
  private problemCount = 0;
  private traces = 0;
  private words = 0;

  constructor(private readonly settings: TallySettings) {
    this.known = settings.known ?? NOTHING_KNOWN;
    this.pairs = settings.pairs.map(([first, second]) => new PairCounts([first.name, second.name]));
  }

  /** Divergences that no baseline has, so far. */
  get newDivergences(): number {
    return this.buckets.newCount;
  }

  addTrace(): void {
    this.traces++;
  }

  addProblem(problem: Problem): void {
    this.problemCount++;
    if (this.problems.length < PROBLEMS_KEPT) this.problems.push(problem);
  }

  /** Counts the operations of a trace while it is replayed through a pair. */
  observer(pair: number, trace: Trace): OutcomeObserver {
    return this.pairs[pair].observer(trace);
  }

  /** Says that a pair is compared at another level than the run wants. */
  setLevel(pair: number, level: CompareLevel): void {
    if (level !== this.settings.level) this.pairs[pair].level = level;
  }

  /** Operations so far that at least one side of a pair did not refuse. */
  accepted(pair: number): number {
    return this.pairs[pair].accepted;
  }

  /** Tells the divergences of a replay that no baseline has. */
  isNewIn(pair: number, trace: Trace, debug?: boolean): (divergence: Divergence) => boolean {
    const occurrence = occurrenceOf(this.pairs[pair].names, trace, debug);
    return (divergence) => this.known.find(divergence, occurrence) === undefined;
  }

  /**
   * Counts one replay through a pair; for each divergence the id of its bucket, of what follows from
   * another that of its cause.
   */
  add(pair: number, result: TraceResult): string[] {
    const { trace, debug, divergences } = result;
    const counts = this.pairs[pair];
    const occurrence = occurrenceOf(result.implementations, trace, debug);
    const entries = divergences.map((divergence) => this.known.match(divergence, occurrence));
    const ids = this.buckets.add(result, entries);
    divergences.forEach(({ op, cause }, index) => {
      if (cause === undefined) counts.addDivergence(op, entries[index] !== undefined);
    });
    const isOwnDebug = debug === trace.machine.nvhe_el2_debug;
    this.known.ran({ ...occurrence, isOwnDebug, level: counts.level ?? this.settings.level });
    counts.replays++;
    this.undefinedReplays.add(result);
    counts.notCompared += result.notCompared;
    counts.addReasons(result.reasons);
    this.words += result.wordsCompared;
    if (divergences.length > 0) counts.diverged++;
    if (divergences.length > 0 || result.undefined || this.settings.list === 'all') {
      this.listed.push(listedReplay(pair, result, ids));
    }
    return ids;
  }

  /** The baseline entry of a bucket, if one has it. */
  entryOf(bucket: string): string | undefined {
    return this.buckets.list().find(({ id }) => id === bucket)?.entry;
  }

  /** The document as of now; `searched`: what the replays are examples of. */
  document(searched?: Searched): ResultDocument {
    const { tool, command, level, debug, list = 'diverged', isSearch = false } = this.settings;
    const buckets = searched ? bucketsOf(searched, this.buckets.list()) : this.buckets.list();
    const pairs = this.pairs.map((pair) => {
      return searched ? searchedPair(pair.section(), searched, buckets) : pair.section();
    });
    const counts = { ...this.counts(pairs), ...searched?.counts };
    const isWhole = !this.interrupted && this.problemCount === 0 && counts.compared > 0;
    return resultDocument({
      tool: { ...tool },
      command: [...command],
      interrupted: this.interrupted,
      level,
      debug,
      implementations: this.implementations(),
      pairs,
      counts,
      problems: this.problems.map((problem) => ({ ...problem })),
      buckets,
      baseline: this.known.section(isWhole && !isSearch && !this.endedEarly),
      ...this.undefinedReplays.section(),
      ...(this.coverage ? { coverage: this.coverage } : {}),
      ...(this.evidence ? { evidence: this.evidence } : {}),
      ...(this.theorems.length > 0 ? { theorems: [...this.theorems] } : {}),
      ...(this.campaign ? { campaign: this.campaign } : {}),
      ...(this.seededBugs ? { seededBugs: this.seededBugs } : {}),
      ...(this.certificates ? { certificates: this.certificates } : {}),
      tracesListed: list,
      traces: this.listed,
    });
  }

  private counts(pairs: readonly Pair[]): Counts {
    const operations = pairs.flatMap((pair) => pair.operations);
    return {
      traces: this.traces,
      ...summed(pairs, ['replays', 'diverged', 'compared', 'notCompared', 'known', 'new']),
      words: this.words,
      agreed: summed(
        operations.map(({ agreed }) => agreed),
        ['success', 'refused', 'panicked'],
      ),
      followOns: this.buckets.followOns,
      problems: this.problemCount,
    };
  }

  private implementations(): ResultDocument['implementations'] {
    return [...new Set(this.settings.pairs.flat())].map(({ name, description, commit, facts }) => ({
      name,
      description,
      ...(commit === undefined ? {} : { commit }),
      ...(facts === undefined ? {} : { facts: facts.map((fact) => ({ ...fact })) }),
    }));
  }
}

function occurrenceOf(
  pair: readonly [string, string],
  trace: Trace,
  debug = trace.machine.nvhe_el2_debug,
): Occurrence {
  return { pair, debug, constructed: trace.constructed, trace: trace.name };
}

/** The most frequent first: a search has no order of its own. */
function bucketsOf(searched: Searched, buckets: readonly Bucket[]): Bucket[] {
  return buckets.map((bucket) => ({ ...bucket, count: searched.times(bucket) })).sort(byImportance);
}

function searchedPair(pair: Pair, searched: Searched, buckets: readonly Bucket[]): Pair {
  const { replays, diverged, compared } = searched.counts;
  return {
    ...pair,
    replays,
    diverged,
    compared,
    notCompared: 0,
    known: countIn(buckets, ({ verdict }) => verdict === 'known'),
    new: countIn(buckets, ({ verdict }) => verdict === 'new'),
    operations: searched.operations(buckets),
  };
}

function listedReplay(pair: number, result: TraceResult, ids: readonly string[]): Replay {
  const { trace, debug, compared } = result;
  const { name, file, line, constructed } = trace;
  const buckets = [...new Set(ids)];
  const end = undefinedEnd(result);
  return { name, file, line, pair, debug, constructed, compared, buckets, ...end };
}
