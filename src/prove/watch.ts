// SPDX-License-Identifier: GPL-2.0-only
/**
 * Holds what the prover assumes of the helpers to real executions: a check changes nothing and says the
 * same when it is asked again; a helper reads and writes the columns of its footprint only; it
 * answers what is listed. Reads are seen through an array that watches, writes in the journal.
 */

import { type Helper, type HelperCall, intercept } from '../branches/index.js';
import { HOST_PGD, HOST_S2_POOL, HPOOL, HYP_PGD, LOADED_VCPU, type Layout } from '../hyp/layout.js';
import { MemProtect } from '../hyp/mem_protect.js';
import type { MachineConfig } from '../hyp/op.js';
import type { HypState } from '../hyp/state.js';
import type { Implementation } from '../hyp/transitions.js';
import { answerName, answersOf, PANICS } from './answers.js';
import { FOOTPRINTS, isCheck, type StateColumn } from './footprint.js';

/** An assumption, by its number in the theorem, that an execution does not hold to. */
export interface Violation {
  readonly assumption: 1 | 2 | 3;
  readonly helper: Helper;
  readonly what: string;
}

/** What was watched. */
export interface Watched {
  readonly violations: readonly Violation[];
  readonly calls: number;
  readonly traces: number;
  readonly states: number;
  readonly fuzzRuns: number;
  readonly answers: ReadonlyMap<Helper, ReadonlyMap<string, number>>;
}

/** Longest range that is watched: each of its words is looked at. */
const MOST_PAGES = 4096;

export class Watcher {
  readonly violations: Violation[] = [];
  /** Answers seen, by helper. */
  readonly answers = new Map<Helper, Map<string, number>>();
  /** Calls watched. */
  calls = 0;
  /** States whose carve-out was given away. */
  private readonly misused = new Set<HypState>();

  /** The implementation, watched on every machine that is made with it. */
  around(implementation: Implementation): Implementation {
    return intercept(implementation, (helpers) => ({
      call: (call, proceed) => {
        const run = () => proceed(...call.args);
        if (!(helpers instanceof MemProtect) || lengthOf(call) > MOST_PAGES) return run();
        const { state } = helpers.vmemmap;
        if (!isCheck(call.helper) && isInCarveout(state.layout.config, call)) {
          this.misused.add(state);
        }
        return this.misused.has(state) ? run() : this.watched(state, call, run);
      },
    }));
  }

  /** Machines start anew: what was misused is whole again. */
  begin(): void {
    this.misused.clear();
  }

  private watched(state: HypState, { helper, args }: HelperCall, proceed: () => number): number {
    this.calls++;
    const mark = state.journalLength;
    const look = new Look(state);
    let result: number | undefined;
    try {
      result = proceed();
      return result;
    } finally {
      look.end();
      this.seen(helper, args, result);
      this.holdReads(state, helper, look.reads);
      this.holdWrites(state, helper, mark);
      if (isCheck(helper)) this.holdCheck(state, helper, mark, result, proceed);
    }
  }

  private seen(helper: Helper, args: readonly number[], result: number | undefined): void {
    const name = result === undefined ? PANICS : answerName(helper, args, result);
    const answers = this.answers.get(helper) ?? new Map<string, number>();
    this.answers.set(helper, answers);
    answers.set(name, (answers.get(name) ?? 0) + 1);
    if (answersOf(helper, args).some((answer) => answer.name === name)) return;
    this.violate(3, helper, `answers ${name}, which is not among its answers`);
  }

  private holdCheck(
    state: HypState,
    helper: Helper,
    mark: number,
    result: number | undefined,
    proceed: () => number,
  ): void {
    if (state.journalLength !== mark) this.violate(1, helper, 'changes the state');
    if (result === undefined) return;
    if (proceed() !== result) this.violate(1, helper, 'answers otherwise when asked again');
  }

  private holdReads({ layout }: HypState, helper: Helper, words: ReadonlySet<number>): void {
    const { reads, writes } = FOOTPRINTS[helper];
    for (const word of words) {
      const column = columnOf(layout, word);
      if (reads.includes(column as StateColumn) || writes.includes(column as StateColumn)) continue;
      this.violate(2, helper, `reads ${column}`);
    }
  }

