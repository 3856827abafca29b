// SPDX-License-Identifier: GPL-2.0-only
/** Outcomes by class, as a small index: every handle is one class, every error and panic its own. */

import { outcomeText, PANIC_WARN, UNDEFINED } from '../hyp/outcome.js';

const HANDLE = 2;
/** Errors from -1 on take the classes after this. */
const BEFORE_ERRORS = 2;
const LAST_ERROR = 34;
const OTHER_ERROR = BEFORE_ERRORS + LAST_ERROR + 1;
const FIRST_PANIC = OTHER_ERROR + 1;

export const OUTCOME_CLASSES = FIRST_PANIC + (UNDEFINED - PANIC_WARN) + 1;

/** The class of an outcome: an index below `OUTCOME_CLASSES`. */
export function outcomeClass(outcome: number): number {
  if (outcome === 0 || outcome === 1) return outcome;
  if (outcome >= PANIC_WARN) return FIRST_PANIC + (outcome - PANIC_WARN);
  if (outcome > 0) return HANDLE;
  return outcome >= -LAST_ERROR ? BEFORE_ERRORS - outcome : OTHER_ERROR;
}

/** `0`, `1`, `handle`, `-EPERM`, `WARN`: what a class is called in reports. */
export function outcomeClassText(index: number): string {
  if (index < HANDLE) return String(index);
  if (index === HANDLE) return 'handle';
  if (index === OTHER_ERROR) return 'another error';
  if (index < OTHER_ERROR) return outcomeText(BEFORE_ERRORS - index);
  return outcomeText(PANIC_WARN + index - FIRST_PANIC);
}

/** What a class is a kind of. */
export function agreementOf(index: number): 'success' | 'refused' | 'panicked' {
  if (index <= HANDLE) return 'success';
  return index < FIRST_PANIC ? 'refused' : 'panicked';
}
