// SPDX-License-Identifier: GPL-2.0-only
/**
 * Finding QEMU, starting it, and making sure that it ends: with us, before us, or after us. A
 * guardian, a shell that waits for us to go, ends it and removes its folder when we are killed.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SideError } from '../../side/side.js';
import { Gdb } from './gdb.js';
import { Qmp } from './qmp.js';

export const QEMU = 'qemu-system-aarch64';
/** The oldest major version that this was run with. */
const OLDEST = 7;

/** The CPU of the machine: 40 bits of physical address, as the model has. */
export const CPU = 'cortex-a53';
const MACHINE = 'virt,virtualization=on,gic-version=3';

/** utime and stime in /proc/PID/stat, counted behind the name; a tick is 1/100 s. */
const USER_TIME = 11;
const SYSTEM_TIME = 12;
const TICK_MS = 10;

/** How long an emulator whose connections broke may take to be gone, milliseconds. */
const END_MS = 1000;
/** Lines of a console that are shown when something went wrong. */
const SHOWN_LINES = 12;

/**
 * The version of the QEMU that is installed: `7.2.22`.
 * @throws SideError when there is none, or one that is too old
 */
export function qemuVersion(): string {
  const found = spawnSync(QEMU, ['--version'], { encoding: 'utf8' });
  if (found.error || found.status !== 0) {
    throw new SideError(
      `${QEMU} is not installed: a kernel runs under QEMU (Debian, Ubuntu: apt-get install qemu-system-arm; Fedora: dnf install qemu-system-aarch64)`,
    );
  }
  const version = /version (\d+(?:\.\d+)*)/.exec(found.stdout)?.[1] ?? 'unknown';
  if (!(Number.parseInt(version, 10) >= OLDEST)) {
    throw new SideError(`QEMU ${version} is too old: ${OLDEST}.0 or later is needed`);
  }
  return version;
}

/** QEMU's own device tree of the board. */
export function boardDeviceTree(bytes: number, folder: string): Buffer {
  const file = join(folder, 'qemu.dtb');
  const machine = `${MACHINE},dumpdtb=${file}`;
  const size = `${bytes / 2 ** 20}M`;
  const args = ['-M', machine, '-cpu', CPU, '-m', size, '-display', 'none', '-nic', 'none'];
  const done = spawnSync(QEMU, args, { encoding: 'utf8' });
  if (!existsSync(file)) {
    throw new SideError('QEMU does not describe its board', lastLines(done.stderr ?? ''));
  }
  return readFileSync(file);
}

export function lastLines(text: string, count = SHOWN_LINES): string[] {
  return text.replace(/\r/g, '').trimEnd().split('\n').slice(-count).filter(Boolean);
}

/** How an emulator is started. */
export interface EmulatorSetup {
  /** Bytes of memory. */
  readonly memoryBytes: number;
  /** Files to be loaded, by address; none when a saved state is. */
  readonly load: readonly { readonly file: string; readonly address: number }[];
  /** Where the CPU starts. */
  readonly start: number | undefined;
  /** A saved state to start from instead. */
  readonly incoming?: string;
}

/** A QEMU that runs, with its files in a folder of its own that goes with it. */
export class Emulator {
  readonly #child: ChildProcess;
  readonly #guardian: ChildProcess;
  #stderr = '';
  #exit: string | undefined;
  #isClosed = false;
  #gdb: Gdb | undefined;
  #qmp: Qmp | undefined;

