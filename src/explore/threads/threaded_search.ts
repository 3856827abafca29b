// SPDX-License-Identifier: GPL-2.0-only
/** A search that goes over to several threads when there is enough to do for them. */

import type { Finding } from '../successors/expander.js';
import { Coordinator, type Part } from './coordinator.js';
import type { Search } from '../search/search.js';
import { type Checkpoint, takeCheckpoint } from '../search/checkpoint.js';

/** Seconds between two times that the counts of all parts are brought home. */
const COUNT_EVERY = 1;

export class ThreadedSearch {
  readonly from = 'boot';
  private coordinator: Coordinator | undefined;
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

  get classes() {
    return this.search.classes;
  }

  get invariants() {
    return this.search.invariants;
  }

  get workers(): number {
    return Math.max(1, this.parts.length);
  }

  get states(): number {
    return this.coordinator?.states ?? this.search.states;
  }

  get kept(): number {
    return this.coordinator?.kept ?? this.search.kept;
  }

  get images() {
    return this.search.images;
  }

  traceOfPath(path: readonly number[]): readonly number[] | Promise<readonly number[]> {
    return this.search.traceOfPath(path);
  }

  get frontier(): number {
    return this.coordinator?.frontier ?? this.search.frontier;
  }

  get bytes(): number {
    return this.coordinator?.bytes ?? this.search.bytes;
  }

  get isComplete(): boolean {
    return this.coordinator ? this.isDone : this.search.isComplete;
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
    if (!this.coordinator) {
      const isWorthIt = () => search.isBetweenLevels && search.frontier >= this.splitAt;
      await search.advance(states, isWorthIt);
      if (search.isComplete || !isWorthIt()) return;
      if (this.parts.length === 0) this.parts = this.startParts();
      this.coordinator = await Coordinator.start(search, this.parts);
      return;
    }
    this.isDone = !(await this.coordinator.advance());
    if (this.coordinator.outgrown) this.coordinator = undefined;
    else if (this.isDone || performance.now() - this.counted > 1000 * COUNT_EVERY) {
      this.counted = performance.now();
      await this.coordinator.collectCounts();
    }
  }

  /** Counts everything that was counted anywhere. */
  async collect(): Promise<void> {
    await this.coordinator?.collectCounts();
  }

  async pathTo(state: number): Promise<number[]> {
    return this.coordinator ? this.coordinator.pathTo(state) : this.search.pathTo(state);
  }

  async checkpoint(seconds: number): Promise<Checkpoint> {
    const { coordinator } = this;
    if (!coordinator) return takeCheckpoint(this.search, seconds);
    await coordinator.collectCounts();
    return takeCheckpoint(this.search, seconds, await coordinator.allStates());
  }
}
