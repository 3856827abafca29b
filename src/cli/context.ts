// SPDX-License-Identifier: GPL-2.0-only
/** The process as the commands see it: where text goes, in which colours, and when to stop. */

import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Chalk, type ChalkInstance } from 'chalk';
import { type Problem, problemText } from '../trace/index.js';

export class Context {
  readonly chalk: ChalkInstance;
  /** Set by the first Ctrl-C; commands finish what they can and say that they were interrupted. */
  interrupted = false;
  /** The reader of standard output is gone (`| head`): nothing more is worth printing. */
  outputClosed = false;
  problems = 0;
  /** Hears of each problem too, while it is set. */
  onProblem: ((problem: Problem) => void) | undefined;

  constructor() {
    const plain = !process.stdout.isTTY || Boolean(process.env.NO_COLOR);
    this.chalk = new Chalk(plain ? { level: 0 } : {});
  }

  /** Watches for Ctrl-C and for a closed standard output. */
  watch(): void {
    process.once('SIGINT', () => {
      this.interrupted = true;
      process.once('SIGINT', () => process.exit(130));
    });
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      this.outputClosed = true;
    });
    process.stderr.on('error', () => {});
  }

  get stopped(): boolean {
    return this.interrupted || this.outputClosed;
  }

  /** Writes lines of the result. */
  print(text: string): void {
    if (!this.outputClosed) process.stdout.write(`${text}\n`);
  }

  /** Reports a problem of the input. */
  problem(problem: Problem): void {
    this.problems++;
    this.onProblem?.(problem);
    this.complain(problemText(problem));
  }

  /** Writes to standard error. */
  complain(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  /** Lets signals in: replaying is one long computation, and Ctrl-C waits for a pause. */
  async breathe(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The folder of the bundled traces; relative where the command runs beside it, as reports show it. */
export function bundledTraces(): string {
  const path = fileURLToPath(new URL('../../traces', import.meta.url));
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : fromHere;
}
