// SPDX-License-Identifier: GPL-2.0-only
/**
 * A standard input with data that no argument names: `replay < trace.json` must not replay the
 * bundled traces. A terminal, `/dev/null`, a closed or empty input, and a pipe that nobody writes to
 * (as CI systems leave there) do not matter.
 */

import { fstatSync, readFileSync, type Stats } from 'node:fs';
import type { Problem } from '../input/problem.js';
import { STDIN, STDIN_NAME } from '../input/source.js';

/** So long a pipe is waited for: what writes to it may be starting too. */
const MS_FOR_FIRST_DATA = 100;

const UNREAD: Problem = {
  file: STDIN_NAME,
  message:
    `there is data here, and no argument reads it: write ${STDIN} to read traces from it, ` +
    'or </dev/null to go without',
};

export class UnreadInput {
  private hasData = false;
  private isPipe = false;

  /** Looks at standard input; a pipe is watched until `close()`. */
  static async watch(): Promise<UnreadInput> {
    const input = new UnreadInput();
    const stats = statsOfInput();
    if (stats?.isFile()) input.hasData = isLeft(stats);
    if (stats?.isFIFO() || stats?.isSocket()) await input.listen();
    return input;
  }

  /** What is wrong, as far as is known by now. */
  get problem(): Problem | undefined {
    return this.hasData ? UNREAD : undefined;
  }

  close(): void {
    if (!this.isPipe) return;
    this.isPipe = false;
    process.stdin.removeAllListeners('data').pause();
    process.stdin.unref();
  }

  private async listen(): Promise<void> {
    this.isPipe = true;
    const { stdin } = process;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, MS_FOR_FIRST_DATA);
      const settle = () => {
        clearTimeout(timer);
        resolve();
      };
      stdin.on('data', () => {
        this.hasData = true;
        this.close();
        settle();
      });
      stdin.once('end', settle);
      stdin.once('error', settle);
    });
    stdin.unref();
  }
}

/** Undefined where there is no standard input at all. */
function statsOfInput(): Stats | undefined {
  try {
    return fstatSync(0);
  } catch {
    return undefined;
  }
}

/** Whether a file has something left to read after where it stands. */
function isLeft({ size }: Stats): boolean {
  return size > position();
}

function position(): number {
  try {
    return Number(/^pos:\s*(\d+)/m.exec(readFileSync('/proc/self/fdinfo/0', 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
