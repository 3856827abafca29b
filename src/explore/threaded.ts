// SPDX-License-Identifier: GPL-2.0-only
/** A search that goes over to several threads when there is enough to do for them. */

import type { Finding } from './expander.js';
import { Parallel, type Part } from './parallel.js';
import type { Search } from './search.js';
import { type Snapshot, takeSnapshot } from './snapshot.js';

/** Seconds between two times that the counts of all parts are brought home. */
const COUNT_EVERY = 1;

export class ThreadedSearch {
  readonly from = 'boot';
  private parallel: Parallel | undefined;
  private parts: readonly Part[] = [];
  private isDone = false;
  private counted = 0;

  /** @param splitAt states of one depth from which threads are worth it */
  constructor(
    readonly search: Search,
    private readonly startParts: () => readonly Part[],
    private readonly splitAt: number,
  ) {}

  get world() {
    return this.search.world;
  }

  get pair() {
    return this.search.pair;
  }

  get options() {
    return this.search.options;
  }

  get effects() {
    return this.search.effects;
  }

  get invariants() {
    return this.search.invariants;
  }

  get workers(): number {
    return Math.max(1, this.parts.length);
  }

  get states(): number {
    return this.parallel?.states ?? this.search.states;
  }

  get kept(): number {
    return this.parallel?.kept ?? this.search.kept;
  }

  get images() {
    return this.search.images;
  }

  unfold(letters: readonly number[]): number[] {
    return this.search.unfold(letters);
  }

  get frontier(): number {
    return this.parallel?.frontier ?? this.search.frontier;
  }

  get bytes(): number {
    return this.parallel?.bytes ?? this.search.bytes;
  }

  get isComplete(): boolean {
    return this.parallel ? this.isDone : this.search.isComplete;
  }

  get depth(): number {
    return this.search.depth;
  }

  get transitions(): number {
    return this.search.transitions;
  }

  get hits(): Float64Array {
    return this.search.hits;
  }

  get executed(): number {
    return this.search.executed;
  }

  get digest(): string {
    return this.search.digest;
  }

  get findings(): readonly Finding[] {
    return this.search.findings;
  }

  /** Expands up to so many states, or on threads about as many rounds as are due. */
  async advance(states: number): Promise<void> {
    const { search } = this;
    if (!this.parallel) {
      const isWorthIt = () => search.isBetweenLevels && search.frontier >= this.splitAt;
      search.advance(states, isWorthIt);
      if (search.isComplete || !isWorthIt()) return;
      if (this.parts.length === 0) this.parts = this.startParts();
      this.parallel = await Parallel.start(search, this.parts);
      return;
    }
    this.isDone = !(await this.parallel.advance());
    if (this.parallel.outgrown) this.parallel = undefined;
    else if (this.isDone || performance.now() - this.counted > 1000 * COUNT_EVERY) {
      this.counted = performance.now();
      await this.parallel.collectCounts();
    }
  }

  /** Counts everything that was counted anywhere. */
  async collect(): Promise<void> {
    await this.parallel?.collectCounts();
  }

  async pathTo(state: number): Promise<number[]> {
    return this.parallel ? this.parallel.pathTo(state) : this.search.pathTo(state);
  }

  async snapshot(seconds: number): Promise<Snapshot> {
    const { parallel } = this;
    if (!parallel) return takeSnapshot(this.search, seconds);
    await parallel.collectCounts();
    return takeSnapshot(this.search, seconds, await parallel.allStates());
  }
}
