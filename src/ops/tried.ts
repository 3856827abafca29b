// SPDX-License-Identifier: GPL-2.0-only
/** The forms of an operation that exploration tries: on each page, range, guest page and VM it follows. */

import { Op } from '../hyp/op.js';
import { withList, withNumbers } from './op_numbers.js';
import type { Operation, PlacedParameter } from './slots.js';

/** What the parameters of an operation may be. Page numbers, and pages of a range. */
export interface Choices {
  readonly pages: readonly number[];
  readonly ranges: readonly (readonly [pfn: number, pages: number])[];
  readonly guestPages: readonly number[];
  readonly handles: readonly number[];
}

/** The operation with every choice for its parameters, the last one changing first. */
export function triedForms(operation: Operation, choices: Choices): Op[] {
  return operation.parameters.reduce<Op[]>(
    (forms, parameter) => forms.flatMap((op) => withChoices(op, operation, parameter, choices)),
    [new Op(operation.code)],
  );
}

function withChoices(
  op: Op,
  { parameters, name }: Operation,
  { kind, slot, tried, isOptional }: PlacedParameter,
  { pages, ranges, guestPages, handles }: Choices,
): readonly Op[] {
  const next = slot + 1;
  switch (kind) {
    case 'page':
      return parameters.some((parameter) => parameter.kind === 'count')
        ? ranges.map(([pfn, count]) =>
            withNumbers(op, [
              [slot, pfn],
              [next, count],
            ]),
          )
        : pages.map((pfn) => withNumbers(op, [[slot, pfn]]));
    case 'from':
      return pages.map((pfn) =>
        withNumbers(op, [
          [slot, pfn],
          [next, pfn + 1],
        ]),
      );
    case 'address':
      return pages.map((pfn) => withNumbers(op, [[slot, pfn]]));
    case 'ranges':
      return pages.flatMap((a) =>
        pages.filter((b) => b !== a).map((b) => withList(op, [a, 1, b, 1])),
      );
    case 'gfn':
      return guestPages.map((gfn) => withNumbers(op, [[slot, gfn]]));
    case 'handle':
      return handles.map((handle) => withNumbers(op, [[slot, handle]]));
    case 'count':
    case 'to':
      return [op];
    default:
      if (tried !== undefined) return [withNumbers(op, [[slot, tried]])];
      if (isOptional) return [op];
      throw new Error(`nothing to try for a ${kind} of ${name}`);
  }
}
