// SPDX-License-Identifier: GPL-2.0-only
/** `--confirm`: kernels are asked about each cause, by the trace that shows it. */

import { existsSync } from 'node:fs';
import type { Bucket, ResultDocument } from '../../result/index.js';
import type { BuiltCommit, Range } from '../../series/index.js';
import type { Trace } from '../../trace/index.js';
import { Confirmations } from '../confirming.js';
import type { Context } from '../context.js';
import { type ImplRef, Sides } from '../sides.js';
import { tracesOf } from '../traces.js';
import { lentBy, type Neighbours, refOf } from './neighbours.js';

/** Writes what kernels do into the document; builds only the commits on both sides of a cause. */
export async function confirmCauses(
  document: ResultDocument,
  { base, commits }: Range,
  neighbours: Neighbours,
  asked: readonly ImplRef[],
  kernels: Sides,
  context: Context,
): Promise<void> {
  const causes = document.buckets.filter(({ kind }) => kind !== 'expectation');
  const built = new Map<string, BuiltCommit>();
  try {
    for (const commit of [base, ...commits]) {
      if (!causes.some(({ pair }) => Object.values(pair).includes(commit.name))) continue;
      const one = await neighbours.build(commit);
      if (!('notBuilt' in one)) built.set(commit.name, one);
    }
    const confirmations = new Confirmations(asked);
    for (const bucket of causes) {
      const [first, second] = [built.get(bucket.pair.first), built.get(bucket.pair.second)];
      const trace = await traceOf(bucket, context);
      if (!first || !second || !trace) continue;
      const { opIndex } = bucket.example;
      confirmations.addTrace(bucket.id, { trace, opIndex, pair: [refOf(first), refOf(second)] });
    }
    const lent = [...lentBy([...built.values()]), ...asked.map((ref) => kernels.sideOf(ref))];
    const sides = await Sides.start([], context, lent);
    if (sides) await confirmations.ask(document, sides, context);
    await sides?.close();
  } finally {
    for (const one of built.values()) await one.close();
  }
}

/** The trace of an example, with the debug setting that shows it; undefined if its file is gone. */
async function traceOf({ example, debug }: Bucket, context: Context): Promise<Trace | undefined> {
  if (!existsSync(example.file)) return undefined;
  for await (const trace of tracesOf([example.file], context, false)) {
    if (trace.name !== example.trace) continue;
    return { ...trace, machine: { ...trace.machine, nvhe_el2_debug: debug } };
  }
  return undefined;
}
