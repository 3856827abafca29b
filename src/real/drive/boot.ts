// SPDX-License-Identifier: GPL-2.0-only
/** Boots a kernel to user space, and parks its CPU in the hypervisor. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SideError } from '../../side/side.js';
import {
  type Board,
  boardBytes,
  deviceTree,
  kernelAddress,
  loadedFiles,
  RAM_BASE,
  startCode,
} from '../boot/board.js';
import {
  CHARACTER_DEVICE,
  type CpioEntry,
  cpioArchive,
  DIRECTORY,
  EXECUTABLE,
} from '../boot/cpio.js';
import { InitProgram } from '../boot/init_program.js';
import { boardDeviceTree, Emulator, lastLines } from '../emulator/qemu.js';
import { Ram } from '../emulator/ram.js';
import type { KernelImage } from '../image/image.js';

/** What the first program prints when the kernel has come to user space. */
export const READY = 'tracediff: ready';
const ARGUMENTS = [
  ...['console=ttyAMA0', 'earlycon', 'nokaslr', 'kvm-arm.mode=protected', 'panic=-1'],
  // Nothing of the host is to go on by itself while it is watched.
  ...['nowatchdog', 'rcupdate.rcu_cpu_stall_suppress=1', 'audit=0', 'random.trust_cpu=off'],
].join(' ');

/** An initramfs whose first program only says that it is there. */
export function idleInitramfs(): Buffer {
  const program = new InitProgram();
  program.print(READY);
  return initramfsOf(program);
}

/** An initramfs with a first program, and what else there is to be. */
export function initramfsOf(program: InitProgram, others: readonly CpioEntry[] = []): Buffer {
  return cpioArchive([
    { path: 'dev', mode: DIRECTORY },
    { path: 'dev/console', mode: CHARACTER_DEVICE, device: [5, 1] },
    { path: 'dev/kvm', mode: CHARACTER_DEVICE, device: [10, 232] },
    { path: 'proc', mode: DIRECTORY },
    ...others,
    { path: 'init', mode: EXECUTABLE, data: program.elf() },
  ]);
}

export interface BootOptions {
  readonly signal: AbortSignal;
  /** Milliseconds until user space. */
  readonly limitMs: number;
  /** What the console says when it has come as far as it is to come. */
  readonly until: string;
}

/** A machine that was started: still running when it is handed on. */
export interface Booted {
  readonly emulator: Emulator;
  readonly ram: Ram;
  /** Physical address of the kernel image. */
  readonly imageAddress: number;
}

/**
 * Starts an emulator with the kernel in it and waits for user space.
 * @throws SideError when the kernel does not get there, with the end of its console
 */
export async function boot(
  image: KernelImage,
  board: Board,
  initramfs: Buffer,
  options: BootOptions,
): Promise<Booted> {
  const { emulator, imageAddress } = startMachine(image, board, initramfs);
  try {
    await userSpace(emulator, options);
    return { emulator, ram: new Ram(emulator.ramFile, RAM_BASE), imageAddress };
  } catch (error) {
    emulator.close();
    throw error;
  }
}

/** Starts an emulator with the kernel in it; its memory is there once it answers. */
export function startMachine(
  image: KernelImage,
  board: Board,
  initramfs: Buffer,
  furtherArguments: readonly string[] = [],
): Omit<Booted, 'ram'> {
  const folder = Emulator.makeFolder();
  const memoryBytes = boardBytes(board);
  const { textOffset } = image;
  const paths = {
    start: join(folder, 'start'),
    kernel: join(folder, 'image'),
    deviceTree: join(folder, 'dtb'),
    initrd: join(folder, 'initrd'),
  };
  const start = startCode(textOffset);
  const tree = deviceTree(boardDeviceTree(memoryBytes, folder), board, {
    arguments: [ARGUMENTS, ...furtherArguments].join(' '),
    initrdBytes: initramfs.length,
  });
  writeFileSync(paths.start, start.code);
  writeFileSync(paths.kernel, image.bytes);
  writeFileSync(paths.deviceTree, tree);
  writeFileSync(paths.initrd, initramfs);
  const load = loadedFiles({ ...paths, textOffset });
  const emulator = new Emulator(folder, { memoryBytes, load, start: start.address });
  return { emulator, imageAddress: kernelAddress(textOffset) };
}

const POLL_MS = 50;

async function userSpace(emulator: Emulator, options: BootOptions): Promise<void> {
  const started = performance.now();
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    const text = emulator.consoleText();
    if (text.includes(options.until)) return;
    if (options.signal.aborted) throw new SideError('interrupted while a kernel booted');
    const failed = /tracediff: failed: .*/.exec(text);
    if (failed)
      throw emulator.failure(`the first program of user space failed: ${failed[0].slice(19)}`);
    if (emulator.ended !== undefined) {
      throw emulator.failure(
        text.includes('Kernel panic')
          ? 'the kernel panicked while it booted'
          : `QEMU ended with ${emulator.ended} while the kernel booted`,
      );
    }
    if (performance.now() - started > options.limitMs) {
      const seconds = Math.round(options.limitMs / 1000);
      throw emulator.failure(`the kernel did not come to user space within ${seconds} s`);
    }
  }
}

/** The line about protected mode that KVM prints. */
export function protectedLine(consoleText: string): string | undefined {
  return /kvm \[\d+\]: (.*(?:VHE|nVHE|Protected).*)/.exec(consoleText)?.[1]?.trim();
}

/**
 * Refuses a kernel that did not come up with its hypervisor protected.
 * @throws SideError with what KVM said
 */
export function requireProtected(consoleText: string): string {
  const line = protectedLine(consoleText);
  if (line !== undefined && /Protected nVHE mode initialized successfully/.test(line)) return line;
  const said = consoleText.split('\n').filter((text) => /kvm|hyp mode/i.test(text));
  throw new SideError(
    'the kernel runs, and its hypervisor does not protect itself: it has to be built with KVM, and to accept kvm-arm.mode=protected',
    said.length > 0 ? lastLines(said.join('\n')) : lastLines(consoleText),
  );
}
