// SPDX-License-Identifier: GPL-2.0-only
/**
 * What can be wrong with the input, as a value: where it is and what it is, in words.
 */

import { printable, shortened } from './printable.js';

/** A problem of the input. `line` and `column` count from 1; `pointer` is a JSON pointer (RFC 6901). */
export interface Problem {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly pointer?: string;
  readonly message: string;
}

/** A problem within one JSON document, before it has a place in a file. */
export interface Issue {
  readonly pointer: string;
  readonly message: string;
  /** The message again, given the value as the document writes it: a number may have lost digits. */
  readonly messageOf?: (written: string) => string;
}

const LONGEST_POINTER = 200;

/** `file:line:column: message (at pointer)`, as much of it as there is, safe to print. */
export function problemText(problem: Problem): string {
  let place = problem.file === '' ? '""' : problem.file;
  if (problem.line !== undefined) place += `:${problem.line}`;
  if (problem.column !== undefined) place += `:${problem.column}`;
  const at = problem.pointer ? ` (at ${shortened(problem.pointer, LONGEST_POINTER)})` : '';
  return printable(`${place}: ${problem.message}${at}`);
}

/** A key as one reference token of a JSON pointer. */
export function pointerToken(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The keys a JSON pointer names, from the root down. */
export function pointerKeys(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}
