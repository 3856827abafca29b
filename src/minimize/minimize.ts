// SPDX-License-Identifier: GPL-2.0-only
/**
 * The smallest trace that still shows a divergence: no operation can be left out, no region, no page
 * of a pool, and no parameter can be made simpler by the steps taken here. Every change that is kept
 * makes the candidate cheaper (`costOf`), so this ends, and ends at the same trace when it is run on
 * its own result.
 */

import type { MachineConfig, Op } from '../hyp/op.js';
import { mapPages, pageRanges, simplerForms, sizesOf } from '../ops/index.js';
import {
  type Candidate,
  costOf,
  isLess,
  namesExpectedPages,
  type Step,
  withOp,
  withSteps,
} from './candidate.js';
import { ddmin } from './ddmin.js';
import type { Oracle, Shown } from './oracle.js';
import { type Pools, relayout } from './relayout.js';
import { shrinkNumber } from './shrink.js';

/** Where minimising has got to. */
export interface Progress {
  readonly tests: number;
  readonly ops: number;
}

/** A pool smaller than this cannot boot. */
const SMALLEST_POOL = 2;
/** Candidates of so few operations are worth remembering. */
const FEW_STEPS = 40;
/** With more pages than this the pairs of them are too many to try. */
const MOST_PAGES = 12;

/** Minimises, yielding after each try. Undefined if the candidate does not diverge as wanted. */
export function* minimize(
  candidate: Candidate,
  oracle: Oracle,
): Generator<Progress, Candidate | undefined> {
  const shown = oracle.run(candidate);
  if (shown.at < 0) return undefined;
  const shorter = withSteps(candidate, candidate.steps.slice(0, shown.at + 1));
  const search = new Minimizer(shorter, shown, oracle);
  yield* search.run();
  return search.best;
}

class Minimizer {
  private cost: number[];
  /** Candidates that do not diverge as wanted: the last round tries them all once more. */
  private readonly refused = new Set<string>();

  constructor(
    public best: Candidate,
    /** What the best candidate showed. */
    private shown: Shown,
    private readonly oracle: Oracle,
  ) {
    this.cost = costOf(best);
  }

  *run(): Generator<Progress, void> {
    for (;;) {
      const before = this.cost;
      yield* this.fewerSteps();
      yield* this.smallerMachine();
      yield* this.smallerSizes();
      yield* this.fewerPages();
      yield* this.simplerSteps();
      if (!isLess(this.cost, before)) return;
    }
  }

  private get progress(): Progress {
    return { tests: this.oracle.tests, ops: this.best.steps.length };
  }

  /** Takes a candidate if it is cheaper and still diverges as wanted. */
  private accept(candidate: Candidate | undefined): boolean {
    if (candidate === undefined || !isLess(costOf(candidate), this.cost)) return false;
    const kept = this.kept(candidate);
    if (kept < 0) return false;
    this.best = withSteps(candidate, candidate.steps.slice(0, kept));
    this.cost = costOf(this.best);
    return true;
  }

  private *fewerSteps(): Generator<Progress, void> {
    const { machine } = this.best;
    const keeps = (steps: readonly Step[]) => this.kept({ machine, steps });
    const search = ddmin(this.best.steps, keeps);
    for (;;) {
      const { done, value } = search.next();
      if (done) {
        this.best = withSteps(this.best, value);
        this.cost = costOf(this.best);
        return;
      }
      yield { tests: this.oracle.tests, ops: value.length };
    }
  }

  /** Steps it takes to diverge as wanted, or -1. */
  private kept(candidate: Candidate): number {
    const text = candidate.steps.length <= FEW_STEPS ? JSON.stringify(candidate) : '';
    if (this.refused.has(text)) return -1;
    const shown = this.oracle.run(candidate);
    if (shown.at >= 0) this.shown = shown;
    else if (text !== '') this.refused.add(text);
    return shown.at < 0 ? -1 : shown.at + 1;
  }

  private *smallerMachine(): Generator<Progress, void> {
    this.withMachine({ share_guest_warn: true });
    yield this.progress;
    yield* this.fewerRegions();
    const { spare } = this.shown;
    const { hpool_pages, host_s2_pages } = this.best.machine.carveout;
    this.withPools({ hpool_pages, host_s2_pages });
    yield this.progress;
    this.withPools({
      hpool_pages: hpool_pages - spare[0],
      host_s2_pages: host_s2_pages - spare[1],
    });
    yield this.progress;
    for (const pool of ['hpool_pages', 'host_s2_pages'] as const) {
      const { carveout } = this.best.machine;
      yield* this.counted(
        shrinkNumber(carveout[pool], SMALLEST_POOL, (pages) =>
          this.withPools({ ...this.best.machine.carveout, [pool]: pages }),
        ),
      );
    }
    yield* this.shorterRegions();
  }

