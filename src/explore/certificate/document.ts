// SPDX-License-Identifier: GPL-2.0-only
/** What explorations came to, as the document that every report is made from. */

import type { EvidenceCollector } from '../../evidence/index.js';
import type { Problem } from '../../input/problem.js';
import {
  type Agreed,
  type Bucket,
  type Certificate,
  countIn,
  type Operation,
  type ResultDocument,
  Tally,
  type TallySettings,
  type Theorem,
} from '../../result/index.js';
import type { Explored } from './explored.js';

export type ExploreSettings = Omit<TallySettings, 'pairs' | 'list' | 'isSearch'> & {
  readonly pair: TallySettings['pairs'][number];
  /** Keeps single operations of the shortest traces. */
  readonly evidence?: EvidenceCollector | undefined;
};

/** The worlds of a run, one after the other. */
export class ExplorationDocument {
  private readonly tally: Tally;
  private readonly certificates: Certificate[] = [];

  constructor(private readonly settings: ExploreSettings) {
    this.tally = new Tally({
      ...settings,
      pairs: [settings.pair],
      list: 'all',
      isSearch: true,
    });
  }

  set interrupted(isInterrupted: boolean) {
    this.tally.interrupted = isInterrupted;
  }

  addProblem(problem: Problem): void {
    this.tally.addProblem(problem);
  }

  /** States what is proved of the two besides. */
  addTheorems(theorems: readonly Theorem[]): void {
    this.tally.theorems = theorems;
  }

  /** Counts a world, and names in its certificate the buckets and the entries that have them. */
  add({ certificate, counterexamples }: Explored): void {
    counterexamples.forEach(({ result }, i) => {
      const ids = this.tally.add(0, result);
      this.settings.evidence?.add(0, result, ids);
      const bucket = certificate.buckets[i];
      bucket.id = ids[0];
      const entry = this.tally.entryOf(ids[0]);
      if (entry !== undefined) bucket.entry = entry;
    });
    this.certificates.push(certificate);
  }

  /** The shortest traces give the buckets; how often each was met is the certificates'. */
  document(): ResultDocument {
    const { certificates, tally } = this;
    tally.evidence = this.settings.evidence?.collect();
    tally.certificates = certificates;
    return tally.document({
      counts: {
        traces: 0,
        replays: 0,
        diverged: 0,
        compared: certificates.reduce((sum, { transitions }) => sum + transitions, 0),
        words: 0,
      },
      times: (bucket) => timesOf(bucket, certificates),
      operations: (buckets) => operationsOf(certificates, buckets),
    });
  }
}

/** Transitions in a bucket. */
function timesOf({ id }: Bucket, certificates: readonly Certificate[]): number {
  return certificates
    .flatMap(({ buckets }) => buckets)
    .reduce((sum, bucket) => sum + (bucket.id === id ? bucket.transitions : 0), 0);
}

const DISAGREED = ' | ';

function operationsOf(
  certificates: readonly Certificate[],
  buckets: readonly Bucket[],
): Operation[] {
  const names = new Set(certificates.flatMap(({ outcomes }) => Object.keys(outcomes)));
  return [...names].map((op) => {
    const met = new Map<string, number>();
    for (const { outcomes } of certificates) {
      for (const [outcome, n] of Object.entries(outcomes[op] ?? {})) {
        met.set(outcome, (met.get(outcome) ?? 0) + n);
      }
    }
    const agreed: Agreed = { success: 0, refused: 0, panicked: 0 };
    const outcomes: Operation['outcomes'] = [];
    for (const [outcome, n] of met) {
      if (outcome.includes(DISAGREED)) continue;
      agreed[agreementOfText(outcome)] += n;
      outcomes.push({ outcome, count: n });
    }
    outcomes.sort((a, b) => b.count - a.count || (a.outcome < b.outcome ? -1 : 1));
    const own = buckets.filter((bucket) => bucket.op === op);
    return {
      op,
      compared: [...met.values()].reduce((sum, n) => sum + n, 0),
      known: countIn(own, ({ verdict }) => verdict === 'known'),
      new: countIn(own, ({ verdict }) => verdict === 'new'),
      agreed,
      outcomes,
    };
  });
}

/** What an outcome, as text, is a kind of. */
function agreementOfText(outcome: string): keyof Agreed {
  if (outcome.startsWith('-')) return 'refused';
  return Number.isNaN(Number(outcome)) ? 'panicked' : 'success';
}
