// SPDX-License-Identifier: GPL-2.0-only
/** The actions of a world: every operation on every page, range, guest frame and VM it follows. */

import { type MachineConfig, type Op, OpCode, type OpName } from '../../hyp/op.js';
import {
  decompileOp,
  firstPageOf,
  OPERATIONS,
  type Operation,
  opText,
  triedForms,
} from '../../ops/index.js';
import type { TraceOp } from '../../trace/index.js';
import { needsVms, type WorldOptions } from './options.js';
import { vmHandle } from './setup.js';

/** One operation with its parameters. */
export interface Action {
  readonly source: TraceOp;
  readonly op: Op;
  readonly name: OpName;
  readonly text: string;
  /** Pages whose references must be below the world's limit for the action to be tried. */
  readonly pins: readonly number[];
}

type Range = readonly [pfn: number, pages: number];

export function actionsOf(
  options: WorldOptions,
  pages: readonly number[],
  gfns: readonly number[],
  machine: MachineConfig,
): Action[] {
  const choices = {
    pages,
    ranges: rangesOf(options.ranges, pages, machine),
    guestPages: needsVms(options) ? gfns : [],
    handles: Array.from({ length: options.vms }, (_, i) => vmHandle(i)),
  };
  return options.ops.flatMap((name) => {
    const operation = OPERATIONS[OpCode[name]];
    if (operation.explored === undefined) return [];
    return triedForms(operation, choices).map((op) => actionOf(op, operation));
  });
}

/** Operations whose actions `actionsOf` can make. */
export const EXPLORABLE_OPS: readonly OpName[] = OPERATIONS.filter(
  ({ explored }) => explored !== undefined,
).map(({ name }) => name);

function actionOf(op: Op, { name, pins }: Operation): Action {
  const source = decompileOp(op);
  return { source, op, name, text: opText(source), pins: pins ? [firstPageOf(op)] : [] };
}

/** Ranges that start at a page of the world and hold nothing else that is memory. */
function rangesOf(longest: number, pages: readonly number[], machine: MachineConfig): Range[] {
  const followed = new Set(pages);
  const isMemory = (pfn: number) =>
    machine.memory.some((region) => pfn >= region.pfn && pfn < region.pfn + region.pages);
  const ranges: Range[] = [];
  for (const pfn of pages) {
    for (let nr = 0; nr <= longest; nr++) {
      const last = pfn + nr - 1;
      if (nr > 1 && !followed.has(last) && isMemory(last)) break;
      ranges.push([pfn, nr]);
    }
  }
  return ranges;
}
