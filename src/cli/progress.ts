// SPDX-License-Identifier: GPL-2.0-only
/** A progress bar on standard error, on a terminal and for long runs only. */

import { SingleBar } from 'cli-progress';

/** Bytes of input from which a run is long enough for a bar. */
const LONG_RUN_BYTES = 4 * 1024 * 1024;

export class Progress {
  private readonly bar: SingleBar | undefined;
  private done = 0;

  constructor(totalBytes: number, wanted: boolean) {
    if (!wanted || !process.stderr.isTTY || totalBytes < LONG_RUN_BYTES) return;
    this.bar = new SingleBar({
      stream: process.stderr,
      format: '{bar} {percentage}%  {mib} of {totalMib} MiB, {eta_formatted} left',
      barsize: 30,
      hideCursor: true,
      clearOnComplete: true,
    });
    this.bar.start(totalBytes, 0, { mib: 0, totalMib: mib(totalBytes) });
  }

  /** Counts input that was read. */
  readonly advance = (bytes: number): void => {
    this.done += bytes;
    this.bar?.update(this.done, { mib: mib(this.done) });
  };

  stop(): void {
    this.bar?.stop();
  }
}

function mib(bytes: number): number {
  return Math.round(bytes / (1024 * 1024));
}
