// SPDX-License-Identifier: GPL-2.0-only
/**
 * Every recording of the compiled kernel code, replayed: all results, and the state at the end or at
 * the panic.
 */
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { direct } from '../src/direct/index.js';
import { dumpState } from '../src/hyp/dump.js';
import { Machine } from '../src/hyp/machine.js';
import { PANIC_WARN } from '../src/hyp/outcome.js';
import type { Implementation } from '../src/hyp/transitions.js';
import { findImplementation } from '../src/implementations.js';
import { problemText } from '../src/input/problem.js';
import { legacy, legacyBeforeFix } from '../src/legacy/index.js';
import { Parser, type Recording, readInputs } from '../src/trace/index.js';

const GOLDEN = fileURLToPath(new URL('golden', import.meta.url));
const TIMEOUT = 120_000;

const recordings: Recording[] = [];
beforeAll(async () => {
  for await (const item of readInputs(Parser.ofRecordings(), [GOLDEN])) {
    if (item.kind === 'problem') throw new Error(problemText(item.problem));
    recordings.push(item.trace);
  }
}, TIMEOUT);

/** Runs a recording's operations up to a panic. */
function replay(recording: Recording, implementation: Implementation) {
  const machine = Machine.alone(recording.machine, implementation);
  const results: number[] = [];
  for (const op of recording.ops) {
    results.push(machine.run(op));
    machine.state.commit();
    if (machine.panicked) break;
  }
  return { machine, results };
}

/** What a recording says of an implementation; no state where it says nothing. */
function recorded({ results, state }: Recording, name: string) {
  if (name === 'direct') {
    return { results: results.direct ?? results.legacy, state: state?.direct ?? state?.legacy };
  }
  if (name === 'legacy-before-fix') {
    const own = results.legacy_before_fix;
    return { results: own ?? results.legacy, state: own ? undefined : state?.legacy };
  }
  return { results: results.legacy, state: state?.legacy };
}

describe.each([
  ['legacy', legacy],
  ['direct', direct],
  ['legacy-before-fix', legacyBeforeFix],
])('%s', (name, implementation) => {
  it(
    'does what the kernel code did in all 452 recordings',
    () => {
      expect(recordings).toHaveLength(452);
      for (const recording of recordings) {
        const wanted = recorded(recording, name);
        const { machine, results } = replay(recording, implementation);
        expect(results, recording.name).toEqual(wanted.results);
        if (wanted.state) expect(dumpState(machine), recording.name).toEqual(wanted.state);
      }
    },
    TIMEOUT,
  );
});

describe.each(['series-1', 'series-2'])('%s', (name) => {
  it('does what legacy did, where direct did so too and nothing panicked', () => {
    const implementation = findImplementation(name);
    if (!implementation) throw new Error(`no implementation ${name}`);
    const same = recordings.filter(
      ({ results, state }) =>
        !results.direct && !state?.direct && !results.legacy.some((r) => r >= PANIC_WARN),
    );
    expect(same.length).toBeGreaterThan(200);
    for (const recording of same.slice(0, 60)) {
      const { machine, results } = replay(recording, implementation);
      expect(results, recording.name).toEqual(recording.results.legacy);
      expect(dumpState(machine), recording.name).toEqual(recording.state?.legacy);
    }
  }, 120_000);
});
