// SPDX-License-Identifier: GPL-2.0-only
/** What could not be compared, in words. */

import { printable, shownName } from '../input/printable.js';
import type { ResultDocument } from '../result/index.js';
import { count } from './words.js';

/** One line a replay that became undefined, and how many there were. */
export function undefinedLines(document: ResultDocument): string[] {
  const { undefined: section } = document;
  if (!section) return campaignLines(document);
  const { replays, expected, examples } = section;
  const lines = examples.map((example) => {
    const { trace, file, line, opIndex, opText, debug } = example;
    return (
      `undefined ${shownName(trace)} op ${opIndex}: ${opText}, debug ${debug ? 'on' : 'off'}: ` +
      `${sidesText(example)} (${printable(file)}:${line})`
    );
  });
  const rest = replays > examples.length ? `, of which ${examples.length} are listed` : '';
  const said = expected > 0 ? `; ${expected} of them as the trace expects` : '';
  return [...lines, `${count(replays, 'replay')} not compared to the end${rest}${said}`];
}

/** Of a campaign: how many runs, and where one is found again. */
function campaignLines({ campaign }: ResultDocument): string[] {
  const met = campaign?.undefined;
  if (!met) return [];
  const { batch, run, what, ops } = met.example;
  const at = `batch ${batch}, run ${run}, op ${ops.length - 1}: ${ops[ops.length - 1]}`;
  return [`${count(met.runs, 'run')} undefined from some operation on, as in ${at}: ${what}`];
}

type Example = NonNullable<ResultDocument['undefined']>['examples'][number];

/** The page and its two uses: of both sides, or of those that are undefined, by name. */
function sidesText({ pair, first, second }: Example): string {
  if (first !== undefined && first === second) return first;
  const sides = [
    ...(first === undefined ? [] : [`${pair.first}: ${first}`]),
    ...(second === undefined ? [] : [`${pair.second}: ${second}`]),
  ];
  return sides.join('; ');
}
