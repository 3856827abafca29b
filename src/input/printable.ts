// SPDX-License-Identifier: GPL-2.0-only
/**
 * Text of an input made fit to be shown: a name out of a trace must not be able to move the cursor,
 * colour the rest of a terminal, or fill a screen.
 */

/** Control characters (C0, delete, C1), line separators, and marks that reorder what follows. */
const UNPRINTABLE =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

const COLOUR = /\u001b\[[\d;]*m/y;

/** The text with what could steer a terminal written as `\u001b`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}

/** As `printable`, but with its line breaks and tabs, and the colours that we give, if we give any. */
export function printableLines(text: string, hasColours: boolean): string {
  return text.replace(UNPRINTABLE, (character, offset: number) => {
    if (character === '\n' || character === '\t') return character;
    if (hasColours && character === '\u001b' && isColour(text, offset)) return character;
    return escaped(character);
  });
}

function isColour(text: string, offset: number): boolean {
  COLOUR.lastIndex = offset;
  return COLOUR.test(text);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** The text, cut after `longest` characters. */
export function shortened(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

const LONGEST_QUOTED = 60;

/** The text between double quotes, not too much of it. */
export function quoted(text: string): string {
  return JSON.stringify(shortened(text, LONGEST_QUOTED));
}

const LONGEST_NAME = 120;

/** The name of a trace as headings show it. */
export function shownName(name: string): string {
  return printable(shortened(name, LONGEST_NAME));
}
