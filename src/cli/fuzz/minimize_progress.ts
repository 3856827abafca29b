// SPDX-License-Identifier: GPL-2.0-only
/** How far minimising is, on one line of standard error, on a terminal only. */

import type { Progress } from '../../minimize/index.js';
import type { Context } from '../context.js';

const MS_BETWEEN = 100;

export class MinimizeProgress {
  private last = performance.now();
  private isShown = false;

  constructor(private readonly context: Context) {}

  /** Called after each try; lets signals in now and then. True if the search is to stop. */
  async show({ tests, ops }: Progress): Promise<boolean> {
    if (performance.now() - this.last < MS_BETWEEN) return false;
    this.last = performance.now();
    if (process.stderr.isTTY) {
      process.stderr.write(`\r\x1b[K${ops.toLocaleString('en-US')} operations, ${tests} tries`);
      this.isShown = true;
    }
    await this.context.breathe();
    return this.context.interrupted;
  }

  clear(): void {
    if (this.isShown) process.stderr.write('\r\x1b[K');
  }
}
