// SPDX-License-Identifier: GPL-2.0-only
import { type Problem, problemText } from '../input/problem.js';

/** Something that was handed in has problems: all of them, one a line in the message. */
export class InputError extends Error {
  override readonly name = 'InputError';

  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(problemText).join('\n'));
  }
}
