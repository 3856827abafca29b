// SPDX-License-Identifier: GPL-2.0-only
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter } from '../../src/input/lines.js';

function split(text: string, chunkBytes: number, limit: number): (string | undefined)[] {
  const splitter = new LineSplitter(limit);
  const lines: (string | undefined)[] = [];
  const take = ({ number, bytes }: { number: number; bytes: Buffer | undefined }) => {
    lines.push(bytes?.toString('latin1'));
    expect(number).toBe(lines.length);
  };
  const chunk = Buffer.alloc(chunkBytes);
  for (let i = 0; i < text.length; i += chunkBytes) {
    const length = chunk.write(text.slice(i, i + chunkBytes), 'latin1');
    for (const line of splitter.push(chunk.subarray(0, length))) take(line);
  }
  for (const line of splitter.end()) take(line);
  return lines;
}

describe('LineSplitter', () => {
  it('splits at newlines and nowhere else, however the chunks fall', () => {
    const line = fc.string({ unit: fc.constantFrom('a', '\r', 'ü'), maxLength: 12 });
    fc.assert(
      fc.property(fc.array(line), fc.integer({ min: 1, max: 9 }), (lines, chunkBytes) => {
        const text = lines.map((each) => `${each}\n`).join('');
        expect(split(text, chunkBytes, 12)).toEqual(lines);
      }),
    );
  });

  it('has no bytes for a line over the limit, however the chunks fall', () => {
    for (let chunkBytes = 1; chunkBytes < 20; chunkBytes++) {
      const text = 'abc\nabcd\nabcde\n\nabcdefghijklm\nabcd';
      const lines = ['abc', 'abcd', undefined, '', undefined, 'abcd'];
      expect(split(text, chunkBytes, 4)).toEqual(lines);
      expect(split(`${text}e`, chunkBytes, 4)).toEqual([...lines.slice(0, -1), undefined]);
    }
  });

  it('has no line after the last newline', () => {
    expect(split('', 4, 4)).toEqual([]);
    expect(split('a\n', 4, 4)).toEqual(['a']);
  });
});
