// SPDX-License-Identifier: GPL-2.0-only
/** The bytes are those of the "newc" format, Documentation/driver-api/early-userspace/buffer-format.rst. */
import { describe, expect, it } from 'vitest';
import { CHARACTER_DEVICE, cpioArchive, DIRECTORY, EXECUTABLE } from '../../src/real/boot/cpio.js';

/** c_ino, c_mode, c_uid, c_gid, c_nlink, c_mtime, c_filesize, devices, c_namesize, c_check. */
const header = (...fields: string[]) => `070701${fields.map((f) => f.padStart(8, '0')).join('')}`;
const text = (archive: Buffer) => archive.toString('latin1');

describe('an initramfs', () => {
  it('has a header for each entry, names and data padded to four bytes, and a trailer', () => {
    const archive = cpioArchive([
      { path: 'dev', mode: DIRECTORY },
      { path: 'init', mode: EXECUTABLE, data: Buffer.from('hello') },
    ]);
    expect(text(archive)).toBe(
      [
        `${header('1', '41ed', '', '', '1', '', '', '', '', '', '', '4', '')}dev\0\0\0`,
        `${header('2', '81ed', '', '', '1', '', '5', '', '', '', '', '5', '')}init\0\0`,
        'hello\0\0\0',
        `${header('0', '', '', '', '1', '', '', '', '', '', '', 'b', '')}TRAILER!!!\0\0\0\0`,
      ].join(''),
    );
    expect(archive.length % 4).toBe(0);
  });

  it('can hold device nodes', () => {
    const [line] = text(
      cpioArchive([{ path: 'c', mode: CHARACTER_DEVICE, device: [10, 232] }]),
    ).split('c\0');
    expect(line).toBe(header('1', '2180', '', '', '1', '', '', '', '', 'a', 'e8', '2', ''));
  });
});
