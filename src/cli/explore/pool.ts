// SPDX-License-Identifier: GPL-2.0-only
/** Threads for the parts of a search. A part's states stay on its thread, so threads are not shared. */

import { Worker } from 'node:worker_threads';
import type { Part } from '../../explore/threads/coordinator.js';
import type { Reply, Request } from '../../explore/threads/worker.js';
import { PACKAGE_ROOT } from '../../package/root.js';

/** A thread and the one variable it is working on. */
class ThreadPart implements Part {
  private readonly worker: Worker;
  private answer: ((reply: Reply) => void) | undefined;
  private fail: ((error: Error) => void) | undefined;

  constructor(script: URL) {
    this.worker = new Worker(script);
    this.worker.on('message', (reply: Reply) => this.answer?.(reply));
    this.worker.on('error', (error) => this.fail?.(error));
  }

  ask(request: Request): Promise<Reply> {
    return new Promise((answer, fail) => {
      this.answer = answer;
      this.fail = fail;
      this.worker.postMessage(request);
    });
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }
}

export class ThreadPool {
  private parts: ThreadPart[] = [];

  constructor(private readonly threads: number) {}

  /** Starts the threads. */
  readonly start = (): readonly Part[] => {
    const script = new URL('dist/cli/explore_worker.js', PACKAGE_ROOT);
    this.parts = Array.from({ length: this.threads }, () => new ThreadPart(script));
    return this.parts;
  };

  async stop(): Promise<void> {
    await Promise.all(this.parts.map((part) => part.stop()));
    this.parts = [];
  }
}
