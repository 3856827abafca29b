// SPDX-License-Identifier: GPL-2.0-only
/**
 * The symbol table that a kernel built with CONFIG_KALLSYMS carries in its image (written by
 * scripts/kallsyms.c): names compressed with a table of 256 tokens, and offsets from the base.
 * Nothing in the image says where it is, so it is found by its token table, whose entries for the
 * digits are the digits themselves, and everything before and after is checked to fit.
 */

/** A symbol of the kernel: bytes from the lowest symbol of the table (`_text`). */
export interface KernelSymbol {
  readonly name: string;
  readonly offset: number;
}

/** The ten digits stand in the token table one after the other, each the token of itself. */
const DIGITS = Buffer.from('0\x001\x002\x003\x004\x005\x006\x007\x008\x009\x00', 'latin1');
const TOKENS = 256;
/** Symbols between two markers. */
const MARKER_STEP = 256;
/** A name takes at most 512 bytes (KSYM_NAME_LEN), so 256 of them at most this many. */
const LONGEST_LAST_PART = MARKER_STEP * 514;

/** The symbols of an image, or undefined where it has no such table. */
export function readKallsyms(image: Buffer): KernelSymbol[] | undefined {
  for (let at = image.indexOf(DIGITS); at >= 0; at = image.indexOf(DIGITS, at + 1)) {
    const tokens = tokenTable(image, at);
    const symbols = tokens && symbolsAround(image, tokens);
    if (symbols) return symbols;
  }
  return undefined;
}

interface TokenTable {
  readonly start: number;
  readonly tokens: readonly string[];
  /** Behind the index of tokens that follows the table. */
  readonly end: number;
}

/** The table that has its digits at `digits`, if its index of 256 offsets follows it. */
function tokenTable(image: Buffer, digits: number): TokenTable | undefined {
  let start = digits;
  for (let token = 0x30; token > 0; token--) {
    start = image.lastIndexOf(0, start - 2) + 1;
    if (start <= 0) return undefined;
  }
  const tokens: string[] = [];
  const offsets: number[] = [];
  let at = start;
  for (let token = 0; token < TOKENS; token++) {
    const end = image.indexOf(0, at);
    if (end < 0) return undefined;
    offsets.push(at - start);
    tokens.push(image.toString('latin1', at, end));
    at = end + 1;
  }
  // Padding before the first token reads as empty tokens: the index tells where the table starts.
  const index = (at + 7) & ~7;
  if (index + 2 * TOKENS > image.length) return undefined;
  for (let token = 0; token < TOKENS; token++) {
    if (image.readUInt16LE(index + 2 * token) !== offsets[token]) return undefined;
  }
  return { start, tokens, end: index + 2 * TOKENS };
}

function symbolsAround(image: Buffer, table: TokenTable): KernelSymbol[] | undefined {
  const markers = markersBefore(image, table.start);
  if (!markers) return undefined;
  const last = image.readUInt32LE(markers.start + 4 * (markers.count - 1));
  const highest = markers.start - 8 - last;
  const lowest = Math.max(0, highest - LONGEST_LAST_PART);
  for (let at = highest & ~3; at >= lowest; at -= 4) {
    const count = image.readUInt32LE(at);
    if (Math.ceil(count / MARKER_STEP) !== markers.count) continue;
    for (const names of [at + 8, at + 4]) {
      const found = decodeNames(image, names, count, markers, table.tokens);
      const offsets = found && offsetsAfter(image, table.end, count, found);
      if (offsets) return offsets;
    }
  }
  return undefined;
}

interface Markers {
  readonly start: number;
  readonly count: number;
}

/** The ascending offsets from 0 that stand right before the token table. */
function markersBefore(image: Buffer, tableStart: number): Markers | undefined {
  for (let end = tableStart & ~3; end >= tableStart - 8 && end >= 4; end -= 4) {
    let at = end - 4;
    let value = image.readUInt32LE(at);
    while (value !== 0 && at >= 4) {
      const before = image.readUInt32LE(at - 4);
      if (before >= value) break;
      at -= 4;
      value = before;
    }
    const count = (end - at) / 4;
    if (value === 0 && count > 1) return { start: at, count };
  }
  return undefined;
}

/** The names (type letter first) if every 256th lies where its marker says. */
function decodeNames(
  image: Buffer,
  names: number,
  count: number,
  markers: Markers,
  tokens: readonly string[],
): string[] | undefined {
  const decoded: string[] = [];
  let at = names;
  for (let symbol = 0; symbol < count; symbol++) {
    if (symbol % MARKER_STEP === 0) {
      const marker = image.readUInt32LE(markers.start + (symbol / MARKER_STEP) * 4);
      if (at - names !== marker) return undefined;
    }
    let length = image[at++];
    if (length & 0x80) length = (length & 0x7f) | (image[at++] << 7);
    if (length === 0 || at + length > markers.start) return undefined;
    let name = '';
    for (const end = at + length; at < end; at++) name += tokens[image[at]];
    decoded.push(name);
  }
  return decoded;
}

/** Offsets stand either right behind the index of tokens, or (until 6.4) before the names. */
function offsetsAfter(
  image: Buffer,
  end: number,
  count: number,
  names: readonly string[],
): KernelSymbol[] | undefined {
  const start = (end + 7) & ~7;
  if (start + 4 * count > image.length) return undefined;
  const symbols: KernelSymbol[] = [];
  let before = 0;
  for (let symbol = 0; symbol < count; symbol++) {
    const offset = image.readUInt32LE(start + 4 * symbol);
    if (offset < before) return undefined;
    before = offset;
    symbols.push({ name: names[symbol].slice(1), offset });
  }
  return symbols;
}
