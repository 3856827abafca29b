// SPDX-License-Identifier: GPL-2.0-only
/**
 * Why a text is not JSON, in words: comments, trailing commas and the first other error.
 */

import { type ParseErrorCode, printParseErrorCode, visit } from 'jsonc-parser';
import type { Position } from './locate.js';

/** Deeper nesting is refused before any recursive parser sees it; a trace needs 6 levels. */
export const DEEPEST = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The offset of the bracket that goes deeper than `DEEPEST`, if there is one. */
export function nestingTooDeep(text: string): number | undefined {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === BACKSLASH) i++;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > DEEPEST) return i;
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
  return undefined;
}

/** A syntax problem. `mild` ones (comments, trailing commas) leave the rest readable. */
export interface SyntaxIssue extends Position {
  readonly message: string;
  readonly mild: boolean;
}

/**
 * What keeps a shallow text (see `nestingTooDeep`) from being JSON: every comment and trailing
 * comma, and the first other error. `error` is what JSON.parse threw, for what only it refuses.
 */
export function syntaxIssues(text: string, error: unknown): SyntaxIssue[] {
  const issues: SyntaxIssue[] = [];
  let comma: SyntaxIssue | undefined;
  let isBroken = false;
  const afterValue = () => {
    comma = undefined;
  };
  const atEnd = () => {
    if (comma && !isBroken) issues.push(comma);
    comma = undefined;
  };
  visit(
    text,
    {
      onObjectBegin: afterValue,
      onArrayBegin: afterValue,
      onObjectProperty: afterValue,
      onLiteralValue: afterValue,
      onObjectEnd: atEnd,
      onArrayEnd: atEnd,
      onComment: (_offset, _length, line, character) => {
        if (!isBroken) issues.push(issueAt(line, character, 'comments are not JSON', true));
      },
      onSeparator: (separator, _offset, _length, line, character) => {
        if (separator === ',') comma = issueAt(line, character, 'trailing comma', true);
      },
      onError: (code, offset, _length, line, character) => {
        if (!isBroken) issues.push(errorIssue(text, code, offset, line, character));
        isBroken = true;
      },
    },
    { allowTrailingComma: true },
  );
  if (issues.length === 0) issues.push(parseErrorIssue(text, error));
  return issues;
}

function issueAt(line: number, character: number, message: string, mild: boolean): SyntaxIssue {
  return { line: line + 1, column: character + 1, message, mild };
}

const ERROR_TEXT = new Map<string, string>([
  ['InvalidSymbol', 'this is not a JSON value'],
  ['InvalidNumberFormat', 'this is not a JSON number'],
  ['PropertyNameExpected', 'a key in double quotes is missing here'],
  ['ValueExpected', 'a value is missing here'],
  ['ColonExpected', 'a colon is missing here'],
  ['CommaExpected', 'a comma is missing here'],
  ['CloseBraceExpected', 'a closing brace is missing here'],
  ['CloseBracketExpected', 'a closing bracket is missing here'],
  ['EndOfFileExpected', 'there is text after the end of the document'],
  ['UnexpectedEndOfComment', 'comments are not JSON, and this one does not end'],
  ['UnexpectedEndOfString', 'this string does not end'],
  ['UnexpectedEndOfNumber', 'this number does not end'],
  ['InvalidUnicode', 'this is not a \\u escape'],
  ['InvalidEscapeCharacter', 'this is not an escape JSON knows'],
  ['InvalidCharacter', 'a control character in a string'],
]);

/** An error, at the begin of the word that it is in. */
function errorIssue(
  text: string,
  code: ParseErrorCode,
  offset: number,
  line: number,
  character: number,
): SyntaxIssue {
  const before =
    /[\w.+-]*$/.exec(text.slice(Math.max(0, offset - LONGEST_WORD), offset))?.[0] ?? '';
  const after = /^[\w.+-]*/.exec(text.slice(offset, offset + LONGEST_WORD))?.[0] ?? '';
  const word = before + after;
  if (!/^0x[\da-f]+$/i.test(word)) return issueAt(line, character, errorText(code), false);
  const message = `not JSON: a hex number is written in quotes, "${word.toLowerCase()}"`;
  return issueAt(line, character - before.length, message, false);
}

/** Longer words are no numbers that anybody means. */
const LONGEST_WORD = 40;

function errorText(code: ParseErrorCode): string {
  const name = printParseErrorCode(code);
  return `not JSON: ${ERROR_TEXT.get(name) ?? name}`;
}

function parseErrorIssue(text: string, error: unknown): SyntaxIssue {
  const reason = error instanceof Error ? error.message : String(error);
  const offset = Number(/at position (\d+)/.exec(reason)?.[1] ?? text.length);
  const before = text.slice(0, offset);
  const line = before.split('\n').length - 1;
  return issueAt(line, offset - (before.lastIndexOf('\n') + 1), `not JSON: ${reason}`, false);
}
