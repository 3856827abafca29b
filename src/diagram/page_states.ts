// SPDX-License-Identifier: GPL-2.0-only
/** The state machine of a page, host x hyp, as replaying traces has met it. */

import { pagesOf } from '../evidence/pages_of.js';
import { hostStateOf, hypStateOf } from '../hyp/lookup.js';
import { Machine } from '../hyp/machine.js';
import { OP_NAMES } from '../hyp/op.js';
import { isPanic } from '../hyp/outcome.js';
import { PAGE_STATE_NAMES } from '../hyp/page_state.js';
import type { Implementation } from '../hyp/transitions.js';
import type { Trace } from '../trace/trace.js';

/** What a page is to the host and to hyp. */
export interface PairState {
  readonly host: string;
  readonly hyp: string;
}

/** Operations that take a page from one state to another, by name. */
export interface Edge {
  readonly from: PairState;
  readonly to: PairState;
  readonly ops: readonly string[];
}

export interface PageStates {
  readonly states: readonly PairState[];
  readonly edges: readonly Edge[];
}

/** In the order of the picture. */
export const HOST_ORDER = ['OWNED', 'SHARED_OWNED', 'NOPAGE'];
export const HYP_ORDER = ['NOPAGE', 'OWNED', 'SHARED_BORROWED'];

/** Most pages of a trace that are watched. */
const MOST_PAGES = 64;

/**
 * What pages went through in these traces. Constructed traces are left out, for what they show need
 * not be reachable, and so are operations that panic: no page has a state after those.
 */
export function pageStatesMet(
  traces: readonly Trace[],
  implementation: Implementation,
): PageStates {
  const met = new Met();
  for (const trace of traces) {
    if (!trace.constructed) watch(trace, implementation, met);
  }
  return met.result();
}

function watch(trace: Trace, implementation: Implementation, met: Met): void {
  const machine = Machine.alone(trace.machine, implementation);
  const pages = new Set(trace.ops.flatMap(pagesOf).slice(0, MOST_PAGES));
  const watched = [...pages].filter((pfn) => hostStateOf(machine, pfn) >= 0);
  for (const op of trace.ops) {
    const before = watched.map((pfn) => stateOf(machine, pfn));
    if (isPanic(machine.run(op))) return;
    machine.state.commit();
    watched.forEach((pfn, i) => {
      met.add(before[i], stateOf(machine, pfn), OP_NAMES[op.code]);
    });
  }
}

function stateOf(machine: Machine, pfn: number): PairState {
  return {
    host: PAGE_STATE_NAMES[hostStateOf(machine, pfn)],
    hyp: PAGE_STATE_NAMES[hypStateOf(machine, pfn)],
  };
}

/** `OWNED, NOPAGE` */
export function stateKey({ host, hyp }: PairState): string {
  return `${host}, ${hyp}`;
}

class Met {
  private readonly states = new Map<string, PairState>();
  private readonly edges = new Map<string, { from: PairState; to: PairState; ops: Set<string> }>();

  add(from: PairState, to: PairState, op: string): void {
    this.states.set(stateKey(from), from);
    this.states.set(stateKey(to), to);
    if (stateKey(from) === stateKey(to)) return;
    const key = `${stateKey(from)} > ${stateKey(to)}`;
    const edge = this.edges.get(key) ?? { from, to, ops: new Set<string>() };
    edge.ops.add(op);
    this.edges.set(key, edge);
  }

  result(): PageStates {
    const rank = ({ host, hyp }: PairState) =>
      HOST_ORDER.indexOf(host) * HYP_ORDER.length + HYP_ORDER.indexOf(hyp);
    return {
      states: [...this.states.values()].sort((a, b) => rank(a) - rank(b)),
      edges: [...this.edges.values()]
        .map(({ from, to, ops }) => ({ from, to, ops: [...ops].sort() }))
        .sort((a, b) => rank(a.from) - rank(b.from) || rank(a.to) - rank(b.to)),
    };
  }
}
