// SPDX-License-Identifier: GPL-2.0-only
/**
 * A campaign: which batches there are to run, and what they came to. Results are taken in the order
 * of the batches, in whatever order they arrive, so that the same is found with any number of
 * workers.
 */

import type { BatchFinding, BatchResult, UndefinedExample } from './batch.js';
import { CellSet } from './coverage.js';

/** A part of a campaign: batches index, index + of, index + 2 of, ... */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** A cause met for the first time, with its first batch's shortest example. */
export interface Found extends BatchFinding {
  readonly batch: number;
}

/** A cell met for the first time, and where. */
export type MetCell = readonly [cell: number, batch: number, run: number, opIndex: number];

/** A run that became undefined, and where it is found again. */
export interface UndefinedFound extends UndefinedExample {
  readonly batch: number;
}

/** What a campaign has come to. */
export interface State {
  readonly done: number;
  readonly runs: number;
  readonly ops: number;
  readonly words: number;
  readonly panics: number;
  readonly diverged: number;
  readonly undefinedRuns?: number;
  readonly undefinedExample?: UndefinedFound | undefined;
  readonly cells: readonly MetCell[];
  readonly counts: readonly (readonly [string, number])[];
  readonly agreed: readonly (readonly [string, number])[];
  readonly found: readonly Omit<Found, 'count'>[];
}

export class CampaignProgress {
  /** Batches of this shard that are done, all of them in a row from the first. */
  done = 0;
  runs = 0;
  ops = 0;
  words = 0;
  panics = 0;
  diverged = 0;
  /** Runs that ended because a side became undefined, and the shortest of the first batch with one. */
  undefinedRuns = 0;
  undefinedExample: UndefinedFound | undefined;
  /** Divergences of each cause. */
  readonly counts = new Map<string, number>();
  readonly found: Found[] = [];
  readonly cells: MetCell[] = [];
  readonly agreed = new Map<string, number>();
  private readonly met = new CellSet();
  private readonly early = new Map<number, BatchResult>();

  /** @param met cells that need no new trace, since the corpus has one */
  constructor(
    readonly shard: Shard,
    met: Iterable<number> = [],
  ) {
    for (const cell of met) this.met.add(cell);
  }

  get cellCount(): number {
    return this.met.size;
  }

  /** The number of the shard's n-th batch. */
  batchOf(n: number): number {
    return this.shard.index + n * this.shard.of;
  }

  /** Takes a result; the causes that are new, once all earlier batches are there. */
  take(result: BatchResult): Found[] {
    this.early.set(result.batch, result);
    const fresh: Found[] = [];
    for (;;) {
      const batch = this.batchOf(this.done);
      const next = this.early.get(batch);
      if (next === undefined) return fresh;
      this.early.delete(batch);
      this.add(next, fresh);
      this.done++;
    }
  }

  private add(result: BatchResult, fresh: Found[]): void {
    this.runs += result.runs;
    this.ops += result.ops;
    this.words += result.words;
    this.panics += result.panics;
    this.diverged += result.diverged;
    this.undefinedRuns += result.undefined;
    if (result.undefinedExample) {
      this.undefinedExample ??= { ...result.undefinedExample, batch: result.batch };
    }
    for (const [code, outcome, count] of result.agreed) {
      const key = `${code} ${outcome}`;
      this.agreed.set(key, (this.agreed.get(key) ?? 0) + count);
    }
    for (const [cell, run, opIndex] of result.cells) {
      if (this.met.add(cell)) this.cells.push([cell, result.batch, run, opIndex]);
    }
    for (const finding of result.findings) {
      const count = this.counts.get(finding.cause);
      this.counts.set(finding.cause, (count ?? 0) + finding.count);
      if (count !== undefined) continue;
      const found = { ...finding, batch: result.batch };
      this.found.push(found);
      fresh.push(found);
    }
  }

  /** What it takes to go on from here in another process. */
  state(): State {
    const { done, runs, ops, words, panics, diverged, cells } = this;
    const { undefinedRuns, undefinedExample } = this;
    return {
      done,
      runs,
      ops,
      words,
      panics,
      diverged,
      undefinedRuns,
      undefinedExample,
      cells,
      counts: [...this.counts],
      agreed: [...this.agreed],
      found: this.found.map(({ batch, run, cause, key, machine, ops: trace }) => ({
        batch,
        run,
        cause,
        key,
        machine,
        ops: trace,
      })),
    };
  }

  /** Goes on from a state. */
  restore(state: State): void {
    this.done = state.done;
    this.runs = state.runs;
    this.ops = state.ops;
    this.words = state.words;
    this.panics = state.panics;
    this.diverged = state.diverged;
    this.undefinedRuns = state.undefinedRuns ?? 0;
    this.undefinedExample = state.undefinedExample;
    for (const cell of state.cells) {
      this.met.add(cell[0]);
      this.cells.push(cell);
    }
    for (const [cause, count] of state.counts) this.counts.set(cause, count);
    for (const [key, count] of state.agreed) this.agreed.set(key, count);
    for (const found of state.found) {
      this.found.push({ ...found, count: this.counts.get(found.cause) ?? 1 });
    }
  }
}
