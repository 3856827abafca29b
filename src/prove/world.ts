// SPDX-License-Identifier: GPL-2.0-only
/**
 * The smallest worlds that could show what the arguments exclude: two pages in every well-typed state,
 * where their tables are there and where they are not, inside a region and at its end, with pools that
 * have pages and pools that have none; each transition on ranges of no page, of some, and of sizes
 * that wrap. Both implementations run from each state, and every combination of answers is looked at.
 */

import type { Helper, Operation } from '../branches/index.js';
import { Layout } from '../hyp/layout.js';
import { Machine } from '../hyp/machine.js';
import { PFN_SPACE } from '../hyp/numbers.js';
import { type MachineConfig, Op, OpCode } from '../hyp/op.js';
import {
  PKVM_NOPAGE,
  PKVM_PAGE_OWNED,
  PKVM_PAGE_SHARED_BORROWED,
  PKVM_PAGE_SHARED_OWNED,
} from '../hyp/page_state.js';
import type { Implementation } from '../hyp/transitions.js';
import { opOf } from '../ops/index.js';
import { type Argument, whyNot } from './arguments.js';
import { Observer, type ObservedRun, partingOf, type Parting } from './observed.js';
import { classOf, takesRange } from './parameters.js';

/** A region of three tables' pages, the first of which has the carve-out; then a gap. */
const REGION = { pfn: 0x40000, pages: 1536, nomap: false };
/** Pages boot itself takes from each pool on this machine, and pages to spare. */
const POOLS = [4, 64] as const;

/** The first of two pages: beside the carve-out, where no tables are, at the end of the region. */
const PLACES = [0x40100, 0x40300, REGION.pfn + REGION.pages - 2];

const HOST_STATES = [
  PKVM_PAGE_OWNED,
  PKVM_PAGE_SHARED_OWNED,
  PKVM_PAGE_SHARED_BORROWED,
  PKVM_NOPAGE,
] as const;
const HYP_STATES = [PKVM_PAGE_OWNED, PKVM_PAGE_SHARED_BORROWED, PKVM_NOPAGE] as const;
/** References on a page, of which only unshare_hyp reads any. */
const COUNTS = [0, 1] as const;
const COUNTING: Operation = '__pkvm_host_unshare_hyp';
/** Ranges: none, one page, both, one too many, and a size that wraps to before the first page. */
const SIZES = [0, 1, 2, 3, PFN_SPACE - 1];

/** What came of it. */
export interface WorldRun {
  /** Constructed states. */
  readonly states: number;
  /** Transitions run on both sides. */
  readonly executions: number;
  /** What an argument excludes, and yet came up. */
  readonly refuted: readonly Refuted[];
  /** Partings met, with how to get there. */
  readonly partings: readonly ConstructedParting[];
}

export interface Refuted {
  readonly argument: Argument;
  readonly at: Constructed;
}

/** A state that was built, and the transition from it. */
export interface Constructed {
  readonly machine: MachineConfig;
  readonly ops: readonly Op[];
}

export interface ConstructedParting extends Constructed {
  readonly parting: Parting;
  readonly debug: boolean;
}

/** Whether a parting is worth keeping: of each kind, the first is. */
export type Wanted = (parting: Parting, debug: boolean) => boolean;

/** Runs transitions from every constructed state. */
export function runWorld(
  pair: readonly [Implementation, Implementation],
  debug: boolean,
  operations: readonly Operation[],
  wanted: Wanted,
): WorldRun {
  const world = new World(pair, debug, operations, wanted);
  for (const hpool_pages of POOLS) {
    for (const host_s2_pages of POOLS) {
      world.run({
        nvhe_el2_debug: debug,
        share_guest_warn: true,
        memory: [REGION],
        carveout: { pfn: REGION.pfn, hpool_pages, host_s2_pages },
      });
    }
  }
  return world;
}

class World implements WorldRun {
  states = 0;
  executions = 0;
  readonly refuted: Refuted[] = [];
  readonly partings: ConstructedParting[] = [];
  private readonly helpers = new Map<string, Helper>();
  private readonly observers = [new Observer(this.helpers), new Observer(this.helpers)] as const;
  private readonly implementations: readonly [Implementation, Implementation];

  constructor(
    pair: readonly [Implementation, Implementation],
    private readonly debug: boolean,
    private readonly operations: readonly Operation[],
    private readonly wanted: Wanted,
  ) {
    this.implementations = [this.observers[0].around(pair[0]), this.observers[1].around(pair[1])];
  }

  run(config: MachineConfig): void {
    if (this.operations.length === 0) return;
    const layout = new Layout(config);
    const [first, second] = this.implementations.map((one) => new Machine(layout, one));
    for (const place of PLACES) {
      const transitions = this.operations.flatMap((operation) => transitionsOn(operation, place));
      const counts = this.operations.includes(COUNTING) ? COUNTS : COUNTS.slice(0, 1);
      for (const one of pokesOf(place, counts)) {
        for (const other of pokesOf(place + 1, counts)) {
          const pokes = [one, other];
          if (build(first, pokes) && build(second, pokes)) {
            this.states++;
            for (const op of transitions) this.step(first, second, pokes, op);
          }
          undo(first, 0);
          undo(second, 0);
        }
      }
    }
  }

  private step(first: Machine, second: Machine, pokes: readonly Op[], op: Op): void {
    const [a, b] = this.observers;
    a.runs.length = 0;
    b.runs.length = 0;
    first.state.ensure();
    second.state.ensure();
    runAndUndo(first, op);
    runAndUndo(second, op);
    this.executions++;
    this.lookAt(a.runs[0], b.runs[0], { machine: first.config, ops: [...pokes, op] });
  }

  private lookAt(first: ObservedRun, second: ObservedRun, at: Constructed): void {
    const answers = new Map([...first.answers, ...second.answers]);
    const combination = { classes: [classOf(first.parameters).name], answers };
    const argument = whyNot(combination, this.helpers);
    if (argument) this.refuted.push({ argument, at });
    const parting = partingOf([first], [second]);
    if (parting && this.wanted(parting, this.debug)) {
      this.partings.push({ ...at, parting, debug: this.debug });
    }
  }
}

/** Pokes a state; false where there is no page for a table that it needs. */
function build(machine: Machine, pokes: readonly Op[]): boolean {
  return pokes.every((poke) => machine.run(poke) === 0);
}

function runAndUndo(machine: Machine, op: Op): void {
  const mark = machine.state.journalLength;
  machine.run(op);
  undo(machine, mark);
}

function undo(machine: Machine, mark: number): void {
  machine.state.undoTo(mark);
  machine.revive();
}

function pokesOf(pfn: number, counts: readonly number[]): Op[] {
  return HOST_STATES.flatMap((host_state) =>
    HYP_STATES.flatMap((hyp_state) =>
      counts.map((refcount) => opOf('poke', { pfn, host_state, refcount, hyp_state })),
    ),
  );
}

/** A transition on the pages of a place. */
function transitionsOn(operation: Operation, place: number): Op[] {
  const sizes = takesRange(operation) ? SIZES : [1];
  return [place, place + 1].flatMap((pfn) =>
    sizes.map((nr) => new Op(OpCode[operation], pfn, takesRange(operation) ? nr : 0)),
  );
}
