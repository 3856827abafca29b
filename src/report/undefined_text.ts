// SPDX-License-Identifier: GPL-2.0-only
/** What could not be compared, in words. */

import { printable, shownName } from '../input/printable.js';
import type { ResultDocument, UndefinedEnd } from '../result/index.js';
import { usesText } from '../result/uses_text.js';
import { count } from './number_words.js';

export const UNDEFINED_TITLE = 'Not compared to the end';

/** A replay that became undefined. */
export interface UndefinedReplay {
  /** The trace and the operation, the debug setting, the page and its two uses. */
  readonly text: string;
  readonly file: string;
  /** Line and column of the operation, from 1. */
  readonly line: number;
  readonly column: number;
  /** The trace says so itself. */
  readonly expected: boolean;
}

/** The replays that became undefined: at most as many as a document keeps. */
export function undefinedReplays({ undefined: section }: ResultDocument): UndefinedReplay[] {
  return (section?.examples ?? []).map((example) => {
    const { trace, file, line, column, opIndex, opText, debug, pair, expected } = example;
    const uses = usesText([pair.first, pair.second], [example.first, example.second]);
    const operation = `${shownName(trace)} op ${opIndex}: ${opText}, debug ${debug ? 'on' : 'off'}`;
    return { text: `${operation}: ${uses}`, file, line, column, expected };
  });
}

/** One line a replay that became undefined, and how many there were; of a campaign one line. */
export function undefinedTexts(document: ResultDocument): string[] {
  const { undefined: section } = document;
  if (!section) return campaignTexts(document);
  const lines = undefinedReplays(document).map(
    ({ text, file, line, column }) => `${text} (${printable(file)}:${line}:${column})`,
  );
  return [...lines, undefinedCount(section)];
}

function undefinedCount({ replays, expected, examples }: Section): string {
  const rest = replays > examples.length ? `, of which ${examples.length} are listed` : '';
  const said = expected > 0 ? `; ${expected} of them as the trace expects` : '';
  return `${count(replays, 'replay')} not compared to the end${rest}${said}`;
}

type Section = NonNullable<ResultDocument['undefined']>;

/** Of a campaign: how many runs, and where one is found again. */
function campaignTexts({ campaign }: ResultDocument): string[] {
  const met = campaign?.undefined;
  if (!met) return [];
  const { batch, run, what, ops } = met.example;
  const at = `batch ${batch}, run ${run}, op ${ops.length - 1}: ${ops[ops.length - 1]}`;
  return [`${count(met.runs, 'run')} undefined from some operation on, as in ${at}: ${what}`];
}

/** Why a replay was not compared to its end. */
export function endText({ opIndex, what }: UndefinedEnd): string {
  return `undefined from op ${opIndex} on: ${what}`;
}
