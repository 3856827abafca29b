// SPDX-License-Identifier: GPL-2.0-only
/** `--confirm`: the shortest trace of each difference, run on a side that is asked whose part it takes. */

import { type Command, Option } from 'commander';
import type { TraceResult } from '../compare/trace_result.js';
import type { ResultDocument } from '../result/index.js';
import { confirm } from '../side/confirm.js';
import type { Trace } from '../trace/index.js';
import type { Context } from './context.js';
import { type ImplRef, parseRef, type RefPair, type Sides } from './sides.js';

export interface ConfirmFlags {
  confirm?: ImplRef[];
}

/** Adds the option to a command. */
export function addConfirmOption(command: Command): Command {
  return command.addOption(
    new Option(
      '--confirm <side>',
      'ask a kernel, as real:PATH, what it does where the two differ (repeatable)',
    ).argParser((text, others: ImplRef[] | undefined) => [...(others ?? []), parseRef(text)]),
  );
}

/** Where a difference is shown. */
export interface ShownBy {
  readonly trace: Trace;
  readonly opIndex: number;
  readonly pair: RefPair;
}

export class Confirmations {
  private readonly examples = new Map<string, ShownBy>();

  constructor(private readonly asked: readonly ImplRef[]) {}

  /** Notes the divergences of a replay; `buckets` has the id of each one's bucket. */
  add(pair: RefPair, { trace, debug, divergences }: TraceResult, buckets: readonly string[]): void {
    if (this.asked.length === 0) return;
    divergences.forEach(({ opIndex }, i) => {
      const known = this.examples.get(buckets[i]);
      if (known && known.opIndex <= opIndex) return;
      const machine = { ...trace.machine, nvhe_el2_debug: debug };
      this.examples.set(buckets[i], { trace: { ...trace, machine }, opIndex, pair });
    });
  }

  /** Notes a trace that shows the difference of a bucket; its machine has the bucket's debug setting. */
  addTrace(bucket: string, shownBy: ShownBy): void {
    this.examples.set(bucket, shownBy);
  }

  /** Asks about every difference, and writes the answers into the document. */
  async ask(document: ResultDocument, sides: Sides, context: Context): Promise<void> {
    for (const bucket of document.buckets) {
      const example = this.examples.get(bucket.id);
      if (!example || bucket.kind === 'expectation') continue;
      const [first, second] = example.pair.map((ref) => sides.sideOf(ref));
      const answers: NonNullable<typeof bucket.confirmations> = [];
      for (const ref of this.asked) {
        if (context.stopped) return;
        const side = sides.sideOf(ref);
        context.status(`${ref.name}: ${example.trace.name}`);
        const found = await confirm(example.trace, example.opIndex, first, second, side);
        answers.push({ side: ref.name, kernel: side.description, ...found });
      }
      context.status(undefined);
      bucket.confirmations = answers;
    }
  }
}
