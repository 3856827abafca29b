// SPDX-License-Identifier: GPL-2.0-only
/**
 * Evidence of a run, gathered after its verdicts: replays that diverged first, then one of every
 * trace, then the others, until there is no more room. Tracing slows what shares its process down, so
 * everything is compared before anything is traced.
 */

import { Replayer } from '../compare/replay.js';
import type { TraceResult } from '../compare/trace_result.js';
import { Explainer } from '../explain/explain.js';
import type { Implementation } from '../hyp/transitions.js';
import type { Evidence, TraceEvidence } from '../result/index.js';
import { explanationEvidence } from './explained.js';
import { Pool, traceEvidence } from './trace_evidence.js';

type Pair = readonly [Implementation, Implementation];

interface Candidate {
  readonly pair: number;
  readonly result: TraceResult;
  readonly buckets: readonly string[];
  /** First replay of its trace. */
  readonly isFirst: boolean;
}

export interface EvidenceLimits {
  /** Characters of JSON, about. */
  readonly characters: number;
  /** Operations that are explained call by call, besides one of each kind. */
  readonly explained: number;
  /** Operations of the replays that are kept in mind until the end of the run. */
  readonly ops: number;
  /** Changed words from which a replay takes too long to be explained, or done again without need. */
  readonly words: number;
}

export const DEFAULT_EVIDENCE_LIMITS: EvidenceLimits = {
  characters: 3_500_000,
  explained: 600,
  ops: 300_000,
  words: 1_000_000,
};

export class EvidenceCollector {
  private readonly candidates: Candidate[] = [];
  private readonly seen = new Set<string>();
  /** Buckets of which an example is noted. */
  private readonly shown = new Set<string>();
  private ops = 0;
  private leftOut = 0;

  constructor(
    /** The pairs that are replayed; undefined: one that cannot be looked into. */
    private readonly pairs: readonly (Pair | undefined)[],
    private readonly limits: EvidenceLimits = DEFAULT_EVIDENCE_LIMITS,
  ) {}

  /** Notes a replay; `buckets` has the id of each divergence's bucket. */
  add(pair: number, result: TraceResult, buckets: readonly string[]): void {
    const { trace } = result;
    const key = `${trace.file}:${trace.line}`;
    const isFirst = !this.seen.has(key);
    const isHuge = result.wordsCompared > this.limits.words;
    const isWorthIt = !isHuge || buckets.some((bucket) => !this.shown.has(bucket));
    if (this.ops + trace.ops.length > this.limits.ops || !isWorthIt) {
      this.leftOut++;
      return;
    }
    this.ops += trace.ops.length;
    this.seen.add(key);
    for (const bucket of buckets) this.shown.add(bucket);
    this.candidates.push({ pair, result, buckets, isFirst });
  }

  /** Replays what was noted once more, and looks closely. */
  collect(): Evidence {
    const pool = new Pool();
    const replayers = this.pairs.map((pair) => pair && new Replayer(pair[0], pair[1], 'exact'));
    const explained = new ExplainedKinds(this.limits.explained);
    const traces: TraceEvidence[] = [];
    let room = this.limits.characters;
    let { leftOut } = this;
    for (const candidate of this.inOrder()) {
      if (room <= 0) {
        leftOut++;
        continue;
      }
      const { pair, result, buckets } = candidate;
      const stringsBefore = pool.strings.list.length;
      const replayer = replayers[pair];
      if (!replayer) continue;
      const trace = traceEvidence(pool, replayer, pair, result, buckets);
      this.explain(pool, candidate, trace, explained);
      traces.push(trace);
      room -= JSON.stringify(trace).length;
      for (const text of pool.strings.list.slice(stringsBefore)) room -= text.length + 3;
    }
    return { strings: pool.strings.list, states: pool.states.list, traces, leftOut };
  }

  private inOrder(): Candidate[] {
    const rank = ({ result, isFirst }: Candidate) =>
      result.divergences.length > 0 ? 0 : isFirst ? 1 : 2;
    return [...this.candidates].sort((a, b) => rank(a) - rank(b));
  }

  private explain(
    pool: Pool,
    { pair, result }: Candidate,
    evidence: TraceEvidence,
    explained: ExplainedKinds,
  ): void {
    if (result.wordsCompared > this.limits.words) return;
    const wanted = evidence.ops.flatMap((op, i) => {
      const kind = `${pair} ${result.debug} ${pool.strings.list[op.text].replace(/\(.*/s, '')} ${op.met}`;
      return explained.wants(kind, op.buckets !== undefined) ? [i] : [];
    });
    if (wanted.length === 0) return;
    const implementations = this.pairs[pair];
    if (!implementations) return;
    const [first, second] = implementations;
    const explainer = new Explainer(result.trace, first, second, result.debug);
    for (const i of wanted) {
      explainer.skipTo(evidence.first + i);
      evidence.ops[i].explanation = explanationEvidence(pool, explainer.explain());
    }
  }
}

/** Which operations are worth explaining: what diverged, and one of each kind. */
class ExplainedKinds {
  private readonly kinds = new Set<string>();

  constructor(private left: number) {}

  wants(kind: string, diverged: boolean): boolean {
    const isNew = !this.kinds.has(kind);
    if (!isNew && !diverged) return false;
    if (!isNew && this.left-- <= 0) return false;
    this.kinds.add(kind);
    return true;
  }
}
