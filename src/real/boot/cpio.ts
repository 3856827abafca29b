// SPDX-License-Identifier: GPL-2.0-only
/** An initramfs as the kernel unpacks it: a cpio archive in "newc" format, uncompressed. */

export interface CpioEntry {
  readonly path: string;
  /** File type and permissions: `0o100755`. */
  readonly mode: number;
  readonly data?: Buffer;
  /** Major and minor number of a device node. */
  readonly device?: readonly [number, number];
}

export const DIRECTORY = 0o040755;
export const EXECUTABLE = 0o100755;
export const CHARACTER_DEVICE = 0o020600;

/** The archive with its entries in order; directories must stand before what is in them. */
export function cpioArchive(entries: readonly CpioEntry[]): Buffer {
  const parts: Buffer[] = [];
  entries.forEach((entry, index) => {
    parts.push(...archived(entry, index + 1));
  });
  parts.push(...archived({ path: 'TRAILER!!!', mode: 0 }, 0));
  return Buffer.concat(parts);
}

function archived({ path, mode, data, device }: CpioEntry, inode: number): Buffer[] {
  const name = Buffer.from(`${path}\0`, 'latin1');
  const size = data?.length ?? 0;
  const [major, minor] = device ?? [0, 0];
  const fields = [inode, mode, 0, 0, 1, 0, size, 0, 0, major, minor, name.length, 0];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
  return [
    padded(Buffer.concat([Buffer.from(header, 'latin1'), name])),
    padded(data ?? name.subarray(0, 0)),
  ];
}

function padded(data: Buffer): Buffer {
  return Buffer.concat([data, Buffer.alloc(-data.length & 3)]);
}
