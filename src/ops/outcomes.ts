// SPDX-License-Identifier: GPL-2.0-only
/** The names a trace can write an outcome by. */

import { ERRNO, outcomeFromJson } from '../hyp/outcome.js';

const ENDS = ['WARN', 'BUG', 'FAULT', 'UNDEFINED'];
const NAMES = [...Object.keys(ERRNO).map((errno) => `-${errno}`), ...ENDS];

/** Outcomes by name: errno names, panics, and the end of what is known. */
export const OUTCOME_BY_NAME: ReadonlyMap<string, number> = new Map(
  NAMES.flatMap((name) => {
    const outcome = outcomeFromJson(name);
    return outcome === undefined ? [] : [[name, outcome] as const];
  }),
);
