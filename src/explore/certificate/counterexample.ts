// SPDX-License-Identifier: GPL-2.0-only
/** A diverging transition as a trace that `replay` shows failing, and as what replay says of it. */

import { bucketKey, bucketText } from '../../compare/bucket.js';
import type { Divergence } from '../../compare/divergence.js';
import type { CompareLevel } from '../../compare/lockstep.js';
import { replayTrace } from '../../compare/replay.js';
import type { TraceResult } from '../../compare/trace_result.js';
import type { Implementation } from '../../hyp/transitions.js';
import { compileOp } from '../../ops/index.js';
import { compileExpect } from '../../trace/compile.js';
import { type Expected, opText, type Trace, type TraceOp } from '../../trace/index.js';
import type { World } from '../world/world.js';

/** A trace to a divergence. */
export interface Counterexample {
  readonly trace: Trace;
  /** Operations after the set-up, the diverging one last. */
  readonly length: number;
  readonly operations: readonly string[];
  readonly result: TraceResult;
  readonly divergence: Divergence;
  /** The bucket, as replay names it. */
  readonly bucket: string;
}

export interface CounterexampleOptions {
  readonly world: World;
  readonly pair: readonly [Implementation, Implementation];
  readonly level: CompareLevel;
  /** From the world's first state to where the two part, the diverging operation last. */
  readonly ops: readonly TraceOp[];
}

/**
 * Builds the trace and replays it. The set-up is left out where the divergence does not need it.
 * @throws Error if replay does not see at the last operation what exploration saw
 */
export function counterexample(options: CounterexampleOptions): Counterexample {
  const { world, ops } = options;
  const needsSetup = ops.some(({ op }) => op.includes('guest') || op.includes('vcpu'));
  const found = needsSetup ? undefined : replayed(options, ops);
  const setup = found ? [] : world.setup;
  const divergence = found ?? replayed(options, [...setup, ...ops]);
  if (!divergence) throw new Error('replay does not see the divergence that exploration found');
  const simple = simplified(options, setup, divergence);
  return { ...simple, length: ops.length, operations: simple.ops.map(opText) };
}

type Replayed = Omit<Counterexample, 'length' | 'operations'>;

/**
 * Of traces of one length the one that was found first is any. Ranges of one page are tried, then for
 * each operation those before it in the actions that have its name; what keeps the bucket is kept.
 */
function simplified(
  options: CounterexampleOptions,
  setup: readonly TraceOp[],
  divergence: Replayed,
): Replayed & { readonly ops: readonly TraceOp[] } {
  const onePage = options.ops.map((op) => ('nr_pages' in op ? { ...op, nr_pages: 1 } : op));
  const shorter = replayed(options, [...setup, ...onePage]);
  const isSame = shorter?.bucket === divergence.bucket;
  let best = isSame ? shorter : divergence;
  let ops: readonly TraceOp[] = isSame ? onePage : options.ops;
  for (let i = 0; i < ops.length; i++) {
    for (const { source } of options.world.actions) {
      if (source.op !== ops[i].op) continue;
      if (opText(source) === opText(ops[i])) break;
      const tried = ops.with(i, source);
      const simpler = replayed(options, [...setup, ...tried]);
      if (simpler?.bucket !== divergence.bucket) continue;
      best = simpler;
      ops = tried;
      break;
    }
  }
  return { ...best, ops };
}

function replayed(
  { world, pair, level }: CounterexampleOptions,
  ops: readonly TraceOp[],
): Replayed | undefined {
  const last = ops.length - 1;
  const first = replayTrace(traceOf(world, pair, ops), pair[0], pair[1], { level });
  const seen = first.divergences[0];
  if (seen?.opIndex !== last || seen.kind === 'expectation') return undefined;

  const diverging: TraceOp = { ...ops[last], expect: expectation(pair, seen.outcomes) };
  const name = nameOf(world, seen);
  const trace: Trace = {
    ...traceOf(world, pair, [...ops.slice(0, last), diverging]),
    name,
    file: `${name}.json`,
  };
  const result = replayTrace(trace, pair[0], pair[1], { level });
  const divergence = result.divergences[0];
  const key = bucketKey(divergence, world.options.debug, trace.constructed);
  return { trace, result, divergence, bucket: bucketText(key) };
}

function expectation(
  pair: readonly [Implementation, Implementation],
  [first, second]: readonly [string, string],
): NonNullable<TraceOp['expect']> {
  if (first === second) return outcomeOf(first);
  return { [pair[0].name]: outcomeOf(first), [pair[1].name]: outcomeOf(second) };
}

function outcomeOf(text: string): NonNullable<TraceOp['expect']> & (number | string) {
  const number = Number(text);
  return Number.isNaN(number) ? (text as 'WARN') : number;
}

function nameOf(world: World, { op, kind, outcomes, columns }: Divergence): string {
  const debug = `debug-${world.options.debug ? 'on' : 'off'}`;
  const what = kind === 'outcome' ? outcomes : [kind, ...columns];
  return `explore-${[op, ...what, debug].join('-')}`
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .toLowerCase();
}

function traceOf(
  world: World,
  [first, second]: readonly [Implementation, Implementation],
  source: readonly TraceOp[],
): Trace {
  const expects: Expected[] = source.map((op) => compileExpect(op.expect));
  return {
    name: 'explore',
    description: `A shortest trace to where ${first.name} and ${second.name} part, found by explore.`,
    machine: world.machine,
    ops: source.map(compileOp),
    expects,
    source,
    constructed: source.some(({ op }) => op === 'poke'),
    file: 'explore',
    line: 1,
  };
}
