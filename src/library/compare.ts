// SPDX-License-Identifier: GPL-2.0-only
/** Traces through two sides to a result document, for a program. */

import { Baseline, readBaselines } from '../baseline/index.js';
import type { CompareLevel } from '../compare/lockstep.js';
import { Replayer } from '../compare/replay.js';
import type { TraceResult } from '../compare/trace_result.js';
import { EvidenceCollector } from '../evidence/index.js';
import { BootError } from '../hyp/boot.js';
import type { Implementation } from '../hyp/transitions.js';
import { IMPLEMENTATIONS } from '../implementations.js';
import { packageVersion } from '../package/version.js';
import { type ResultDocument, Tally } from '../result/index.js';
import { MachineSide } from '../side/machine_side.js';
import type { Side } from '../side/side.js';
import { SidePair } from '../side/side_pair.js';
import type { Trace } from '../trace/index.js';
import { InputError } from './input_error.js';
import type { Traces } from './load.js';

/** What can be compared: an implementation runs on a machine of this process, a side anywhere. */
export type Comparable = Implementation | Side;

export interface CompareOptions {
  /** What must agree after each operation; default `exact`. A side that tells less is compared in that. */
  readonly level?: CompareLevel;
  /** CONFIG_NVHE_EL2_DEBUG; default `trace`: as each trace has it. */
  readonly debug?: ResultDocument['debug'];
  /** Files of differences that are known; default none. */
  readonly baselines?: readonly string[];
  /** Keep single operations in the result, for the HTML page; of two implementations only. */
  readonly evidence?: boolean;
  /** Ends the comparison between two traces; the result then says that it was interrupted. */
  readonly signal?: AbortSignal;
}

/**
 * Replays traces through two sides, and gives what it came to. Sides are not closed.
 * @throws InputError when a baseline is not fit to be used
 */
export async function compareTraces(
  input: Traces,
  sides: readonly [Comparable, Comparable],
  options: CompareOptions = {},
): Promise<ResultDocument> {
  const { level = 'exact', debug = 'trace', baselines = [], evidence = false, signal } = options;
  const tally = new Tally({
    tool: { name: 'pkvm-tracediff', version: packageVersion() },
    command: [],
    level,
    debug,
    pairs: [sides],
    known: await knownOf(baselines, sides),
    list: 'all',
  });
  for (const problem of input.problems) tally.addProblem(problem);
  const models = modelsOf(sides);
  const collector = evidence && models ? new EvidenceCollector([models]) : undefined;
  const replay = replayOf(sides, level, tally);
  for (const trace of input.traces) {
    if (signal?.aborted) break;
    if (await replayTrace(trace, SETTINGS[debug], replay, tally, collector)) tally.addTrace();
  }
  tally.interrupted = signal?.aborted ?? false;
  tally.evidence = collector?.collect();
  return tally.document();
}

const SETTINGS: Readonly<Record<ResultDocument['debug'], readonly (boolean | undefined)[]>> = {
  trace: [undefined],
  off: [false],
  on: [true],
  both: [false, true],
};

/** The only pair of a comparison. */
const PAIR = 0;

type ReplayOne = (trace: Trace, debug: boolean | undefined) => TraceResult | Promise<TraceResult>;

function replayOf(
  [first, second]: readonly [Comparable, Comparable],
  level: CompareLevel,
  tally: Tally,
): ReplayOne {
  if (isModel(first) && isModel(second)) {
    const replayer = new Replayer(first, second, level);
    return (trace, debug) => replayer.replay(trace, debug, tally.observer(PAIR, trace));
  }
  const booted = [first, second, ...IMPLEMENTATIONS].find(isModel) ?? IMPLEMENTATIONS[0];
  const pair = new SidePair(sideOf(first), sideOf(second), level, booted);
  tally.setLevel(PAIR, pair.level);
  return (trace, debug) => pair.replay(trace, debug, tally.observer(PAIR, trace));
}

/** Replays a trace with each setting; whether it ran with any. */
async function replayTrace(
  trace: Trace,
  settings: readonly (boolean | undefined)[],
  replay: ReplayOne,
  tally: Tally,
  evidence: EvidenceCollector | undefined,
): Promise<boolean> {
  try {
    for (const debug of settings) {
      const result = await replay(trace, debug);
      const buckets = tally.add(PAIR, result);
      evidence?.add(PAIR, result, buckets);
    }
    return true;
  } catch (error) {
    if (!(error instanceof BootError)) throw error;
    const { file, line } = trace;
    const message = `the machine is too small to boot: ${error.message}`;
    tally.addProblem({ file, line, pointer: '/machine/hyp_carveout', message });
    return false;
  }
}

async function knownOf(
  files: readonly string[],
  sides: readonly Comparable[],
): Promise<Baseline | undefined> {
  if (files.length === 0) return undefined;
  const names = [...IMPLEMENTATIONS, ...sides].map(({ name }) => name);
  const { entries, problems } = await readBaselines(files, names);
  if (problems.length > 0) throw new InputError(problems);
  return new Baseline(files, entries, new Date().toISOString().slice(0, 10));
}

function isModel(side: Comparable): side is Implementation {
  return 'create' in side;
}

function modelsOf([first, second]: readonly [Comparable, Comparable]):
  | readonly [Implementation, Implementation]
  | undefined {
  return isModel(first) && isModel(second) ? [first, second] : undefined;
}

function sideOf(side: Comparable): Side {
  return isModel(side) ? new MachineSide(side) : side;
}
