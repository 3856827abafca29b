// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { printable, printableLines, quoted, shownName } from '../../src/input/printable.js';
import { problemText } from '../../src/input/problem.js';

describe('printable', () => {
  it('leaves letters, marks and signs of all kinds alone', () => {
    const text = 'a trace: Grüße, 日本語, عربى, 🦀 e\u0301 "\'\\';
    expect(printable(text)).toBe(text);
  });

  it.each([
    ['\u001b[2J', '\\u001b[2J'],
    ['a\nb\tc\r', 'a\\u000ab\\u0009c\\u000d'],
    ['\u0000\u007f\u0085\u009b', '\\u0000\\u007f\\u0085\\u009b'],
    [
      '\u2028\u202a\u202e\u2066\u200f\u061c\ufeff',
      '\\u2028\\u202a\\u202e\\u2066\\u200f\\u061c\\ufeff',
    ],
  ])('writes what steers a terminal or the direction of text as escapes: %j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });
});

describe('printableLines', () => {
  const text = 'a\n\t\u001b[1;31mb\u001b[39m\u001b[2J\u001b]0;x\u0007\r';

  it('keeps line breaks and tabs', () => {
    expect(printableLines(text, false)).toBe(
      'a\n\t\\u001b[1;31mb\\u001b[39m\\u001b[2J\\u001b]0;x\\u0007\\u000d',
    );
  });

  it('keeps colours where there are some, and nothing else', () => {
    expect(printableLines(text, true)).toBe(
      'a\n\t\u001b[1;31mb\u001b[39m\\u001b[2J\\u001b]0;x\\u0007\\u000d',
    );
  });
});

describe('shownName and quoted', () => {
  it('cut long texts', () => {
    expect(shownName('x'.repeat(121))).toBe(`${'x'.repeat(120)}…`);
    expect(shownName('x'.repeat(120))).toBe('x'.repeat(120));
    expect(quoted('x'.repeat(61))).toBe(`"${'x'.repeat(60)}…"`);
  });
});

describe('problemText', () => {
  it('has as much of a place as there is', () => {
    expect(problemText({ file: 'a', message: 'm' })).toBe('a: m');
    expect(problemText({ file: 'a', line: 2, column: 3, pointer: '/x', message: 'm' })).toBe(
      'a:2:3: m (at /x)',
    );
  });

  it('shows an empty path as one', () => {
    expect(problemText({ file: '', message: 'm' })).toBe('"": m');
  });

  it('is printable and cuts a long pointer', () => {
    const text = problemText({
      file: '\u001b',
      pointer: `/${'\u0007'.repeat(300)}`,
      message: '\r',
    });
    expect(text).toBe(`\\u001b: \\u000d (at /${'\\u0007'.repeat(199)}…)`);
  });
});