  /** A folder for the files of an emulator, its memory among them. */
  static makeFolder(): string {
    return mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'tracediff-'));
  }

  constructor(
    readonly folder: string,
    setup: EmulatorSetup,
  ) {
    const child = spawn(QEMU, this.#arguments(setup), {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    this.#child = child;
    child.stderr?.on('data', (data: Buffer) => {
      this.#stderr = (this.#stderr + data.toString('latin1')).slice(-4096);
    });
    child.on('exit', (code, signal) => {
      this.#exit = signal ? `signal ${signal}` : `code ${code}`;
      this.#gdb?.close();
    });
    child.on('error', (error) => {
      this.#exit = error.message;
    });
    this.#guardian = spawn('/bin/sh', ['-c', GUARDIAN, 'sh', String(child.pid), folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    this.#guardian.on('error', () => {});
    this.#guardian.stdin?.on('error', () => {});
    child.unref();
    this.#guardian.unref();
  }

  get ramFile(): string {
    return join(this.folder, 'ram');
  }

  #arguments({ memoryBytes, load, start, incoming }: EmulatorSetup): string[] {
    const size = `${memoryBytes / 2 ** 20}M`;
    const loaders = load.flatMap(({ file, address }) => [
      '-device',
      `loader,file=${file},addr=0x${address.toString(16)},force-raw=on`,
    ]);
    const entry =
      start === undefined ? [] : ['-device', `loader,addr=0x${start.toString(16)},cpu-num=0`];
    return [
      ...['-M', `${MACHINE},memory-backend=ram0`, '-cpu', CPU, '-smp', '1', '-m', size],
      ...['-object', `memory-backend-file,id=ram0,size=${size},mem-path=${this.ramFile},share=on`],
      ...['-accel', 'tcg,thread=single', '-display', 'none', '-nic', 'none', '-monitor', 'none'],
      ...['-no-reboot', '-no-user-config', '-nodefaults'],
      ...['-qmp', `unix:${join(this.folder, 'qmp')},server=on,wait=off`],
      ...['-serial', `file:${join(this.folder, 'console')}`],
      ...['-chardev', `socket,path=${join(this.folder, 'gdb')},server=on,wait=off,id=gdb0`],
      ...['-gdb', 'chardev:gdb0'],
      ...loaders,
      ...entry,
      ...(incoming === undefined ? [] : ['-S', '-incoming', 'defer']),
    ];
  }

  /**
   * Processor time that the emulator used, milliseconds: on a busy machine it says better than a
   * clock whether something never ends.
   */
  processorMs(): number {
    try {
      const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'latin1');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return (Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME])) * TICK_MS;
    } catch {
      return performance.now();
    }
  }

  /** What the machine wrote to its serial console. */
  consoleText(): string {
    const file = join(this.folder, 'console');
    return existsSync(file) ? readFileSync(file, 'latin1') : '';
  }

  /** How the emulator ended, if it did. */
  get ended(): string | undefined {
    return this.#exit;
  }

  /**
   * How the emulator ended, with the last line of its console; undefined if it runs. To be asked when its
   * connections broke: it may take a moment until its end is known.
   */
  async whyEnded(): Promise<string | undefined> {
    for (let waited = 0; this.#exit === undefined && waited < END_MS; waited += 20) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    if (this.#exit === undefined) return undefined;
    const [line] = lastLines(this.consoleText(), 1);
    return `QEMU ended with ${this.#exit}${line === undefined ? '' : `, after "${line.trim()}"`}`;
  }

  /** An error that shows the end of the console, or what QEMU itself complained about. */
  failure(message: string): SideError {
    const shown = lastLines(this.consoleText());
    return new SideError(message, shown.length > 0 ? shown : lastLines(this.#stderr));
  }

  async gdb(): Promise<Gdb> {
    this.#gdb ??= await this.#connected(() => Gdb.connect(join(this.folder, 'gdb')));
    return this.#gdb;
  }

  async qmp(): Promise<Qmp> {
    this.#qmp ??= await this.#connected(() => Qmp.connect(join(this.folder, 'qmp')));
    return this.#qmp;
  }

  /** Tries until the emulator has made its sockets. */
  async #connected<T>(connect: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await connect();
      } catch (error) {
        if (this.#exit !== undefined) throw this.failure(`QEMU ended with ${this.#exit}`);
        if (attempt > 500) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  /** Ends the emulator and removes its folder. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#gdb?.close();
    this.#qmp?.close();
    if (this.#exit === undefined) this.#child.kill('SIGKILL');
    this.#guardian.stdin?.end('done\n');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Waits for a line; without one, when whoever was to write it has gone, ends the emulator. */
const GUARDIAN = `trap '' HUP INT TERM
read -r line && exit 0
kill -KILL "$1" 2>/dev/null
rm -rf -- "$2"`;
