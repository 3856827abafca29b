// SPDX-License-Identifier: GPL-2.0-only
/** A table of symbols laid out by hand, as scripts/kallsyms.c of 6.12 writes it. */
import { describe, expect, it } from 'vitest';
import { readKallsyms } from '../../src/real/image/kallsyms.js';

const PREFIX_TOKEN = 1;
const LONG = 'x'.repeat(200);

/** Tokens: every printable character is its own; one stands for a prefix. */
const TOKENS = Array.from({ length: 256 }, (_, token) =>
  token >= 0x20 && token < 0x7f ? String.fromCharCode(token) : `<${token}>`,
);
TOKENS[PREFIX_TOKEN] = '__kvm_nvhe_';

const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const u16 = (value: number) => u32(value).subarray(0, 2);

function imageWith(symbols: readonly { bytes: Buffer; offset: number }[]): Buffer {
  const names: Buffer[] = [];
  const markers: Buffer[] = [];
  let length = 0;
  symbols.forEach(({ bytes }, index) => {
    if (index % 256 === 0) markers.push(u32(length));
    const head =
      bytes.length < 128
        ? Buffer.from([bytes.length])
        : Buffer.from([(bytes.length & 0x7f) | 0x80, bytes.length >> 7]);
    names.push(head, bytes);
    length += head.length + bytes.length;
  });
  const parts: Buffer[] = [Buffer.from('some code of the kernel, with "0123456789" in it')];
  let at = parts[0].length;
  const add = (align: number, ...more: Buffer[]) => {
    const padding = Buffer.alloc(-at & (align - 1));
    parts.push(padding, ...more);
    at += padding.length + more.reduce((sum, part) => sum + part.length, 0);
  };
  add(8, u32(symbols.length));
  add(8, ...names);
  add(8, ...markers);
  let inTable = 0;
  const index = TOKENS.map((token) => {
    const place = u16(inTable);
    inTable += token.length + 1;
    return place;
  });
  add(8, ...TOKENS.map((token) => Buffer.from(`${token}\0`, 'latin1')));
  add(8, ...index);
  add(8, ...symbols.map(({ offset }) => u32(offset)));
  add(8, Buffer.alloc(64));
  return Buffer.concat(parts);
}

const plain = (name: string, offset: number) => ({ bytes: Buffer.from(name, 'latin1'), offset });

describe('the symbols of an image', () => {
  // Two markers need more than 256 symbols; the first letter is the type.
  const filling = Array.from({ length: 300 }, (_, i) => plain(`Tsym_${i}`, 16 * i));
  const hyp = { bytes: Buffer.from(`t${String.fromCharCode(PREFIX_TOKEN)}do_share`), offset: 4800 };
  const image = imageWith([...filling, hyp, plain(`D${LONG}`, 4816)]);

  it('are found with their offsets, tokens spelt out, long names too', () => {
    const symbols = readKallsyms(image);
    expect(symbols).toHaveLength(302);
    expect(symbols?.[0]).toEqual({ name: 'sym_0', offset: 0 });
    expect(symbols?.[299]).toEqual({ name: 'sym_299', offset: 4784 });
    expect(symbols?.[300]).toEqual({ name: '__kvm_nvhe_do_share', offset: 4800 });
    expect(symbols?.[301]).toEqual({ name: LONG, offset: 4816 });
  });

  it('are none where the image has no such table, or only a part of it', () => {
    expect(readKallsyms(Buffer.alloc(4096))).toBeUndefined();
    expect(readKallsyms(image.subarray(0, image.length - 900))).toBeUndefined();
    const damaged = Buffer.from(image);
    damaged[damaged.indexOf('Tsym_256') - 1] = 3;
    expect(readKallsyms(damaged)).toBeUndefined();
  });
});
