// SPDX-License-Identifier: GPL-2.0-only
/** One kernel at a time: the traces of a lane run one behind the other, lanes beside each other. */

import type { MachineConfig, Op } from '../hyp/op.js';
import { HUNG, isPanic } from '../hyp/outcome.js';
import { SideError, type SideRun, type SideStep } from '../side/side.js';
import { Operations } from './drive/operations.js';
import type { Launcher, Running } from './running.js';

/** Machines of other layouts that are kept running besides the one in use. */
const MOST_RUNNING = 2;

export class Lane {
  readonly #running = new Map<string, Promise<Running>>();
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;
  /** Traces that wait for their turn, or are run. */
  waiting = 0;

  constructor(private readonly launcher: Launcher) {}

  /** Whether a kernel with the memory of a machine runs already. */
  has(config: MachineConfig): boolean {
    return this.#running.has(layoutKey(config));
  }

  /**
   * Runs operations of a trace, by the machine that the trace has, from the state after boot.
   * @param singlyFrom operations from this one on are run one by one
   */
  run(original: MachineConfig, ops: readonly Op[], singlyFrom: number): Promise<SideRun> {
    this.waiting++;
    const next = this.#last.then(() => this.#run(original, ops, singlyFrom));
    this.#last = next
      .catch(() => {})
      .finally(() => {
        this.waiting--;
      });
    return next;
  }

  async #run(original: MachineConfig, ops: readonly Op[], singlyFrom: number): Promise<SideRun> {
    let running: Running;
    try {
      running = await this.#fresh(original);
    } catch (error) {
      // The kernel as such was booted: what fails is this layout of memory.
      if (error instanceof SideError && !this.#isClosed)
        return { steps: [], stopped: error.message };
      throw error;
    }
    const run = await this.#steps(running, original, ops, singlyFrom);
    if (run) return run;
    // What a batch did cannot be told: one by one it can.
    const again = await this.#steps(await this.#fresh(original), original, ops, 0);
    if (!again) throw new Error('operations that are run one by one were put into a batch');
    return again;
  }

  /** Runs operations on a kernel; undefined when a batch of them has to be run one by one. */
  async #steps(
    { kernel, reader, guests, facts }: Running,
    original: MachineConfig,
    ops: readonly Op[],
    singlyFrom: number,
  ): Promise<SideRun | undefined> {
    const operations = new Operations(kernel, reader, guests, facts.probed, ops);
    const steps: SideStep[] = [];
    while (steps.length < ops.length) {
      let isBatch = singlyFrom > steps.length;
      try {
        const batch = await operations.batch(ops, steps.length, singlyFrom);
        if (batch === 'again') return undefined;
        isBatch = batch !== 'alone';
        if (batch === 'alone') {
          const done = await operations.run(ops[steps.length]);
          if ('cannot' in done) return { steps, stopped: done.cannot };
          const pages = reader.changes();
          for (const extra of operations.extra) pages.delete(extra);
          steps.push({ outcome: done.outcome, pages });
        } else steps.push(...batch);
      } catch (error) {
        const ended = this.#isClosed ? undefined : await kernel.emulator.whyEnded();
        if (ended === undefined) throw error;
        await this.#forget(original);
        return isBatch ? undefined : { steps, stopped: ended };
      }
      const { outcome } = steps[steps.length - 1];
      if (outcome === HUNG) await this.#forget(original);
      if (isPanic(outcome)) break;
    }
    return { steps };
  }

  /** A kernel in its state after boot; one that cannot be brought back to it is started anew. */
  async #fresh(config: MachineConfig): Promise<Running> {
    const running = await this.kernelFor(config);
    running.guests.clear();
    try {
      await running.kernel.reset();
      return running;
    } catch {
      await this.#forget(config);
      const again = await this.kernelFor(config);
      await again.kernel.reset();
      return again;
    }
  }

  /** The kernel with the memory of a machine; the ones used longest ago are ended for it. */
  async kernelFor(config: MachineConfig): Promise<Running> {
    if (this.#isClosed) throw new SideError('the kernel was ended');
    const key = layoutKey(config);
    const known = this.#running.get(key);
    const running = known ?? this.launcher.start(config);
    this.#running.delete(key);
    this.#running.set(key, running);
    running.catch(() => this.#running.delete(key));
    for (const [other, old] of this.#running) {
      if (this.#running.size <= MOST_RUNNING) break;
      this.#running.delete(other);
      await end(old);
    }
    return running;
  }

  async #forget(config: MachineConfig): Promise<void> {
    const key = layoutKey(config);
    const running = this.#running.get(key);
    this.#running.delete(key);
    if (running) await end(running);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const running = [...this.#running.values()];
    this.#running.clear();
    await Promise.all(running.map(end));
  }
}

/** The pools of a trace's carve-out are one range of pages to a real kernel. */
function layoutKey({ memory, carveout }: MachineConfig): string {
  return JSON.stringify([memory, carveout.pfn, carveout.hpool_pages + carveout.host_s2_pages]);
}

async function end(running: Promise<Running>): Promise<void> {
  const found = await running.catch(() => undefined);
  found?.kernel.emulator.close();
  found?.kernel.ram.close();
}
