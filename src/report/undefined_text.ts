// SPDX-License-Identifier: GPL-2.0-only
/** What could not be compared, in words. */

import { printable, shownName } from '../input/printable.js';
import type { ResultDocument } from '../result/index.js';
import { count } from './words.js';

/** One line a replay that became undefined, and how many there were. */
export function undefinedLines({ undefined: section }: ResultDocument): string[] {
  if (!section) return [];
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
