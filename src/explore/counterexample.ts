// SPDX-License-Identifier: GPL-2.0-only
/** A diverging transition as a trace that `replay` shows failing, and as what replay says of it. */

import { bucketKey, bucketText } from '../compare/bucket.js';
import type { CompareLevel } from '../compare/lockstep.js';
import { replayTrace, type TraceResult } from '../compare/replay.js';
import { outcomeText } from '../hyp/outcome.js';
import type { Implementation } from '../hyp/transitions.js';
import { compileExpect, compileOp } from '../trace/compile.js';
import type { Expected, Trace, TraceOp } from '../trace/index.js';
import type { World } from './world.js';

/** A trace to a divergence. */
export interface Counterexample {
  readonly trace: Trace;
  /** Operations after the set-up, the diverging one last. */
  readonly length: number;
  readonly result: TraceResult;
  /** The bucket, as replay names it. */
  readonly bucket: string;
}

export interface CounterexampleOptions {
  readonly world: World;
  readonly pair: readonly [Implementation, Implementation];
  readonly level: CompareLevel;
  /** Operations that bring the world's first state to where it diverges, and the diverging one. */
  readonly ops: readonly TraceOp[];
  /** The set-up is left out where no operation needs it. */
  readonly needsSetup: boolean;
}

/**
 * Builds the trace and replays it.
 * @throws Error if replay does not see at its last operation what exploration saw
 */
export function counterexample(options: CounterexampleOptions): Counterexample {
  const { world, pair, level, ops } = options;
  const source = options.needsSetup ? [...world.setup, ...ops] : [...ops];
  const trace = traceOf(world, pair, source);
  const result = replayTrace(trace, pair[0], pair[1], { level });
  const divergence = result.divergences.find(({ kind }) => kind !== 'expectation');
  if (!divergence || divergence.opIndex !== source.length - 1) {
    throw new Error('replay does not see the divergence that exploration found');
  }
  const last: TraceOp = {
    ...source[source.length - 1],
    expect: {
      [pair[0].name]: expectation(divergence.outcomes[0]),
      [pair[1].name]: expectation(divergence.outcomes[1]),
    },
  };
  const named = {
    ...traceOf(world, pair, [...source.slice(0, -1), last]),
    name: nameOf(world, divergence.op, divergence.outcomes),
  };
  return {
    trace: named,
    length: ops.length,
    result: { ...result, trace: named },
    bucket: bucketText(bucketKey(divergence, world.options.debug, trace.constructed)),
  };
}

function expectation(outcome: string): number | string {
  return /^-?\d+$/.test(outcome) ? Number(outcome) : outcome;
}

function nameOf(world: World, op: string, outcomes: readonly [string, string]): string {
  const parts = [op.replace(/^_+/, ''), ...outcomes, `debug-${world.options.debug ? 'on' : 'off'}`];
  return `explore-${parts.join('-')}`.replaceAll(/[^A-Za-z0-9]+/g, '-').toLowerCase();
}

function traceOf(
  world: World,
  pair: readonly [Implementation, Implementation],
  source: readonly TraceOp[],
): Trace {
  const expects: Expected[] = source.map((op) => compileExpect(op.expect));
  return {
    name: 'explore',
    description: `A shortest trace to where ${pair[0].name} and ${pair[1].name} part, found by explore.`,
    machine: world.machine,
    ops: source.map(compileOp),
    expects,
    source,
    constructed: source.some(({ op }) => op === 'poke'),
    file: 'explore',
    line: 1,
  };
}

/** Outcomes of a transition as text. */
export function outcomesText(first: number, second: number): [string, string] {
  return [outcomeText(first), outcomeText(second)];
}
