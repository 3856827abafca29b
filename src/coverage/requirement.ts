// SPDX-License-Identifier: GPL-2.0-only
/** Required coverage: read from a file, and held against what a run met. */

import { OP_NAMES } from '../hyp/op.js';
import { type Problem } from '../input/problem.js';
import { readDocument } from '../input/read_document.js';
import { didYouMean } from '../input/suggest.js';
import type { Coverage } from '../result/index.js';
import type { RequiredCell, RequirementDocument } from './types.generated.js';
import { requirementValidators } from './validators.js';

export type ReadRequirement =
  | { readonly ok: true; readonly requirement: RequirementDocument }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** @param implementations names that there are */
export async function readRequirement(
  file: string,
  implementations: readonly string[],
): Promise<ReadRequirement> {
  const result = await readDocument<RequirementDocument>(file, requirementValidators);
  if (!result.ok) return result;
  const { document } = result;
  const { cells = [], branches = [] } = document;
  const issues = [
    ...cells.flatMap(({ op }, index) => unknown('operation', op, OP_NAMES, `/cells/${index}/op`)),
    ...(document.implementations ?? []).flatMap((name, index) =>
      unknown('implementation', name, implementations, `/implementations/${index}`),
    ),
    ...(cells.length + branches.length === 0
      ? [{ pointer: '', message: 'requires nothing: name `cells` or `branches`' }]
      : []),
  ];
  if (issues.length > 0) return { ok: false, problems: result.place(issues) };
  return { ok: true, requirement: document };
}

function unknown(what: string, name: string, known: readonly string[], pointer: string) {
  if (known.includes(name)) return [];
  return [
    { pointer, message: `unknown ${what} ${JSON.stringify(name)}${didYouMean(name, known)}` },
  ];
}

/** What was required and not met, a line each. */
export function missingOf(
  requirement: RequirementDocument,
  met: Coverage['implementations'],
): string[] {
  const names = requirement.implementations ?? met.map(({ name }) => name);
  return names.flatMap((name) => {
    const found = met.find((implementation) => implementation.name === name);
    const cells = (requirement.cells ?? []).filter((cell) => !isMet(cell, found?.cells ?? []));
    const branches = (requirement.branches ?? []).filter(
      (branch) => !found?.branches.some((taken) => isNamed(branch, taken.name)),
    );
    return [...cells.map(cellText), ...branches].map((text) => `${name}: ${text}`);
  });
}

type Cell = Coverage['implementations'][number]['cells'][number];

function isMet(required: RequiredCell, cells: readonly Cell[]): boolean {
  const { count = 1, ...wanted } = required;
  const keys = Object.keys(wanted) as (keyof typeof wanted)[];
  const times = cells
    .filter((cell) => keys.every((key) => cell[key] === wanted[key]))
    .reduce((sum, cell) => sum + cell.count, 0);
  return times >= count;
}

function cellText({ op, host, hyp, guest, outcome, debug, count }: RequiredCell): string {
  const state = [
    ...(host === undefined ? [] : [`host ${host}`]),
    ...(hyp === undefined ? [] : [`hyp ${hyp}`]),
    ...(guest === undefined ? [] : [`guest ${guest}`]),
    ...(debug === undefined ? [] : [`debug ${debug ? 'on' : 'off'}`]),
  ].join(', ');
  const times = count === undefined || count === 1 ? '' : `, ${count} times`;
  const result = outcome === undefined ? '' : ` = ${outcome}`;
  return `${op}${state === '' ? '' : ` in ${state}`}${result}${times}`;
}

function isNamed(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(name);
}
