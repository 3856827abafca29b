// SPDX-License-Identifier: GPL-2.0-only
/** One implementation against what the compiled kernel code did, as recorded. */

import { dumpState } from '../hyp/dump.js';
import { Machine } from '../hyp/machine.js';
import { outcomeText } from '../hyp/outcome.js';
import type { Implementation } from '../hyp/transitions.js';
import { opText } from '../ops/index.js';
import type { Recording } from '../trace/trace.js';

/** Where a replay first left its recording: what was recorded and what came instead, as text. */
export interface Mismatch {
  readonly where: string;
  readonly recorded: string;
  readonly replayed: string;
  /** The model does not know what C does here, and why: no mismatch, but not compared. */
  readonly notKnown?: string;
}

/** Implementations that were recorded; `legacy-before-fix` by its results alone. */
export const RECORDED_IMPLEMENTATIONS = ['legacy', 'direct', 'legacy-before-fix'] as const;
export type RecordedName = (typeof RECORDED_IMPLEMENTATIONS)[number];

/**
 * Replays a recording; the first mismatch or where the model's knowledge ends, or undefined.
 * @throws BootError when the recording's machine is too small to boot
 */
export function conform(
  recording: Recording,
  name: RecordedName,
  implementation: Implementation,
): Mismatch | undefined {
  const machine = Machine.alone(recording.machine, implementation);
  return compareResults(recording, name, machine) ?? compareState(recording, name, machine);
}

function compareResults(
  recording: Recording,
  name: RecordedName,
  machine: Machine,
): Mismatch | undefined {
  const results = resultsOf(recording, name);
  for (let i = 0; i < results.length; i++) {
    const outcome = machine.run(recording.ops[i]);
    machine.state.commit();
    if (outcome === results[i]) continue;
    const where = `op ${i}: ${opText(recording.source[i])}`;
    const outcomes = { recorded: outcomeText(results[i]), replayed: outcomeText(outcome) };
    const notKnown = machine.undefinedUse?.text;
    return { where, ...outcomes, ...(notKnown === undefined ? {} : { notKnown }) };
  }
  return undefined;
}

function resultsOf(recording: Recording, name: RecordedName): readonly number[] {
  const { legacy, direct, legacy_before_fix } = recording.results;
  if (name === 'direct') return direct ?? legacy;
  if (name === 'legacy-before-fix') return legacy_before_fix ?? legacy;
  return legacy;
}

function compareState(
  recording: Recording,
  name: RecordedName,
  machine: Machine,
): Mismatch | undefined {
  const { state, results } = recording;
  if (!state) return undefined;
  if (name === 'legacy-before-fix' && results.legacy_before_fix) return undefined;
  const recorded = canonical(name === 'direct' ? (state.direct ?? state.legacy) : state.legacy);
  const dump = dumpState(machine);
  const replayed = canonical(dump);
  if (recorded === replayed) return undefined;
  const notKnown = dump.undefined?.join('; ');
  const where = 'final state';
  return { where, recorded, replayed, ...(notKnown === undefined ? {} : { notKnown }) };
}

/** A dump as text, a line a run, so that a diff shows the runs that differ. */
function canonical(dump: object): string {
  return Object.entries(dump)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) =>
      Array.isArray(value)
        ? value.map((item) => `${key} ${JSON.stringify(item)}`).join('\n')
        : `${key} ${JSON.stringify(value)}`,
    )
    .filter((line) => line !== '')
    .join('\n');
}
