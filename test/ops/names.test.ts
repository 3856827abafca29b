// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { KeptOps } from '../../src/ops/kept_ops.js';
import { BYTES_BEHIND, Names } from '../../src/ops/names.js';

function found(names: Names, text: string): number {
  const bytes = Buffer.concat([Buffer.from(text), Buffer.alloc(BYTES_BEHIND)]);
  return names.find(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 1);
}

describe('names in bytes', () => {
  const words = ['op', 'abc', 'abcd', 'abcdefgh', 'abcdefghi', 'abcdxfgh', 'é'];
  const names = new Names(words);

  it.each(words)('finds %s, up to the quote', (word) => {
    expect(found(names, `"${word}":1`)).toBe(words.indexOf(word));
  });

  it.each(['', 'o', 'opp', 'ab', 'abcde', 'abcdefgx', 'abcdefghij', '\u00ea', 'abc\0'])(
    'finds none at "%s"',
    (word) => {
      expect(found(names, `"${word}"`)).toBe(-1);
    },
  );

  it('finds none where the bytes end before the quote', () => {
    for (const word of words) expect(found(names, `"${word}`)).toBe(-1);
  });

  it('tells how long a name is', () => {
    expect([...new Names(['op', 'abcde']).lengths]).toEqual([3, 6]);
  });
});

describe('kept operations', () => {
  it('are what was asked for, also where another one was in their place', () => {
    const kept = new KeptOps();
    for (let round = 0; round < 2; round++) {
      for (let a = 0; a < 5000; a += 7) {
        const op = kept.op(2, a, 1, 2, 3, 4, 5);
        expect(op).toEqual({ code: 2, a, b: 1, c: 2, d: 3, e: 4, f: 5, list: [] });
        expect(kept.op(3, a, 1, 2, 3, 4, 5).code).toBe(3);
      }
    }
  });

  it('are the same object where they are asked for again at once', () => {
    const kept = new KeptOps();
    expect(kept.op(1, 0x40100)).toBe(kept.op(1, 0x40100));
  });
});
