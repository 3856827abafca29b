// SPDX-License-Identifier: GPL-2.0-only
/** What a search came to: its certificate, and a trace to each divergence. */

import type { Certificate, CertificateBucket, Invariant } from '../../result/index.js';
import type { TraceOp } from '../../trace/index.js';
import { INVARIANTS } from '../invariants/invariants.js';
import type { Exploration } from '../search/exploration.js';
import type { SetupDivergence } from '../world/boot.js';
import type { Images } from '../symmetry/images.js';
import {
  outcomesOf,
  type Reachability,
  undefinedIn,
  undefinedText,
  vacuity,
  verdictOf,
  worldSummary,
} from './certificate.js';
import { type Counterexample, counterexample } from './counterexample.js';

export interface Explored {
  readonly certificate: Certificate;
  readonly counterexamples: readonly Counterexample[];
}

/** What a search showed so far. */
export async function explored(
  search: Exploration,
  limit: string | undefined,
  seconds: number,
): Promise<Explored> {
  await search.collect?.();
  const { world, pair, options, classes } = search;
  const { hits } = search;
  const outcomes = outcomesOf(world, classes.list, hits);
  const undefinedCount = undefinedIn(outcomes);
  const isWhole = search.isComplete && undefinedCount === 0;
  const why = limit ?? undefinedText(undefinedCount);
  const counterexamples: Counterexample[] = [];
  for (const { state, action } of search.findings) {
    const actions = await search.traceOfPath([...(await search.pathTo(state)), action]);
    const ops = actions.map((l) => world.actions[l].source);
    counterexamples.push(counterexample({ world, pair, level: options.level, ops }));
  }
  const perBucket = classes.buckets.map(() => 0);
  classes.list.forEach(({ bucket }, cls) => {
    if (bucket >= 0) perBucket[bucket] += hits[cls] ?? 0;
  });
  const buckets = counterexamples.map((found, i) =>
    bucketOf(found, perBucket[search.findings[i].bucket]),
  );
  return {
    certificate: {
      format: 'pkvm-certificate/1',
      verdict: verdictOf(isWhole, buckets),
      complete: isWhole,
      ...(why === undefined ? {} : { limit: why }),
      implementations: [pair[0].name, pair[1].name],
      compare: options.level,
      view: options.view,
      from: search.from,
      world: worldSummary(world),
      states: search.states,
      transitions: search.transitions,
      depth: search.depth,
      frontier: search.frontier,
      digest: search.digest,
      outcomes,
      ...(undefinedCount > 0 ? { undefined: undefinedCount } : {}),
      ...vacuity(world, outcomes),
      buckets,
      ...(search.invariants ? { invariants: await invariantsOf(search) } : {}),
      seconds,
      ...(search.images ? { symmetry: symmetryOf(search.images, search.kept) } : {}),
      executed: search.executed,
      workers: search.workers,
      bytes: search.bytes,
    },
    counterexamples,
  };
}

function symmetryOf({ order, group }: Images, kept: number): NonNullable<Certificate['symmetry']> {
  return { renamings: [...group.names], order, kept };
}

function bucketOf(found: Counterexample, transitions: number): CertificateBucket {
  const divergence = found.divergence;
  return {
    bucket: found.bucket,
    op: divergence.op,
    outcomes: [...divergence.outcomes],
    columns: [...divergence.columns],
    transitions,
    length: found.length,
    trace: [...found.operations],
  };
}

/** What there is to say when the two part before the first state: nothing was explored. */
export function setupExplored({ world, pair, level, ops }: SetupDivergence): Explored {
  const source = world.setup.slice(0, ops).map(({ expect: _expect, ...op }) => op as TraceOp);
  const found = counterexample({ world: { ...world, setup: [] }, pair, level, ops: source });
  const certificate: Certificate = {
    format: 'pkvm-certificate/1',
    verdict: 'diverged',
    complete: false,
    limit: 'the set-up',
    implementations: [pair[0].name, pair[1].name],
    compare: level,
    view: 'exact',
    from: 'boot',
    world: worldSummary(world),
    states: 0,
    transitions: 0,
    depth: 0,
    frontier: 0,
    digest: '',
    outcomes: {},
    ...vacuity(world, {}),
    buckets: [bucketOf(found, 1)],
    seconds: 0,
    executed: 0,
    workers: 1,
    bytes: 0,
  };
  return { certificate, counterexamples: [found] };
}

/** Says of each divergence from a constructed state whether an exploration from boot met it too. */
export function labelReachable(constructed: Certificate, boot: Certificate): void {
  const name = (text: string) => text.replace(/; (reachable|misuse|constructed)$/, '');
  for (const bucket of constructed.buckets) {
    const met = boot.buckets.find((other) => name(other.bucket) === name(bucket.bucket));
    const otherwise: Reachability = boot.complete ? 'unreachable in this world' : 'unknown';
    bucket.reachable = met ? 'reachable' : otherwise;
    if (met) bucket.bootTrace = met.trace;
  }
}

async function invariantsOf(search: Exploration): Promise<Invariant[]> {
  const violations = search.invariants?.violations ?? [];
  const found: Invariant[] = [];
  for (const invariant of INVARIANTS) {
    const { name, rule, source } = invariant;
    const violated = violations.find((violation) => violation.invariant === invariant);
    if (violated) {
      const actions = await search.traceOfPath(await search.pathTo(violated.state));
      const trace = actions.map((l) => search.world.actions[l].text);
      found.push({ name, rule, source, holds: false, what: violated.what, trace });
    } else found.push({ name, rule, source, holds: true });
  }
  return found;
}
