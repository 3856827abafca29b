// SPDX-License-Identifier: GPL-2.0-only
/** The bytes are put together by hand, as chapter 5 of the Devicetree Specification 0.4 has them. */
import { describe, expect, it } from 'vitest';
import { cells64, nodeAt, parseFdt, writeFdt } from '../../src/real/boot/fdt.js';

/** A root with `model = "x"` and a node `cpus` with an empty property of the same name. */
const BLOB = Buffer.from(
  [
    // magic, totalsize, off_dt_struct, off_dt_strings, off_mem_rsvmap, version, last_comp_version,
    // boot_cpuid_phys, size_dt_strings, size_dt_struct
    ...['d00dfeed', '00000086', '00000038', '00000080', '00000028', '00000011', '00000010'],
    ...['00000000', '00000006', '00000048'],
    // An empty map of reserved memory.
    ...['0000000000000000', '0000000000000000'],
    // FDT_BEGIN_NODE "", FDT_PROP of 2 bytes, its name at 0
    ...['00000001', '00000000', '00000003', '00000002', '00000000', '78000000'],
    // FDT_BEGIN_NODE "cpus", FDT_PROP of 0 bytes, its name at 0, FDT_END_NODE
    ...['00000001', '63707573', '00000000', '00000003', '00000000', '00000000', '00000002'],
    // FDT_END_NODE, FDT_END; then padding up to where the strings are said to be
    ...['00000002', '00000009', '00000000', '00000000', '00000000'],
    '6d6f64656c00',
  ].join(''),
  'hex',
);

describe('a device tree', () => {
  it('is read', () => {
    const root = parseFdt(BLOB);
    expect([...root.properties]).toEqual([['model', Buffer.from('x\0')]]);
    expect(root.children.map(({ name }) => name)).toEqual(['cpus']);
    expect([...root.children[0].properties]).toEqual([['model', Buffer.alloc(0)]]);
  });

  it('is written as it is read, names of properties once', () => {
    const root = parseFdt(BLOB);
    const written = writeFdt(root);
    expect(parseFdt(written)).toEqual(root);
    expect(written.toString('latin1').split('model\0')).toHaveLength(2);
    expect(written.readUInt32BE(4)).toBe(written.length);
  });

  it('gets nodes where there are none, and numbers in two cells', () => {
    const root = parseFdt(BLOB);
    const node = nodeAt(root, 'reserved-memory', 'trace@80000000');
    node.properties.set('reg', cells64(0x1_8000_0000, 4096));
    expect(nodeAt(root, 'reserved-memory', 'trace@80000000')).toBe(node);
    expect(node.properties.get('reg')?.toString('hex')).toBe('00000001800000000000000000001000');
  });

  it('is none without its magic number', () => {
    expect(() => parseFdt(Buffer.alloc(64))).toThrow('not a flattened device tree');
  });
});
