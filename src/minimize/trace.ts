// SPDX-License-Identifier: GPL-2.0-only
/** Between candidates and traces: what a trace starts as, and what a minimised one is written as. */

import { Lockstep, STEP_UNDEFINED } from '../compare/lockstep.js';
import type { TraceResult } from '../compare/trace_result.js';
import { isPanic, outcomeText } from '../hyp/outcome.js';
import type { Implementation } from '../hyp/transitions.js';
import { decompileOp, madeTrace, type Trace, type TraceOp } from '../trace/index.js';
import type { Candidate, Step } from './candidate.js';
import { StateWriter } from './states.js';

/** The candidate a trace is, with the debug setting it was replayed with. */
export function candidateOf({ trace, debug }: TraceResult, keepsExpectations: boolean): Candidate {
  const steps = trace.ops.map((op, i) =>
    keepsExpectations ? { op, expect: trace.expects[i], state: stateAt(trace, i) } : { op },
  );
  return { machine: { ...trace.machine, nvhe_el2_debug: debug }, steps };
}

function stateAt({ source, expectStates }: Trace, index: number): Step['state'] {
  const written = source[index].expect_state;
  const compiled = expectStates?.[index];
  return written && compiled ? { written, compiled } : undefined;
}

export interface TraceTitle {
  readonly name: string;
  readonly description: string;
  readonly file: string;
  /** Write what pages are after each operation, too. */
  readonly withStates?: boolean | undefined;
}

/**
 * The candidate as a trace, each operation with the outcomes it has in the two implementations; an
 * operation that is held to something keeps what it is held to.
 */
export function traceOf(
  { machine, steps }: Candidate,
  pair: readonly [Implementation, Implementation],
  { withStates, ...title }: TraceTitle,
): Trace {
  const lockstep = new Lockstep(machine, ...pair);
  const names = [pair[0].name, pair[1].name] as const;
  const ops = steps.map(({ op }) => op);
  const states = withStates ? new StateWriter(lockstep, names, ops) : undefined;
  const source: TraceOp[] = [];
  for (const step of steps) {
    if (lockstep.first.panic !== 0) break;
    const compared = lockstep.step(step.op);
    const isDefined = compared !== STEP_UNDEFINED;
    const expect_state = isDefined ? (step.state?.written ?? states?.after(step.op)) : undefined;
    source.push({
      ...decompileOp(step.op),
      expect: expectOf(step, lockstep, pair),
      ...(expect_state === undefined ? {} : { expect_state }),
    });
    lockstep.settle(compared);
  }
  return madeTrace({ ...title, machine, source });
}

type Expect = NonNullable<TraceOp['expect']>;

function expectOf(
  { expect }: Step,
  { firstOutcome, secondOutcome }: Lockstep,
  [first, second]: readonly [Implementation, Implementation],
): Expect {
  if (typeof expect === 'number') return outcome(expect);
  if (expect !== undefined) {
    return Object.fromEntries([...expect].map(([name, value]) => [name, outcome(value)]));
  }
  if (firstOutcome === secondOutcome) return outcome(firstOutcome);
  return { [first.name]: outcome(firstOutcome), [second.name]: outcome(secondOutcome) };
}

/** An outcome as a trace writes it: an error or a panic by name. */
function outcome(value: number): Expect & (number | string) {
  return value < 0 || isPanic(value) ? nameOf(value) : value;
}

function nameOf(value: number): Expect & (number | string) {
  const text = outcomeText(value);
  return Number.isNaN(Number(text)) ? (text as 'WARN') : value;
}
