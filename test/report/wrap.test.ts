// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellLine, shellLines } from '../../src/report/shell.js';
import { wrap, wrapHard } from '../../src/report/wrap.js';

describe('wrap', () => {
  it('breaks at white space, and leaves a long word whole', () => {
    expect(wrap('one two  three', 7, ' ')).toEqual([' one', ' two', ' three']);
    expect(wrap('a abcdefghij b', 4)).toEqual(['a', 'abcdefghij', 'b']);
    expect(wrap('', 4)).toEqual([]);
  });
});

describe('wrapHard', () => {
  it('lets nothing be longer than the width, and loses nothing', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.integer({ min: 4, max: 40 }), (text, width) => {
        const lines = wrapHard(text, width, '  ');
        for (const line of lines) expect([...line].length).toBeLessThanOrEqual(width);
        expect(lines.join('').replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
      }),
    );
  });
});

describe('shellLine and shellLines', () => {
  const commands = [
    ['echo', 'plain', "it's", 'a b', '$HOME', '`x`', '*', ''],
    ['echo', 'x/'.repeat(90), "y'z ".repeat(40), 'end'],
    ['echo', ...Array.from({ length: 40 }, (_, i) => `argument-${i}`)],
  ];
  it.each(commands)('give a shell the words as they were', (...command) => {
    const print = (script: string) =>
      execFileSync('sh', ['-c', script.replace(/^\s*echo/, 'printf "%s\\0"')], {
        encoding: 'utf8',
      });
    const wanted = `${command.slice(1).join('\0')}\0`;
    expect(print(shellLine(command))).toBe(wanted);
    const lines = shellLines(command, 75, '  ');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(75);
    expect(print(lines.join('\n'))).toBe(wanted);
  });
});