  private withMachine(change: Partial<MachineConfig>): boolean {
    return this.accept({ ...this.best, machine: { ...this.best.machine, ...change } });
  }

  /** Other pools: on a machine laid out anew, or where they are. */
  private withPools({ hpool_pages, host_s2_pages }: Pools): boolean {
    const pools = { hpool_pages, host_s2_pages };
    const { carveout } = this.best.machine;
    const same = relayout(this.best, carveout);
    const isLaidOut = same !== undefined && !isLess(costOf(same), this.cost);
    if (this.accept(relayout(this.best, pools))) return true;
    return !isLaidOut && this.withMachine({ carveout: { ...carveout, ...pools } });
  }

  private *fewerRegions(): Generator<Progress, void> {
    for (let i = this.best.machine.memory.length - 1; i >= 0; i--) {
      const { memory } = this.best.machine;
      const { pfn, hpool_pages, host_s2_pages } = this.best.machine.carveout;
      const end = pfn + hpool_pages + host_s2_pages;
      if (memory[i].pfn < end && memory[i].pfn + memory[i].pages > pfn) continue;
      if (!this.withMachine({ memory: memory.toSpliced(i, 1) })) {
        this.withMachine({ memory: memory.with(i, { ...memory[i], nomap: false }) });
      }
      yield this.progress;
    }
  }

  private *shorterRegions(): Generator<Progress, void> {
    for (let i = 0; i < this.best.machine.memory.length; i++) {
      const { memory, carveout } = this.best.machine;
      const { pfn, pages } = memory[i];
      const carveoutEnd = carveout.pfn + carveout.hpool_pages + carveout.host_s2_pages;
      const least = carveout.pfn >= pfn && carveoutEnd <= pfn + pages ? carveoutEnd - pfn : 1;
      yield* this.counted(
        shrinkNumber(pages, least, (shorter) => {
          const now = this.best.machine.memory;
          return this.withMachine({ memory: now.with(i, { ...now[i], pages: shorter }) });
        }),
      );
    }
  }

  /** Sizes: those that are equal together first, since one often has to match the other. */
  private *smallerSizes(): Generator<Progress, void> {
    const sizes = this.best.steps.flatMap(({ op }) => sizesOf(op).map(({ value }) => value));
    for (const value of [...new Set(sizes)]) {
      let current = value;
      yield* this.counted(
        shrinkNumber(value, 1, (size) => {
          const steps = this.best.steps.map((step) => ({
            ...step,
            op: resized(step.op, current, size),
          }));
          const isTaken = this.accept(withSteps(this.best, steps));
          if (isTaken) current = size;
          return isTaken;
        }),
      );
    }
    for (let i = 0; i < this.best.steps.length; i++) {
      const count = sizesOf(this.best.steps[i].op).length;
      for (let k = 0; k < count && i < this.best.steps.length; k++) {
        const { value, least } = sizesOf(this.best.steps[i].op)[k];
        yield* this.counted(
          shrinkNumber(value, least, (size) => {
            const now = sizesOf(this.best.steps[i].op)[k];
            return this.accept(withOp(this.best, i, now.set(size)));
          }),
        );
      }
    }
  }

  /** One page in place of another, so that fewer are named. */
  private *fewerPages(): Generator<Progress, void> {
    if (namesExpectedPages(this.best)) return;
    const ranges = this.best.steps.flatMap(({ op }) => pageRanges(op));
    const pages = [...new Set(ranges.map(({ start }) => start))].sort((a, b) => a - b);
    if (pages.length > MOST_PAGES) return;
    for (const page of pages.toReversed()) {
      for (const other of pages) {
        if (other >= page) break;
        const map = (now: number) => (now === page ? other : now);
        const steps = this.best.steps.map((step) => ({ ...step, op: mapPages(step.op, map) }));
        const isTaken = this.accept(withSteps(this.best, steps));
        yield this.progress;
        if (isTaken) break;
      }
    }
  }

  private *simplerSteps(): Generator<Progress, void> {
    for (let i = 0; i < this.best.steps.length; i++) {
      for (let isTaken = true; isTaken && i < this.best.steps.length; ) {
        isTaken = false;
        for (const form of simplerForms(this.best.steps[i].op)) {
          isTaken = this.accept(withOp(this.best, i, form));
          yield this.progress;
          if (isTaken) break;
        }
      }
    }
  }

  private *counted(search: Generator<void, number>): Generator<Progress, void> {
    while (!search.next().done) yield this.progress;
  }
}

/** The operation with each size of `from` made `to`. */
function resized(op: Op, from: number, to: number): Op {
  let result = op;
  sizesOf(op).forEach(({ value }, i) => {
    if (value === from) result = sizesOf(result)[i].set(to);
  });
  return result;
}
