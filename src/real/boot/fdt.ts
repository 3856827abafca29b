// SPDX-License-Identifier: GPL-2.0-only
/** Reading and writing a flattened device tree (Devicetree Specification 0.4, chapter 5). */

export interface FdtNode {
  readonly name: string;
  readonly properties: Map<string, Buffer>;
  readonly children: FdtNode[];
}

const MAGIC = 0xd00dfeed;
const HEADER_BYTES = 40;
const BEGIN_NODE = 1;
const END_NODE = 2;
const PROPERTY = 3;
const NOP = 4;
const END = 9;

/**
 * The root of a tree.
 * @throws RangeError when it is not a device tree
 */
export function parseFdt(blob: Buffer): FdtNode {
  if (blob.readUInt32BE(0) !== MAGIC) throw new RangeError('not a flattened device tree');
  const structure = blob.readUInt32BE(8);
  const strings = blob.readUInt32BE(12);
  const root: FdtNode = { name: '', properties: new Map(), children: [] };
  const open: FdtNode[] = [];
  for (let at = structure; ; ) {
    const token = blob.readUInt32BE(at);
    at += 4;
    if (token === END) return root;
    if (token === NOP) continue;
    if (token === END_NODE) {
      open.pop();
    } else if (token === BEGIN_NODE) {
      const end = blob.indexOf(0, at);
      const name = blob.toString('latin1', at, end);
      const parent = open.at(-1);
      const node = parent ? { name, properties: new Map(), children: [] } : root;
      parent?.children.push(node);
      open.push(node);
      at = (end + 4) & ~3;
    } else if (token === PROPERTY) {
      const length = blob.readUInt32BE(at);
      const nameAt = strings + blob.readUInt32BE(at + 4);
      const name = blob.toString('latin1', nameAt, blob.indexOf(0, nameAt));
      open.at(-1)?.properties.set(name, Buffer.from(blob.subarray(at + 8, at + 8 + length)));
      at = (at + 8 + length + 3) & ~3;
    } else {
      throw new RangeError(`token ${token} in a flattened device tree`);
    }
  }
}

/** The tree as a blob, with an empty memory reservation block. */
export function writeFdt(root: FdtNode): Buffer {
  const structure: Buffer[] = [];
  const names = new Map<string, number>();
  const nameTable: Buffer[] = [];
  let namesLength = 0;
  const nameOffset = (name: string): number => {
    const known = names.get(name);
    if (known !== undefined) return known;
    const at = namesLength;
    const bytes = Buffer.from(`${name}\0`, 'latin1');
    names.set(name, at);
    nameTable.push(bytes);
    namesLength += bytes.length;
    return at;
  };
  const write = (node: FdtNode): void => {
    structure.push(u32(BEGIN_NODE), padded(Buffer.from(`${node.name}\0`, 'latin1')));
    for (const [name, value] of node.properties) {
      structure.push(u32(PROPERTY), u32(value.length), u32(nameOffset(name)), padded(value));
    }
    for (const child of node.children) write(child);
    structure.push(u32(END_NODE));
  };
  write(root);
  structure.push(u32(END));
  const body = Buffer.concat(structure);
  const table = Buffer.concat(nameTable);
  const reservations = Buffer.alloc(16);
  const bodyAt = HEADER_BYTES + reservations.length;
  const tableAt = bodyAt + body.length;
  const header = [MAGIC, tableAt + table.length, bodyAt, tableAt, HEADER_BYTES, 17, 16, 0];
  header.push(table.length, body.length);
  return Buffer.concat([...header.map(u32), reservations, body, table]);
}

/** The node at a path of names, made where it is missing. */
export function nodeAt(root: FdtNode, ...path: readonly string[]): FdtNode {
  let node = root;
  for (const name of path) {
    let child = node.children.find((candidate) => candidate.name === name);
    if (!child) {
      child = { name, properties: new Map(), children: [] };
      node.children.push(child);
    }
    node = child;
  }
  return node;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/** Two cells each: 64-bit numbers. */
export function cells64(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 * values.length);
  values.forEach((value, index) => {
    bytes.writeBigUInt64BE(BigInt(value), 8 * index);
  });
  return bytes;
}

function padded(data: Buffer): Buffer {
  return Buffer.concat([data, Buffer.alloc(-data.length & 3)]);
}
