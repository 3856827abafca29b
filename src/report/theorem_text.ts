// SPDX-License-Identifier: GPL-2.0-only
/** Theorems as lines of plain text. */

import type { ResultDocument } from '../result/index.js';
import { type ConditionWords, type TheoremWords, theoremWords } from './theorem_words.js';
import { wrapHard } from './wrap.js';

const INDENT = '     ';

/** Everything: conditions, what settles them, arguments, assumptions. */
export function theoremLines(document: Pick<ResultDocument, 'theorems'>, width: number): string[] {
  const words = theoremWords(document);
  if (words.theorems.length === 0) return [];
  const { steps, looked, assumptions } = words;
  return [
    ...words.theorems.flatMap((theorem, i) => [
      ...(i === 0 ? [] : ['']),
      ...titleLines(theorem, width),
      ...theorem.conditions.flatMap((one, n) => ['', ...conditionLines(one, n, width)]),
      ...theorem.remarks.flatMap((text) => ['', ...wrapHard(text, width, '  ')]),
    ]),
    ...(steps === '' ? [] : ['', ...wrapHard(steps, width, '  ')]),
    ...(looked === '' ? [] : ['', ...wrapHard(looked, width, '  ')]),
    ...words.arguments.flatMap(([letter, text, executions]) =>
      hanging(`${text} [${executions}]`, `  (${letter}) `, '      ', width),
    ),
    '',
    '  Assumed, and held to real executions:',
    ...assumptions.flatMap(([n, text, state]) =>
      hanging(`${text} [${state}]`, `  ${n}. `, INDENT, width),
    ),
  ];
}

/** In short: what is proved, and the conditions that can happen. */
export function theoremSummary(
  document: Pick<ResultDocument, 'theorems'>,
  width: number,
): string[] {
  return theoremWords(document).theorems.flatMap((theorem) => [
    ...titleLines(theorem, width),
    ...theorem.conditions
      .filter(({ canHappen }) => canHappen)
      .flatMap(({ title, isNew }) =>
        hanging(`${title}${isNew ? ' (new)' : ''}`, '  - ', '    ', width),
      ),
    ...theorem.remarks.flatMap((text) => wrapHard(text, width, '  ')),
  ]);
}

function titleLines({ title, verdict, standing }: TheoremWords, width: number): string[] {
  const start = standing === 'not proved' ? 'Of' : 'Proved of';
  return hanging(`${start} ${title}: ${verdict}`, '', '  ', width);
}

function conditionLines(
  { title, after, lines }: ConditionWords,
  index: number,
  width: number,
): string[] {
  const add = (text: string) => hanging(text, INDENT, `${INDENT}  `, width);
  return [
    ...hanging(title, `${index + 1}. `.padStart(INDENT.length), INDENT, width),
    ...(after === '' ? [] : add(`after: ${after}`)),
    ...lines.flatMap(add),
  ];
}

function hanging(text: string, first: string, rest: string, width: number): string[] {
  const [head, ...more] = wrapHard(text, width, rest);
  return [`${first}${head.slice(rest.length)}`, ...more];
}
