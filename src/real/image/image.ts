// SPDX-License-Identifier: GPL-2.0-only
/**
 * A kernel as it is handed to us: an arm64 Image, the same compressed with gzip, one that unpacks
 * itself (EFI zboot), or a Debian package with one of these in its /boot.
 */

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as zlib from 'node:zlib';
import { SideError } from '../../side/side.js';
import { type KernelSymbol, readKallsyms } from './kallsyms.js';

/** An image that can be booted, and what it says of itself. */
export interface KernelImage {
  readonly bytes: Buffer;
  /** SHA-256 of the image, hexadecimal. */
  readonly hash: string;
  /** `Linux version 6.12.117+deb12-cloud-arm64 (...) ...`. */
  readonly banner: string;
  /** `6.12.117+deb12-cloud-arm64`. */
  readonly release: string;
  /** Bytes from a multiple of 2 MiB to where it wants to be loaded (its header). */
  readonly textOffset: number;
  readonly symbols: readonly KernelSymbol[];
}

const ARM64_MAGIC = 'ARM\x64';
const ARM64_MAGIC_AT = 56;
const LARGEST_IMAGE = 126 * 2 ** 20;

/**
 * Reads an image.
 * @throws SideError when it is none, or not one with protected KVM and symbols
 */
export async function openImage(path: string): Promise<KernelImage> {
  let file: Buffer;
  try {
    file = await readFile(path);
  } catch (error) {
    throw new SideError(`cannot read ${path}: ${(error as NodeJS.ErrnoException).code}`);
  }
  const bytes = await unpack(file, path);
  return describe(bytes, path);
}

async function unpack(file: Buffer, path: string): Promise<Buffer> {
  if (file.subarray(0, 8).toString('latin1') === '!<arch>\n') {
    return unpack(await imageOfPackage(path), path);
  }
  if (file.length > 2 && file.readUInt16BE(0) === 0x1f8b) {
    return unpack(
      decompressed(() => zlib.gunzipSync(file), path, 'gzip'),
      path,
    );
  }
  if (file.toString('latin1', 4, 8) === 'zimg') return unpack(zbootPayload(file, path), path);
  const magic = file.toString('latin1', ARM64_MAGIC_AT, ARM64_MAGIC_AT + 4);
  if (magic === ARM64_MAGIC) return file;
  throw new SideError(`${path} is not an arm64 kernel: ${kindOf(file)}`);
}

/** What a file that is no arm64 Image looks like. */
function kindOf(file: Buffer): string {
  if (file.toString('latin1', 0x202, 0x206) === 'HdrS') return 'it is a kernel image for x86';
  if (file.toString('latin1', 0x30, 0x34) === 'RISC') return 'it is a kernel image for RISC-V';
  if (file.toString('latin1', 0, 4) === '\x7fELF') {
    return 'it is an ELF file; arch/arm64/boot/Image of the same build is what is booted';
  }
  if (file.length === 0) return 'it is empty';
  return 'it is neither an Image, nor a compressed one, nor a Debian package';
}

function decompressed(decompress: () => Buffer, path: string, format: string): Buffer {
  try {
    return decompress();
  } catch {
    throw new SideError(`${path} is damaged: its ${format} data cannot be unpacked`);
  }
}

/** The kernel in an image that unpacks itself (drivers/firmware/efi/libstub/zboot-header.S). */
function zbootPayload(file: Buffer, path: string): Buffer {
  const start = file.readUInt32LE(8);
  const payload = file.subarray(start, start + file.readUInt32LE(12));
  const format = file.toString('latin1', 24, 56).split('\0')[0];
  const unpackers: Record<string, ((data: Buffer) => Buffer) | undefined> = {
    gzip: zlib.gunzipSync,
    // Node.js 22.15 and later have it.
    zstd: (zlib as { zstdDecompressSync?: (data: Buffer) => Buffer }).zstdDecompressSync,
  };
  const unpacker = unpackers[format];
  if (!unpacker) {
    throw new SideError(
      `${path} holds its kernel compressed with ${format}, which is not supported here; unpack it first`,
    );
  }
  return decompressed(() => unpacker(payload), path, format);
}

/** The image in the /boot of a Debian package. */
function imageOfPackage(path: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const unpacker = spawn('dpkg-deb', ['--fsys-tarfile', path], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const options = ['-x', '-O', '--wildcards', './boot/vmlinuz-*', './boot/Image*'];
    const reader = spawn('tar', options, { stdio: ['pipe', 'pipe', 'ignore'] });
    const parts: Buffer[] = [];
    let complaint = '';
    const missing = (program: string) => () =>
      reject(new SideError(`${program} is needed to read ${path}, and is not installed`));
    unpacker.on('error', missing('dpkg-deb'));
    reader.on('error', missing('tar'));
    reader.stdin.on('error', () => {});
    unpacker.stdout.pipe(reader.stdin);
    unpacker.stderr.on('data', (data: Buffer) => {
      complaint += data.toString('utf8');
    });
    reader.stdout.on('data', (data: Buffer) => parts.push(data));
    let code: number | null = null;
    const done = () => {
      if (code !== 0) {
        const lines = complaint.trim().split('\n').slice(-4);
        reject(new SideError(`${path} is no intact Debian package`, lines));
      } else if (parts.length === 0) {
        reject(new SideError(`${path} has no kernel in its /boot`));
      } else {
        resolve(Buffer.concat(parts));
      }
    };
    let open = 2;
    unpacker.on('close', (status) => {
      code = status;
      if (--open === 0) done();
    });
    reader.on('close', () => {
      if (--open === 0) done();
    });
  });
}

function describe(bytes: Buffer, path: string): KernelImage {
  if (bytes.length > LARGEST_IMAGE) {
    throw new SideError(`${path} is ${bytes.length >> 20} MiB: at most 126 MiB can be loaded`);
  }
  const banner = bannerOf(bytes);
  if (banner === undefined) {
    throw new SideError(
      `${path} has an arm64 header, and no version of Linux in it: is it cut off?`,
    );
  }
  const release = banner.split(' ')[2];
  const symbols = readKallsyms(bytes);
  if (!symbols) {
    throw new SideError(
      `${path} (Linux ${release}) has no symbol table: it has to be built with CONFIG_KALLSYMS_ALL, as distributions do`,
    );
  }
  return {
    bytes,
    hash: createHash('sha256').update(bytes).digest('hex'),
    banner,
    release,
    textOffset: Number(bytes.readBigUInt64LE(8)),
    symbols,
  };
}

/** `Linux version ...` with a release behind it: the same words stand in formats too. */
function bannerOf(bytes: Buffer): string | undefined {
  const words = 'Linux version ';
  for (let at = bytes.indexOf(words); at >= 0; at = bytes.indexOf(words, at + 1)) {
    const end = bytes.indexOf(0, at);
    const line = bytes.toString('latin1', at, Math.min(end, at + 512)).trimEnd();
    if (/^Linux version \d/.test(line)) return line;
  }
  return undefined;
}
