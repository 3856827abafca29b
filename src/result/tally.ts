// SPDX-License-Identifier: GPL-2.0-only
/**
 * The result document, built trace by trace. Memory goes with the buckets, and with the replays
 * listed: one small entry each.
 */

import type { CompareLevel } from '../compare/lockstep.js';
import type { OutcomeObserver, TraceResult } from '../compare/replay.js';
import type { Problem } from '../input/problem.js';
import type { Trace } from '../trace/index.js';
import { Buckets } from './buckets.js';
import { type KnownDifferences, NOTHING_KNOWN, type Ran } from './known.js';
import { PairCounts } from './pair_counts.js';
import type {
  Agreed,
  Counts,
  Coverage,
  Evidence,
  Replay,
  ResultDocument,
  SeededBugs,
  Theorem,
  Verdict,
} from './types.generated.js';
import { UndefinedReplays } from './undefined.js';
import { verdictOf } from './verdict.js';

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
}

/** Most problems kept; all are counted. */
const PROBLEMS_KEPT = 1000;

export class Tally {
  /** The run stops before its end. */
  interrupted = false;
  /** What the run met, when that was asked for. */
  coverage: Coverage | undefined;
  /** Single replays looked at closely, when that was asked for. */
  evidence: Evidence | undefined;
  /** What is proved of each pair. */
  theorems: readonly Theorem[] = [];
  /** How good the traces are at finding bugs, where that is known. */
  seededBugs: SeededBugs | undefined;
  private readonly pairs: PairCounts[];
  private readonly known: KnownDifferences;
  private readonly buckets = new Buckets();
  private readonly ran = new Map<string, Ran>();
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

  /** What `replayTrace()` must be given to have its operations counted for a pair. */
  observer(pair: number, trace: Trace): OutcomeObserver {
    return this.pairs[pair].observer(trace);
  }

  /** Says that a pair is compared at another level than the run wants. */
  setLevel(pair: number, level: CompareLevel): void {
    if (level !== this.settings.level) this.pairs[pair].level = level;
  }

  /** Counts one replay through a pair; the ids of the buckets its divergences are in. */
  add(pair: number, result: TraceResult): string[] {
    const { trace, debug, divergences } = result;
    const counts = this.pairs[pair];
    const ids: string[] = [];
    for (const divergence of divergences) {
      const entry = this.known.match(divergence, {
        pair: result.implementations,
        debug,
        constructed: trace.constructed,
        trace: trace.name,
      });
      counts.addDivergence(divergence.op, entry !== undefined);
      ids.push(this.buckets.add(divergence, result, entry));
    }
    counts.replays++;
    this.undefinedReplays.add(result);
    counts.notCompared += result.notCompared;
    counts.addReasons(result.reasons);
    this.words += result.wordsCompared;
    this.ran.set(`${pair} ${debug}`, { pair: result.implementations, debug });
    if (divergences.length > 0) counts.diverged++;
    if (divergences.length > 0 || this.settings.list === 'all') {
      this.listed.push(listedReplay(pair, result, ids));
    }
    return ids;
  }

  /** The document as of now. */
  document(): ResultDocument {
    const { tool, command, level, debug, list = 'diverged' } = this.settings;
    const pairs = this.pairs.map((pair) => pair.section());
    const counts = this.counts(pairs);
    const run = {
      ran: [...this.ran.values()],
      bothSettings: debug === 'both',
      whole: !this.interrupted && this.problemCount === 0 && counts.compared > 0,
    };
    return {
      format: 'pkvm-result/1',
      tool: { ...tool },
      command: [...command],
      verdict: this.verdict(counts),
      interrupted: this.interrupted,
      level,
      debug,
      implementations: this.implementations(),
      pairs,
      counts,
      problems: this.problems.map((problem) => ({ ...problem })),
      buckets: this.buckets.list(),
      baseline: this.known.section(run),
      ...this.undefinedReplays.section(),
      ...(this.coverage ? { coverage: this.coverage } : {}),
      ...(this.evidence ? { evidence: this.evidence } : {}),
      ...(this.theorems.length > 0 ? { theorems: [...this.theorems] } : {}),
      ...(this.seededBugs ? { seededBugs: this.seededBugs } : {}),
      tracesListed: list,
      traces: this.listed,
    };
  }

  private counts(pairs: ResultDocument['pairs']): Counts {
    const total = (pick: (pair: ResultDocument['pairs'][number]) => number) =>
      pairs.reduce((sum, pair) => sum + pick(pair), 0);
    const agreed = (key: keyof Agreed) =>
      total(({ operations }) => operations.reduce((sum, op) => sum + op.agreed[key], 0));
    return {
      traces: this.traces,
      replays: total((pair) => pair.replays),
      diverged: total((pair) => pair.diverged),
      compared: total((pair) => pair.compared),
      notCompared: total((pair) => pair.notCompared),
      words: this.words,
      agreed: {
        success: agreed('success'),
        refused: agreed('refused'),
        panicked: agreed('panicked'),
      },
      known: total((pair) => pair.known),
      new: total((pair) => pair.new),
      problems: this.problemCount,
    };
  }

  private verdict(counts: Counts): Verdict {
    const isMissing = (this.coverage?.missing.length ?? 0) > 0;
    const isUnproved = this.theorems.some(({ verdict }) => verdict === 'not proved');
    const hasCompared = counts.compared > 0 || this.theorems.length > 0;
    const isWhole = !this.interrupted && counts.problems === 0 && hasCompared;
    const proved = (verdict: Verdict) =>
      this.theorems.filter((theorem) => theorem.verdict === verdict).length;
    const differences = {
      known: counts.known + proved('known'),
      new: counts.new + proved('new'),
    };
    const { allExpected } = this.undefinedReplays;
    return verdictOf(differences, isWhole && !isMissing && !isUnproved && allExpected);
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

function listedReplay(pair: number, result: TraceResult, ids: readonly string[]): Replay {
  const { trace, debug, compared } = result;
  const { name, file, line, constructed } = trace;
  return { name, file, line, pair, debug, constructed, compared, buckets: [...new Set(ids)] };
}
