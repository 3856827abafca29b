// SPDX-License-Identifier: GPL-2.0-only
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openImage } from '../../src/real/image/image.js';
import { newFolder } from '../folders.js';

/** A file with these bytes at these offsets. */
function fileOf(...parts: readonly (readonly [number, string | Buffer])[]): Buffer {
  const bytes = Buffer.alloc(4096);
  for (const [at, part] of parts) Buffer.from(part as string, 'latin1').copy(bytes, at);
  return bytes;
}

/** What is said of a file that is handed in as a kernel; its path as FILE. */
async function complaint(bytes: Buffer): Promise<string> {
  const file = join(newFolder(), 'vmlinuz');
  writeFileSync(file, bytes);
  return openImage(file).then(
    () => 'nothing',
    (error: Error) => error.message.replaceAll(file, 'FILE'),
  );
}

const ARM64 = [56, 'ARM\x64'] as const;

describe('a file that is no kernel to be asked', () => {
  it.each([
    ['an image for x86', fileOf([0x202, 'HdrS']), 'it is a kernel image for x86'],
    ['an image for RISC-V', fileOf([0x30, 'RISCV']), 'it is a kernel image for RISC-V'],
    ['an ELF file', fileOf([0, '\x7fELF']), 'it is an ELF file; arch/arm64/boot/Image of the same'],
    ['an empty file', Buffer.alloc(0), 'it is empty'],
    ['any other file', fileOf([0, 'hello']), 'it is neither an Image, nor a compressed one, nor a'],
  ])('is told as %s', async (_what, bytes, words) => {
    expect(await complaint(bytes)).toContain(`FILE is not an arm64 kernel: ${words}`);
  });

  it('is told as damaged when it cannot be unpacked', async () => {
    const packed = gzipSync(fileOf(ARM64));
    expect(await complaint(packed.subarray(0, 20))).toBe(
      'FILE is damaged: its gzip data cannot be unpacked',
    );
  });

  it('is told as cut off when it is arm64 without a version, unpacked from gzip or not', async () => {
    const words = 'FILE has an arm64 header, and no version of Linux in it: is it cut off?';
    expect(await complaint(fileOf(ARM64))).toBe(words);
    expect(await complaint(gzipSync(fileOf(ARM64)))).toBe(words);
  });

  it('is told what it has to be built with when it has no symbols', async () => {
    const bytes = fileOf(ARM64, [1000, 'Linux version 6.12.1 (a@b) #1 SMP\n\0']);
    expect(await complaint(bytes)).toBe(
      'FILE (Linux 6.12.1) has no symbol table: it has to be built with CONFIG_KALLSYMS_ALL, as distributions do',
    );
  });

  it('is told by the reason that it cannot be read', async () => {
    await expect(openImage('/no/such/file')).rejects.toThrow('cannot read /no/such/file: ENOENT');
  });
});
