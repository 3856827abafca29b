// SPDX-License-Identifier: GPL-2.0-only
/**
 * The process that a compiled tree runs in, spoken to over two named pipes: whoever asks waits for the
 * answer, which comes within microseconds. A process that is gone answers with nothing.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SideError } from '../side/side.js';

export interface Limits {
  /** Milliseconds an operation may take on a machine of a few pages; more has more time. */
  readonly time: number;
  /** MiB of memory that the process may take beside the machine's own. */
  readonly memory: number;
}

export const DEFAULT_LIMITS: Limits = { time: 1000, memory: 2048 };
/** Pages of a machine for which an operation gets another millisecond. */
const PAGES_A_MILLISECOND = 50;

/** Milliseconds an operation may take on a machine of so many pages. */
export function timeLimit({ time }: Limits, pages: number): number {
  return time + Math.ceil(pages / PAGES_A_MILLISECOND);
}

const HELLO = 0xc0de;
/** Milliseconds to wait for a process to say that it is there. */
const START_LIMIT = 10_000;
const WORD = 4;

/** The process is gone: it was killed, or the code under test ended it. */
export class ChildGone extends Error {}

export class Child {
  private readonly process: ChildProcess;
  private readonly toChild: number;
  private readonly fromChild: number;
  private answerBytes = new Uint8Array(1 << 16);
  private isOpen = true;
  /** Requests that were not answered yet. */
  private pending = 0;
  /** Bytes that a pipe to it takes while it does not read. */
  capacity = 0;

  /**
   * Starts a process.
   * @throws SideError if it does not come up
   */
  constructor(
    program: string,
    readonly limits: Limits = DEFAULT_LIMITS,
  ) {
    const folder = mkdtempSync(join(tmpdir(), 'pkvm-tracediff-'));
    try {
      const [to, from] = [join(folder, 'to'), join(folder, 'from')];
      const made = spawnSync('mkfifo', ['-m', '600', to, from], { encoding: 'utf8' });
      if (made.status !== 0) throw new SideError(`cannot make a named pipe: ${made.stderr}`);
      // Opened for both, a pipe never waits for its other end.
      this.toChild = openSync(to, 'r+');
      this.process = spawn(program, [to, from, String(limits.memory)], {
        stdio: ['ignore', 'ignore', 'ignore'],
        cwd: '/',
        env: {},
      });
      this.process.on('error', () => undefined);
      this.process.unref();
      this.fromChild = this.waitForHello(from);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /**
   * Sends a request; `receive()` waits for the answer. While another one is not answered, a request must
   * be shorter than `capacity`.
   */
  send(bytes: Uint8Array): void {
    let sent = 0;
    this.pending++;
    try {
      while (sent < bytes.length) sent += writeSync(this.toChild, bytes, sent);
    } catch (error) {
      throw this.gone(error);
    }
  }

  /** The answer: its words, valid until the next one. */
  receive(): Int32Array {
    const head = new Uint8Array(WORD);
    this.read(head, WORD);
    const length = new Uint32Array(head.buffer)[0] * WORD;
    if (length > this.answerBytes.length) this.answerBytes = new Uint8Array(2 * length);
    this.read(this.answerBytes, length);
    this.pending--;
    return new Int32Array(this.answerBytes.buffer, 0, length / WORD);
  }

  /** Sends a request and waits for its answer; answers that nobody took are dropped. */
  ask(bytes: Uint8Array): Int32Array {
    while (this.pending > 0) this.receive();
    this.send(bytes);
    return this.receive();
  }

  /** Ends the process. May be called twice. */
  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.process.kill('SIGKILL');
    closeSync(this.toChild);
    closeSync(this.fromChild);
  }

  private read(to: Uint8Array, length: number): void {
    let got = 0;
    while (got < length) {
      let part: number;
      try {
        part = readSync(this.fromChild, to, got, length - got, null);
      } catch (error) {
        throw this.gone(error);
      }
      if (part === 0) throw this.gone();
      got += part;
    }
  }

  private gone(_cause?: unknown): ChildGone {
    this.close();
    return new ChildGone('the process of the compiled tree ended');
  }

  /** Waits until the process has its end of the pipe open; from then on its death is seen. */
  private waitForHello(path: string): number {
    const first = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const sleeper = new Int32Array(new SharedArrayBuffer(WORD));
    const started = Date.now();
    try {
      for (;;) {
        this.capacity = capacitySaid(first);
        if (this.capacity > 0) break;
        const { pid } = this.process;
        if (pid === undefined || !isAlive(pid) || Date.now() - started > START_LIMIT) {
          this.process.kill('SIGKILL');
          closeSync(this.toChild);
          throw new SideError('the program that was compiled does not start');
        }
        Atomics.wait(sleeper, 0, 0, 1);
      }
      return openSync(path, constants.O_RDONLY);
    } finally {
      closeSync(first);
    }
  }
}

/** The capacity that a process says it has when it is there; 0 before. */
function capacitySaid(pipe: number): number {
  const words = new Uint32Array(2);
  const bytes = new Uint8Array(words.buffer);
  try {
    if (readSync(pipe, bytes, 0, bytes.length, null) !== bytes.length) return 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
    throw error;
  }
  return words[0] === HELLO ? words[1] : 0;
}

/** A process that ended stays until its parent looks, which cannot while it waits here. */
function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
