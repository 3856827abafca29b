// SPDX-License-Identifier: GPL-2.0-only
/**
 * What two implementations make of the bundled traces, and where they may differ. The tables come
 * from the model text.
 */
import { dirname, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { replayTrace } from '../src/compare/replay.js';
import { outcomeText } from '../src/hyp/outcome.js';
import type { Implementation } from '../src/hyp/transitions.js';
import { findImplementation } from '../src/implementations.js';
import { problemText } from '../src/input/problem.js';
import { Parser, readInputs, type Trace } from '../src/trace/index.js';

export const FOLDER = fileURLToPath(new URL('../traces', import.meta.url));

/** Traces in which legacy and direct differ: operation index and kind. Nothing else may differ. */
export const FINDINGS: Readonly<Record<string, readonly string[]>> = {
  // An int holds the unmapped size: 2 GiB is negative.
  'hyp-donate-host-2gib': ['1 outcome'],
  'teardown-of-vm-of-2gib': ['2 outcome'],
  'init-vm-of-2gib-refused': ['2 outcome'],
  // Legacy asks for the reference count before the state of hyp.
  'unshare-hyp-busy-or-refused': ['6 outcome'],
  'unshare-hyp-busy-or-refused-through-init-vm': ['6 outcome'],
  'unshare-hyp-busy-or-refused-host-only': ['5 outcome'],
  'unshare-hyp-busy-or-refused-constructed': ['1 outcome', '3 outcome'],
  'unshare-hyp-busy-or-refused-constructed-debug': ['1 outcome', '3 outcome'],
  // Legacy changes the host first, direct hyp.
  'share-hyp-out-of-tables': ['1 state-at-panic'],
  'share-hyp-out-of-tables-debug': ['1 state-at-panic'],
  'donate-hyp-out-of-hyp-tables': ['1 state-at-panic'],
  'donate-hyp-out-of-hyp-tables-midway': ['0 state-at-panic'],
  'donate-hyp-out-of-both-tables': ['0 state-at-panic'],
  'donate-hyp-out-of-both-tables-at-once': ['0 state-at-panic'],
  'donate-hyp-out-of-host-tables': ['1 state-at-panic'],
  'init-vm-out-of-tables': ['1 state-at-panic'],
  'init-vcpu-out-of-tables': ['3 state-at-panic'],
  'share-guest-memcache-out-of-tables': ['5 state-at-panic'],
};

/** Findings for which hyp gives away what it uses itself. */
export const MISUSE: Readonly<Record<string, readonly string[]>> = {
  'unshare-hyp-busy-or-refused-misuse-debug': ['2 outcome'],
  'donate-hyp-of-counted-free-page-misuse-debug': ['3 state-at-panic'],
  'donate-hyp-after-tables-freed-misuse': ['3 state-at-panic'],
};

/** Traces in which the fix of Nov 2024 shows: legacy-before-fix against legacy. */
export const REGRESSIONS: Readonly<Record<string, readonly string[]>> = {
  selftest: ['31 outcome'],
  'selftest-np-guest': ['43 outcome'],
  'unshare-hyp-of-ffa-page': ['1 outcome'],
  'unshare-hyp-of-ffa-pages-twice': ['5 outcome'],
  'unshare-hyp-of-guest-page': ['6 outcome'],
  'unshare-hyp-of-hyp-page-constructed': ['1 outcome'],
};

/** All bundled traces, and the problems met in reading them. */
export async function bundled(): Promise<{ traces: Trace[]; problems: string[] }> {
  const traces: Trace[] = [];
  const problems: string[] = [];
  for await (const item of readInputs(Parser.ofTraces(), [FOLDER])) {
    if (item.kind === 'trace') traces.push(item.trace);
    else problems.push(problemText(item.problem));
  }
  return { traces, problems };
}

/** The folder of a trace within traces/. */
export function folderOf(trace: Trace): string {
  return relative(FOLDER, dirname(trace.file)).split(sep).join('/');
}

function implementation(name: string): Implementation {
  const found = findImplementation(name);
  if (found === undefined) throw new Error(`no implementation ${name}`);
  return found;
}

/** What two implementations make of all traces: where they differ, and the outcomes they had. */
export class Comparison {
  readonly differences: Record<string, string[]> = {};
  readonly unmet: string[] = [];
  readonly outcomes = new Map<string, Set<string>>();
  /** Operations that neither side got to. */
  readonly unreached: string[] = [];
  /** Traces that are undefined: at which operation, and whether they expect so. */
  readonly notKnown: string[] = [];
  /** Traces with a difference that is labelled misuse. */
  readonly misused: string[] = [];

  constructor(traces: readonly Trace[], first: string, second: string) {
    for (const trace of traces) this.replay(trace, implementation(first), implementation(second));
  }

  private replay(trace: Trace, first: Implementation, second: Implementation): void {
    const {
      divergences,
      compared,
      undefined: end,
    } = replayTrace(trace, first, second, {
      level: 'exact',
      observe: (index, lockstep) => {
        this.met(trace.source[index].op, lockstep.firstOutcome);
        this.met(trace.source[index].op, lockstep.secondOutcome);
      },
    });
    for (const { kind, opIndex, opText, outcomes, expected } of divergences) {
      if (kind === 'expectation') {
        const text = `${opText} ${outcomes.join(' | ')}, expected ${expected?.join(' | ')}`;
        this.unmet.push(`${trace.name}[${opIndex}]: ${text}`);
      } else {
        this.differences[trace.name] ??= [];
        this.differences[trace.name].push(`${opIndex} ${kind}`);
      }
    }
    const last = divergences.findLast(({ opIndex }) => opIndex === compared - 1);
    const oneSided = last !== undefined && last.outcomes[0] !== last.outcomes[1];
    if (divergences.some(({ misuse }) => misuse)) this.misused.push(trace.name);
    if (end) this.notKnown.push(`${trace.name} ${end.opIndex} ${end.expected}`);
    else if (compared < trace.ops.length && !oneSided) this.unreached.push(trace.name);
  }

  private met(op: string, outcome: number): void {
    const met = this.outcomes.get(op) ?? new Set();
    this.outcomes.set(op, met);
    met.add(outcome >= 0x1000 && outcome <= 0x10fe ? 'handle' : outcomeText(outcome));
  }
}
