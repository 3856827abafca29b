// SPDX-License-Identifier: GPL-2.0-only
/** What makes an operation simple, and its simpler forms, the simplest first. */

import { HANDLE_OFFSET } from '../hyp/layout.js';
import type { Op } from '../hyp/op.js';
import type { Kind } from './kinds.js';
import { numberAt, operationOf, withList, withNumbers } from './op_numbers.js';
import { LEFT_OUT } from './read.js';
import { LIST, NO_SLOT, type PlacedParameter } from './slots.js';

/** Access rights of a page that a guest may do anything with. */
const RWX = 7;

/** Forms of the operation in one parameter, by its kind; in the order in which they are tried. */
const FORMS: readonly (readonly [
  kind: Kind,
  forms: (op: Op, parameter: PlacedParameter) => readonly Op[],
])[] = [
  ['object', (op, { slot, end }) => [withNumbers(op, [[end, numberAt(op, slot) + 1]])]],
  ['handle', (op, { slot }) => [withNumbers(op, [[slot, HANDLE_OFFSET]])]],
  ['index', (op, { slot }) => [withNumbers(op, [[slot, 0]])]],
  ['flag', (op, { slot }) => [withNumbers(op, [[slot, 0]])]],
  ['prot', (op, { slot }) => [withNumbers(op, [[slot, RWX]])]],
  ['pages', (op) => withoutOne(op, 1)],
  ['ranges', (op) => withoutOne(op, 2)],
  ['gfn', (op, { slot }) => lowerFrames(op, slot)],
  ['hostState', (op, { slot }) => [withNumbers(op, [[slot, LEFT_OUT]])]],
  ['u16', (op, { slot }) => [withNumbers(op, [[slot, LEFT_OUT]])]],
  ['u32', (op, { slot }) => [withNumbers(op, [[slot, LEFT_OUT]])]],
  ['hypState', (op, { slot }) => [withNumbers(op, [[slot, LEFT_OUT]])]],
];

/** Forms that differ in one parameter other than a size or a page. */
export function simplerForms(op: Op): Op[] {
  const { parameters, unaligned } = operationOf(op);
  const aligned = unaligned === NO_SLOT ? [] : [withNumbers(op, [[unaligned, 0]])];
  const forms = FORMS.flatMap(([kind, formsOf]) =>
    parameters.flatMap((parameter) => (parameter.kind === kind ? formsOf(op, parameter) : [])),
  );
  return [...aligned, ...forms];
}

function lowerFrames(op: Op, slot: number): Op[] {
  const gfns = [0, 1, 2].filter((gfn) => gfn < numberAt(op, slot));
  return gfns.map((gfn) => withNumbers(op, [[slot, gfn]]));
}

/** The operation with one entry less in its list. */
function withoutOne(op: Op, entry: number): Op[] {
  const forms: Op[] = [];
  for (let end = op.list.length; end > 0; end -= entry) {
    forms.push(withList(op, [...op.list.slice(0, end - entry), ...op.list.slice(end)]));
  }
  return forms;
}

/** A size that an operation has: its value, and the operation with another. */
export interface Size {
  readonly value: number;
  readonly least: number;
  readonly set: (value: number) => Op;
}

/** The sizes of an operation: in pages, or in vCPUs. */
export function sizesOf(op: Op): Size[] {
  const { parameters } = operationOf(op);
  return parameters.flatMap(({ kind, slot }): Size[] => {
    if (kind === 'count' || kind === 'vcpus') {
      const set = (value: number) => withNumbers(op, [[slot, value]]);
      return [{ value: numberAt(op, slot), least: 1, set }];
    }
    if (kind === 'to') {
      const from = numberAt(op, parameters[0].slot);
      const value = numberAt(op, slot) - from;
      const set = (pages: number) => withNumbers(op, [[slot, from + pages]]);
      return value > 0 ? [{ value, least: 1, set }] : [];
    }
    if (kind !== 'ranges') return [];
    return op.list.flatMap((value, i) => {
      const set = (pages: number) => withList(op, op.list.with(i, pages));
      return i % 2 === 1 ? [{ value, least: 1, set }] : [];
    });
  });
}

/** Page numbers of an operation added up, those of guest pages too; of a range the first. */
export function sumOfPages(op: Op): number {
  const { parameters } = operationOf(op);
  return sum(
    parameters.map(({ kind, slot }) => {
      switch (kind) {
        case 'page':
        case 'gfn':
        case 'from':
        case 'address':
        case 'aligned':
        case 'donated':
        case 'object':
          return numberAt(op, slot);
        case 'pages':
          return sum(op.list);
        case 'ranges':
          return sum(op.list.filter((_, i) => i % 2 === 0));
        default:
          return 0;
      }
    }),
  );
}

/** How far the parameters are from what one would write first. */
export function oddity(op: Op): number {
  const { parameters, unaligned } = operationOf(op);
  const odd = parameters.map(({ kind, slot, end, isOptional }) => {
    if (slot === LIST) return 0;
    const number = numberAt(op, slot);
    if (isOptional) return number === LEFT_OUT ? 0 : 1;
    if (kind === 'object') return numberAt(op, end) - number;
    if (kind === 'prot') return number === RWX ? 0 : 1;
    return kind === 'handle' || kind === 'index' || kind === 'flag' ? number : 0;
  });
  return sum(odd) + (unaligned === NO_SLOT ? 0 : numberAt(op, unaligned));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
