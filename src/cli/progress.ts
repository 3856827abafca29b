// SPDX-License-Identifier: GPL-2.0-only
/** A progress bar on standard error, on a terminal and for long runs only. */

/** Bytes of input from which a run is long enough for a bar. */
const LONG_RUN_BYTES = 4 * 1024 * 1024;
const MIB = 1024 * 1024;
const WIDTH = 30;
const COLUMNS = 80;
/** Milliseconds between two drawings. */
const REDRAW = 100;

/** To the first column, and away with the line. */
const CLEAR_LINE = '\r\u001b[K';

/** What is left of a run is told once that much of it is done: before, it would be a guess. */
const LEAST_FOR_ESTIMATE = 0.02;

export class Progress {
  private readonly isShown: boolean;
  private readonly started = performance.now();
  private done = 0;
  private drawn = Number.NEGATIVE_INFINITY;
  private isDrawn = false;

  constructor(
    private readonly totalBytes: number,
    wanted: boolean,
  ) {
    this.isShown = wanted && process.stderr.isTTY && totalBytes >= LONG_RUN_BYTES;
  }

  /** Counts input that was read. */
  readonly advance = (bytes: number): void => {
    this.done += bytes;
    if (!this.isShown) return;
    const now = performance.now();
    if (now - this.drawn < REDRAW) return;
    this.drawn = now;
    this.isDrawn = true;
    const text = progressText(this.done, this.totalBytes, now - this.started);
    const columns = process.stderr.columns || COLUMNS;
    process.stderr.write(`\r${text.slice(0, columns - 1)}\u001b[K`);
  };

  /** Takes the bar away, for a line of text to be written; the next bytes bring it back. */
  readonly clear = (): void => {
    if (!this.isDrawn) return;
    this.isDrawn = false;
    process.stderr.write(CLEAR_LINE);
  };
}

/** ` 25%  136 of 541 MiB, 8 s left [=======----]`: a narrow terminal cuts the bar, not the numbers. */
export function progressText(done: number, total: number, milliseconds: number): string {
  const part = Math.min(1, done / total);
  const filled = Math.round(part * WIDTH);
  const bar = `${'='.repeat(filled)}${'-'.repeat(WIDTH - filled)}`;
  const percent = String(Math.floor(part * 100)).padStart(3);
  const read = `${Math.round(done / MIB)} of ${Math.round(total / MIB)} MiB`;
  return `${percent}%  ${read}${timeLeft(part, milliseconds)} [${bar}]`;
}

function timeLeft(part: number, milliseconds: number): string {
  if (part < LEAST_FOR_ESTIMATE) return '';
  const seconds = Math.ceil(((milliseconds / part) * (1 - part)) / 1000);
  if (seconds < 100) return `, ${seconds} s left`;
  return `, ${Math.ceil(seconds / 60)} min left`;
}
