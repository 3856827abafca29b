// SPDX-License-Identifier: GPL-2.0-only
/** The process as the commands see it: where text goes, in which colours, and when to stop. */

import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Chalk, type ChalkInstance } from 'chalk';
import { printableLines } from '../input/printable.js';
import { type Problem, problemText } from '../input/problem.js';
import { systemErrorText } from '../input/system_error.js';
import { EXIT_INCONCLUSIVE } from './exit_codes.js';
import { PACKAGE_ROOT } from '../package/root.js';

/** To the first column, and away with the line. */
const CLEAR_LINE = '\r\u001b[K';

export class Context {
  readonly chalk: ChalkInstance;
  /** Set by the first Ctrl-C; commands finish what they can and say that they were interrupted. */
  interrupted = false;
  /** Standard output takes nothing more: its reader is gone (`| head`), or the disk is full. */
  outputClosed = false;
  problems = 0;
  warnings = 0;
  private readonly warned = new Set<string>();
  /** Hears of each problem too, while it is set. */
  onProblem: ((problem: Problem) => void) | undefined;
  /** Fires at the first Ctrl-C: what is being started is given up. */
  private readonly starting = new AbortController();
  /** Called before a line is written, for a progress bar to make room. */
  beforeLine: (() => void) | undefined;

  constructor() {
    const { NO_COLOR, FORCE_COLOR } = process.env;
    const plain = Boolean(NO_COLOR) || !(process.stdout.isTTY || FORCE_COLOR);
    this.chalk = new Chalk(plain ? { level: 0 } : {});
  }

  /** Watches for Ctrl-C and for a standard output that takes no more. */
  watch(): void {
    // The second one is not caught: it ends the process (130 in a shell) even from within a read.
    process.once('SIGINT', () => {
      this.interrupted = true;
      this.starting.abort();
      this.complain('interrupted: stopping; once more ends the program at once');
    });
    process.stdout.on('error', (error: NodeJS.ErrnoException) => this.outputFailed(error));
    process.stderr.on('error', () => {});
  }

  /** An output that is not there in full must not end like one that is. */
  private outputFailed(error: NodeJS.ErrnoException): void {
    if (this.outputClosed) return;
    this.outputClosed = true;
    if (error.code === 'EPIPE') return;
    const reason = error.syscall ? systemErrorText(error) : error.message;
    this.complain(`cannot write the output: ${reason}`);
    process.once('exit', () => {
      process.exitCode ||= EXIT_INCONCLUSIVE;
    });
  }

  get signal(): AbortSignal {
    return this.starting.signal;
  }

  get stopped(): boolean {
    return this.interrupted || this.outputClosed;
  }

  /** Writes lines of the result. */
  print(text: string): void {
    if (this.outputClosed) return;
    this.beforeLine?.();
    process.stdout.write(`${printableLines(text, this.chalk.level > 0)}\n`);
  }

  /** Reports a problem of the input. */
  problem(problem: Problem): void {
    this.problems++;
    this.onProblem?.(problem);
    this.complain(problemText(problem));
  }

  /** Reports what is no problem of the input, and is likely not what was meant: once, however often. */
  warn(warning: Problem): void {
    const text = problemText(warning);
    if (this.warned.has(text)) return;
    this.warned.add(text);
    this.warnings++;
    this.complain(`warning: ${text}`);
  }

  /** Says what was left out of the input and is no problem. */
  readonly note = (note: Problem): void => this.complain(`skipped: ${problemText(note)}`);

  /** Writes to standard error. */
  complain(text: string): void {
    this.beforeLine?.();
    process.stderr.write(`${printableLines(text, false)}\n`);
  }

  /** Shows on a terminal what is going on, in one line; undefined takes it away. */
  status(message: string | undefined): void {
    if (!process.stderr.isTTY) return;
    const columns = process.stderr.columns || 80;
    process.stderr.write(
      `${CLEAR_LINE}${printableLines(message ?? '', false).slice(0, columns - 1)}`,
    );
    this.beforeLine = message === undefined ? undefined : () => this.status(undefined);
  }

  /** Lets signals in: replaying is one long computation, and Ctrl-C waits for a pause. */
  async breathe(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The folder of the bundled traces; relative where the command runs beside it, as reports show it. */
export function bundledTraces(): string {
  const path = fileURLToPath(new URL('traces', PACKAGE_ROOT));
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : fromHere;
}