  private holdWrites(state: HypState, helper: Helper, mark: number): void {
    const { writes } = FOOTPRINTS[helper];
    for (let i = mark; i < state.journalLength; i++) {
      const column = columnOf(state.layout, state.journalIndex[i]);
      if (!writes.includes(column as StateColumn)) this.violate(2, helper, `writes ${column}`);
    }
  }

  private violate(assumption: Violation['assumption'], helper: Helper, what: string): void {
    const isKnown = this.violations.some((one) => one.helper === helper && one.what === what);
    if (!isKnown) this.violations.push({ assumption, helper, what });
  }
}

function lengthOf({ helper, args }: HelperCall): number {
  if (helper === 'hyp_page_count') return 1;
  return helper === 'pkvm_create_mappings_locked' ? args[1] - args[0] : args[1];
}

/** A helper's range lies in the carve-out, in part at least; hyp's pages have the numbers of memory. */
function isInCarveout({ carveout }: MachineConfig, call: HelperCall): boolean {
  const [first] = call.args;
  const end = carveout.pfn + carveout.hpool_pages + carveout.host_s2_pages;
  return first < end && first + lengthOf(call) > carveout.pfn;
}

/** Lends a state an array that notes which words are read. */
class Look {
  readonly reads = new Set<number>();
  private readonly words: Int32Array;
  private readonly watching: Int32Array;
  /** Somebody else looks at what is set, too. */
  private readonly hadSet: boolean;
  private readonly set: HypState['set'];

  constructor(private readonly state: HypState) {
    const { words } = state;
    const { reads } = this;
    this.words = words;
    this.watching = new Proxy(words, {
      get(target, key): unknown {
        const word = typeof key === 'string' ? Number(key) : Number.NaN;
        if (Number.isNaN(word)) {
          const value: unknown = Reflect.get(target, key, target);
          return typeof value === 'function' ? value.bind(target) : value;
        }
        reads.add(word);
        return target[word];
      },
      set(target, key, value: number): boolean {
        target[Number(key)] = value;
        return true;
      },
    });
    state.words = this.watching;
    this.hadSet = Object.hasOwn(state, 'set');
    this.set = state.set;
    state.set = (index, value) => {
      const isLent = state.words === this.watching;
      if (isLent) state.words = this.words;
      this.set.call(state, index, value);
      if (isLent) state.words = this.watching;
    };
  }

  /** The state has its own array again; one that it grew meanwhile has what this one had. */
  end(): void {
    if (this.hadSet) this.state.set = this.set;
    else Reflect.deleteProperty(this.state, 'set');
    if (this.state.words === this.watching) this.state.words = this.words;
  }
}

/** The column a word of the machine belongs to. */
export function columnOf(layout: Layout, word: number): string {
  if (word < layout.refcount) return globalColumn(word);
  if (word < layout.order) return pageColumn(layout, word - layout.refcount, 'refcount');
  if (word < layout.hostState) return pageColumn(layout, word - layout.order, 'order');
  if (word < layout.shareCount) return 'host_state';
  if (word < layout.node) return 'host_share_guest_count';
  if (word < layout.fixedWords) return pageColumn(layout, (word - layout.node) >> 1, 'node');
  const page = layout.framePageOfWord(word);
  return page < 0 ? 'vcpu' : pageColumn(layout, page, 'contents');
}

function globalColumn(word: number): string {
  if (word === HYP_PGD) return 'hyp_s1';
  if (word === HOST_PGD) return 'host_s2';
  if (word === LOADED_VCPU) return 'vcpu';
  if (word < HOST_S2_POOL && word >= HPOOL) return 'hyp_s1';
  return word < HOST_S2_POOL + (HOST_S2_POOL - HPOOL) ? 'host_s2' : 'vm';
}

/** What is kept of a page of a pool is its stage's; of another page it is a column of its own. */
function pageColumn(layout: Layout, page: number, column: string): string {
  const { pfn, hpool_pages, host_s2_pages } = layout.config.carveout;
  const at = layout.pfnOf(page) - pfn;
  if (at < 0 || at >= hpool_pages + host_s2_pages) return column;
  return at < hpool_pages ? 'hyp_s1' : 'host_s2';
}
