// SPDX-License-Identifier: GPL-2.0-only
/** One replay as a picture: its operations, and what became of each page after each of them. */

import type { Lockstep } from '../compare/lockstep.js';
import type { Replayer } from '../compare/replay.js';
import type { TraceResult } from '../compare/trace_result.js';
import { PageBefore, stateText } from '../coverage/page_before.js';
import { hypStateOf } from '../hyp/lookup.js';
import type { Machine } from '../hyp/machine.js';
import { outcomeText } from '../hyp/outcome.js';
import { PAGE_STATE_NAMES } from '../hyp/page_state.js';
import { opText } from '../ops/index.js';
import type { Evidence, OpEvidence, PageEvidence, TraceEvidence } from '../result/index.js';
import { outcomeClass, outcomeClassText, undefinedEnd } from '../result/index.js';
import { pagesOf } from './pages_of.js';
import { Interned } from './strings.js';

type PageState = Evidence['states'][number];

/** Most operations and pages of a trace that are pictured. */
const MOST_OPS = 200;
const BEFORE_DIVERGENCE = 150;
const MOST_PAGES = 48;
/** Most decoded differences kept of an operation. */
const MOST_DIFFERENCES = 20;

/** What all traces of a document share. */
export class Pool {
  readonly strings = new Interned<string>((text) => text);
  readonly states = new Interned<PageState>(
    ({ host, hyp, refcount, shares }) => `${host} ${hyp} ${refcount} ${shares}`,
  );

  text(text: string): number {
    return this.strings.indexOf(text);
  }
}

/**
 * Replays a trace again and pictures it.
 * @param buckets of each divergence of the result, the id of its bucket
 */
export function traceEvidence(
  pool: Pool,
  replayer: Replayer,
  pair: number,
  result: TraceResult,
  buckets: readonly string[],
): TraceEvidence {
  return new Picture(pool, result, buckets).draw(replayer, pair);
}

class Picture {
  private readonly first: number;
  private readonly end: number;
  private readonly pages: number[];
  private readonly pagesLeftOut: number;
  private readonly cells: number[][];
  private readonly ops: OpEvidence[] = [];
  private readonly before = [new PageBefore(), new PageBefore()] as const;

  constructor(
    private readonly pool: Pool,
    private readonly result: TraceResult,
    private readonly buckets: readonly string[],
  ) {
    const { trace, divergences, compared } = result;
    const at = divergences[0]?.opIndex ?? 0;
    this.first = Math.max(0, Math.min(at - BEFORE_DIVERGENCE, compared - MOST_OPS));
    this.end = Math.min(compared, this.first + MOST_OPS);
    const named = new Set<number>();
    for (let i = this.first; i < this.end; i++) {
      for (const pfn of pagesOf(trace.ops[i])) if (pfn >= 0) named.add(pfn);
    }
    this.pages = [...named].slice(0, MOST_PAGES).sort((a, b) => a - b);
    this.pagesLeftOut = named.size - this.pages.length;
    this.cells = this.pages.map(() => []);
  }

  draw(replayer: Replayer, pair: number): TraceEvidence {
    const { trace, debug } = this.result;
    replayer.replay(
      trace,
      debug,
      (index, lockstep) => {
        if (index < this.first || index >= this.end) return;
        this.drawOp(index, lockstep);
        this.drawCells(index, lockstep);
      },
      (index, lockstep) => {
        if (index < this.first || index >= this.end) return;
        if (index === this.first) this.drawCells(index - 1, lockstep);
        this.before[0].look(lockstep.first, trace.ops[index]);
        this.before[1].look(lockstep.second, trace.ops[index]);
      },
    );
    const { name, file, line, description, constructed, ops } = trace;
    return {
      name,
      file,
      line,
      ...(description === undefined ? {} : { description }),
      pair,
      debug,
      constructed,
      opCount: ops.length,
      ...undefinedEnd(this.result),
      first: this.first,
      ops: this.ops,
      pages: this.pages.map((pfn, i): PageEvidence => ({ pfn, cells: this.cells[i] })),
      pagesLeftOut: this.pagesLeftOut,
    };
  }

  private drawOp(index: number, { firstOutcome, secondOutcome }: Lockstep): void {
    const { pool } = this;
    const { trace, divergences } = this.result;
    const same = firstOutcome === secondOutcome;
    const met = [this.metText(0, firstOutcome), this.metText(1, secondOutcome)];
    const op: OpEvidence = {
      text: pool.text(opText(trace.source[index])),
      outcomes: [pool.text(outcomeText(firstOutcome))],
      met: [pool.text(met[0])],
    };
    if (!same) op.outcomes.push(pool.text(outcomeText(secondOutcome)));
    if (met[1] !== met[0]) op.met.push(pool.text(met[1]));
    const here = divergences.flatMap((divergence, i) =>
      divergence.opIndex === index ? [{ divergence, bucket: this.buckets[i] }] : [],
    );
    if (here.length > 0) {
      op.buckets = [...new Set(here.map(({ bucket }) => pool.text(bucket)))];
      const differences = here.flatMap(({ divergence }) => divergence.differences);
      op.differences = differences
        .slice(0, MOST_DIFFERENCES)
        .flatMap(({ column, subject, first, second }) =>
          [column, subject, first, second].map((text) => pool.text(text)),
        );
      op.moreDifferences = Math.max(0, differences.length - MOST_DIFFERENCES);
    }
    this.ops.push(op);
  }

  /** What of the coverage a side met: `host|hyp|guest|outcome`. */
  private metText(side: 0 | 1, outcome: number): string {
    const { host, hyp, guest } = this.before[side];
    const states = [host, hyp, guest].map(stateText);
    return [...states, outcomeClassText(outcomeClass(outcome))].join('|');
  }

  /** Notes what both sides make of each page, where that has changed. */
  private drawCells(index: number, { first, second }: Lockstep): void {
    this.pages.forEach((pfn, i) => {
      const cells = this.cells[i];
      const a = this.pool.states.indexOf(pageState(first, pfn));
      const b = this.pool.states.indexOf(pageState(second, pfn));
      const at = cells.length;
      if (at > 0 && cells[at - 2] === a && cells[at - 1] === b) return;
      cells.push(index, a, b);
    });
  }
}

function pageState(machine: Machine, pfn: number): PageState {
  const page = machine.layout.pageIndex(pfn);
  if (page < 0) return { host: 'none', hyp: 'none', refcount: 0, shares: 0 };
  const { vmemmap } = machine;
  return {
    host: PAGE_STATE_NAMES[vmemmap.hostState(page)],
    hyp: PAGE_STATE_NAMES[hypStateOf(machine, pfn)],
    refcount: vmemmap.refcount(page),
    shares: vmemmap.shareCount(page),
  };
}
