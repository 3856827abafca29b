// SPDX-License-Identifier: GPL-2.0-only
/** A finding of a campaign as a trace: minimised, named after its cause, with how it was found. */

import { createHash } from 'node:crypto';
import { minimize, Oracle, type Progress, traceOf } from '../minimize/index.js';
import type { Trace } from '../trace/index.js';
import { BATCH_RUNS, type Campaign } from './batch.js';
import type { Found, UndefinedFound } from './campaign.js';
import { causeText } from './cause.js';

const HASH_DIGITS = 6;

/** The name of the trace of a cause: the same in every campaign. */
export function findingName({ cause, key }: Pick<Found, 'cause' | 'key'>): string {
  const what = key.outcomes[0] === key.outcomes[1] ? [key.kind, key.outcomes[0]] : key.outcomes;
  const words = [key.op, ...what, `debug ${key.debug ? 'on' : 'off'}`];
  const slug = words
    .join('-')
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-/, '')
    .toLowerCase();
  const hash = createHash('sha256').update(cause).digest('hex').slice(0, HASH_DIGITS);
  return key.kind === 'outcome' ? `fuzz-${slug}` : `fuzz-${slug}-${hash}`;
}

/** The name of the trace of a run that became undefined: one in each campaign. */
export function undefinedName({ misuse, machine }: UndefinedFound): string {
  const debug = machine.nvhe_el2_debug ? 'on' : 'off';
  return `fuzz-undefined-${misuse ? 'misuse-' : ''}debug-${debug}`;
}

/** Minimises a run that became undefined, as `minimizeFound()`; how it got there stays. */
export function* minimizeUndefined(
  campaign: Campaign,
  found: UndefinedFound,
  file: string,
): Generator<Progress, Trace> {
  const { first, second } = campaign;
  const { misuse, machine, ops, what } = found;
  const oracle = new Oracle(first, second, 'exact', { undefined: { constructed: false, misuse } });
  const start = { machine, steps: ops.map((op) => ({ op })) };
  const smallest = (yield* minimize(start, oracle)) ?? start;
  const cause = `Undefined${misuse ? ', after misuse' : ''}: as found, ${what}`;
  return traceOf(smallest, [first, second], {
    name: undefinedName(found),
    description: describe(campaign, { ...found, cause }, smallest.steps.length),
    file,
  });
}

/** Minimises a finding, yielding after each try; `file` is where the trace is to go,
 * and `withStates` has it say what pages are after each operation. */
export function* minimizeFound(
  campaign: Campaign,
  found: Found,
  file: string,
  withStates = false,
): Generator<Progress, Trace> {
  const { first, second } = campaign;
  const oracle = new Oracle(first, second, 'exact', { key: found.key, text: causeText });
  const start = { machine: found.machine, steps: found.ops.map((op) => ({ op })) };
  const smallest = (yield* minimize(start, oracle)) ?? start;
  const description = describe(campaign, found, smallest.steps.length);
  return traceOf(smallest, [first, second], {
    name: findingName(found),
    description,
    file,
    withStates,
  });
}

type Described = Pick<Found, 'cause' | 'batch' | 'run' | 'ops'>;

function describe(campaign: Campaign, found: Described, length: number): string {
  const { first, second, seed, misuse, corpus } = campaign;
  const runs = (found.batch + 1) * BATCH_RUNS;
  const command = [
    'pkvm-tracediff fuzz',
    `--impl ${first.name},${second.name}`,
    `--seed ${seed}`,
    `--runs ${runs}`,
    ...(misuse ? ['--misuse'] : []),
  ].join(' ');
  const from = corpus.length > 0 ? ` and a corpus of ${corpus.length} traces` : '';
  return (
    `${found.cause}. Found by fuzzing in batch ${found.batch}, run ${found.run} of seed ${seed}` +
    `${from}, ${found.ops.length} operations minimised to ${length}. Found again by: ${command}`
  );
}
