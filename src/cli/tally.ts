// SPDX-License-Identifier: GPL-2.0-only
/** Counts of a run over many traces, its closing lines and its exit code. */

import type { CompareLevel } from '../compare/lockstep.js';
import type { TraceResult } from '../compare/replay.js';
import type { Context } from './context.js';
import { EXIT_BAD_INPUT, EXIT_DIVERGED, EXIT_EQUAL, EXIT_INCONCLUSIVE } from './exit_codes.js';
import type { Pair } from './options.js';

export class Tally {
  replays = 0;
  diverged = 0;
  private divergences = 0;
  private compared = 0;
  private notCompared = 0;
  private words = 0;
  private readonly started = performance.now();

  constructor(
    private readonly pair: Pair,
    private readonly level: CompareLevel,
  ) {}

  add(result: TraceResult): void {
    this.replays++;
    this.compared += result.compared;
    this.notCompared += result.notCompared;
    this.words += result.wordsCompared;
    this.divergences += result.divergences.length;
    if (result.divergences.length > 0) this.diverged++;
  }

  lines(context: Context): string[] {
    const seconds = (performance.now() - this.started) / 1000;
    const names = `${this.pair[0].name} and ${this.pair[1].name}`;
    const lines = [
      `${count(this.replays, 'replay')} through ${names}, level ${this.level}, ${seconds.toFixed(2)} s`,
      `${count(this.compared, 'operation')} and ${count(this.words, 'changed word')} compared`,
    ];
    if (this.notCompared > 0) {
      lines.push(`${count(this.notCompared, 'operation')} after the end of a side not compared`);
    }
    if (context.problems > 0) lines.push(`${count(context.problems, 'problem')} of the input`);
    lines.push(this.verdict(context));
    return lines;
  }

  exitCode(context: Context): number {
    if (context.problems > 0) return EXIT_BAD_INPUT;
    if (this.diverged > 0) return EXIT_DIVERGED;
    return context.stopped || this.compared === 0 ? EXIT_INCONCLUSIVE : EXIT_EQUAL;
  }

  private verdict(context: Context): string {
    const { chalk } = context;
    if (this.diverged > 0) {
      return chalk.red.bold(
        `diverged: ${count(this.divergences, 'divergence')} in ${this.diverged} of ${count(this.replays, 'replay')}`,
      );
    }
    if (context.interrupted) return chalk.yellow.bold('inconclusive: interrupted');
    if (this.compared === 0) return chalk.yellow.bold('inconclusive: nothing was compared');
    return chalk.green.bold('equal: no divergence');
  }
}

/** `1 replay`, `12,345 replays`. */
export function count(n: number, noun: string): string {
  return `${n.toLocaleString('en-US')} ${noun}${n === 1 ? '' : 's'}`;
}
