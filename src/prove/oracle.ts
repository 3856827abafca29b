// SPDX-License-Identifier: GPL-2.0-only
/**
 * Helpers without a machine: they answer from a script. An implementation that runs on them shows all
 * that it makes of its parameters and the answers, for there is nothing else it could look at.
 */

import type { Helper, Operation } from '../branches/index.js';
import { HOST_LOCK, HYP_LOCK, LockError, Locks } from '../hyp/locks.js';
import { HypPanic } from '../hyp/panic.js';
import { PANIC_WARN } from '../hyp/outcome.js';
import type { Implementation, TransitionHelpers, Transitions } from '../hyp/transitions.js';
import { type Answer, answersOf, isGood } from './answers.js';
import { type Change, causesOf } from './effects.js';
import { isCheck } from './footprint.js';
import { callLabel } from './labels.js';
import type { Parameters } from './parameters.js';

/** The implementation does what none may, so nothing can be proved of it. */
export class ProofError extends Error {
  constructor(
    readonly implementation: string,
    readonly operation: string,
    readonly what: string,
  ) {
    super(`${implementation}: ${operation} ${what}`);
  }
}

/** Most helpers that one run of a transition may call. */
const MOST_CALLS = 64;

/** What a helper is asked, given the changes that led up to what it reads. */
export interface Question {
  /** The same for two runs if and only if they ask the same. */
  readonly key: string;
  readonly helper: Helper;
  readonly answers: readonly Answer[];
}

/** A question that the script has no answer to. */
export class Unanswered {
  constructor(readonly question: Question) {}
}

/** What an implementation did with a script. */
export interface Run {
  /** What it returned; `WARN` for its own panic, `panic in ...` for a helper's. */
  readonly outcome: number | string;
  readonly changes: readonly Change[];
  /** Questions in the order they were asked, by key, with how many answers there are to each. */
  readonly asked: ReadonlyMap<string, number>;
  /** Locks held at a panic. */
  readonly held: number;
}

/** Names of answers by key of the question. */
export type Script = ReadonlyMap<string, string>;

const HELPERS_LOCKED: Readonly<Partial<Record<Helper, number>>> = {
  __host_check_page_state_range: HOST_LOCK,
  __hyp_check_page_state_range: HYP_LOCK,
  host_stage2_set_owner_locked: HOST_LOCK,
  pkvm_create_mappings_locked: HYP_LOCK,
};

/** An implementation whose helpers answer from scripts. */
export class Scripted {
  private readonly helpers: ScriptedHelpers;
  private readonly kept: Transitions;

  constructor(
    private readonly implementation: Implementation,
    debug: boolean,
  ) {
    this.helpers = new ScriptedHelpers(implementation.name, debug);
    this.kept = this.create();
  }

  /**
   * Runs a transition of the instance that ran all before it.
   * @throws Unanswered when the script has no answer to what it asks
   * @throws ProofError when it does what none may
   */
  run(operation: Operation, parameters: Parameters, script: Script): Run {
    return this.runOn(this.kept, operation, parameters, script);
  }

  /** As `run()`, of an instance that has run nothing yet. */
  runAfresh(operation: Operation, parameters: Parameters, script: Script): Run {
    return this.runOn(this.create(), operation, parameters, script);
  }

  get name(): string {
    return this.implementation.name;
  }

  private create(): Transitions {
    const { helpers } = this;
    helpers.beginCreation();
    const transitions = this.implementation.create(helpers.lent);
    if (helpers.calls > 0) throw helpers.refusal('calls a helper: only transitions may');
    return transitions;
  }

  private runOn(
    transitions: Transitions,
    operation: Operation,
    parameters: Parameters,
    script: Script,
  ): Run {
    const { helpers } = this;
    helpers.begin(script, parameters, operation);
    let outcome: number;
    try {
      outcome = transitions[operation](parameters.pfn, parameters.nr_pages);
    } catch (error) {
      if (error instanceof Unanswered || error instanceof ProofError) throw error;
      return helpers.panicked(error);
    }
    return helpers.returned(outcome);
  }
}

const NO_SCRIPT: Script = new Map();

/** A helper called with certain arguments. */
interface Use {
  readonly helper: Helper;
  readonly args: readonly number[];
  readonly label: string;
  readonly answers: readonly Answer[];
}

class ScriptedHelpers {
  calls = 0;
  /** What the implementation is lent: these helpers, and an end to whoever asks for others. */
  readonly lent: TransitionHelpers;
  private script: Script = NO_SCRIPT;
  private parameters: Parameters = { pfn: 0, nr_pages: 0 };
  private operation = '';
  private uses: Use[] = [];
  private readonly locks = new Locks();
  private changes: Change[] = [];
  private asked = new Map<string, number>();
  /** Where a helper panicked, or what was not answered: nothing may go on after it. */
  private ended: { readonly panic?: string } | undefined;

  constructor(
    private readonly name: string,
    readonly nvheEl2Debug: boolean,
  ) {
    this.lent = this.lend();
  }

  /** Makes ready for the implementation to be made, which asks nothing. */
  beginCreation(): void {
    this.calls = 0;
    this.operation = 'create()';
    this.ended = undefined;
  }

  /** Makes ready for one run. */
  begin(script: Script, parameters: Parameters, operation: string): void {
    if (parameters !== this.parameters) this.uses = [];
    this.script = script;
    this.parameters = parameters;
    this.operation = operation;
    this.calls = 0;
    this.locks.held = 0;
    this.changes = [];
    this.asked = new Map();
    this.ended = undefined;
  }

  /**
   * These helpers and no others. What asks for another finds it on no object, so that it ends at the
   * one behind them.
   */
  private lend(): TransitionHelpers {
    const strangers = new Proxy<object>(Object.create(null), {
      get: (_, key): undefined => {
        if (typeof key === 'symbol') return undefined;
        throw this.refusal(`calls ${key}, which is not in the interface`);
      },
    });
    const offered: TransitionHelpers = {
      nvheEl2Debug: this.nvheEl2Debug,
      host_lock_component: () => this.take((locks) => locks.host_lock_component()),
      host_unlock_component: () => this.take((locks) => locks.host_unlock_component()),
      hyp_lock_component: () => this.take((locks) => locks.hyp_lock_component()),
      hyp_unlock_component: () => this.take((locks) => locks.hyp_unlock_component()),
      __host_check_page_state_range: (addr, size, state) =>
        this.answer('__host_check_page_state_range', [addr, size, state]),
      __host_set_page_state_range: (addr, size, state) =>
        this.answer('__host_set_page_state_range', [addr, size, state]),
      host_stage2_set_owner_locked: (addr, size, ownerId) =>
        this.answer('host_stage2_set_owner_locked', [addr, size, ownerId]),
      __hyp_check_page_state_range: (addr, size, state) =>
        this.answer('__hyp_check_page_state_range', [addr, size, state]),
      kvm_pgtable_hyp_unmap: (addr, size) => this.answer('kvm_pgtable_hyp_unmap', [addr, size]),
      pkvm_create_mappings_locked: (from, to, prot) =>
        this.answer('pkvm_create_mappings_locked', [from, to, prot]),
      hyp_page_count: (addr) => this.answer('hyp_page_count', [addr]),
    };
    return Object.freeze(Object.setPrototypeOf(offered, strangers));
  }

  returned(outcome: unknown): Run {
    if (this.ended) throw this.refusal('goes on after a panic');
    if (!Number.isInteger(outcome)) throw this.refusal(`returns ${String(outcome)}`);
    if (this.locks.held !== 0) throw this.refusal('returns with a lock held');
    return this.ranTo(Number(outcome));
  }

  panicked(error: unknown): Run {
    if (error instanceof LockError) throw this.refusal(`uses locks wrongly: ${error.message}`);
    if (!(error instanceof HypPanic)) {
      throw this.refusal(`throws ${error instanceof Error ? error.message : String(error)}`);
    }
    if (this.ended?.panic !== undefined) return this.ranTo(`panic in ${this.ended.panic}`);
    return this.ranTo(error.code === PANIC_WARN ? 'WARN' : 'BUG');
  }

  refusal(what: string): ProofError {
    return new ProofError(this.name, this.operation, what);
  }

  private take(use: (locks: Locks) => void): void {
    this.counted();
    use(this.locks);
  }

  private counted(): void {
    if (this.ended) throw this.refusal('goes on after a panic');
    if (++this.calls > MOST_CALLS) {
      throw this.refusal(`calls helpers without end: more than ${MOST_CALLS} of them`);
    }
  }

  private answer(helper: Helper, args: readonly number[]): number {
    this.counted();
    if (!args.every(Number.isInteger)) throw this.refusal(`calls ${helper} with ${args.join()}`);
    this.locks.assertHeld(HELPERS_LOCKED[helper] ?? 0);
    const { label, answers } = this.useOf(helper, args);
    const key = questionKey(helper, label, this.changes);
    const name = this.script.get(key);
    const answer = name === undefined ? undefined : answers.find((one) => one.name === name);
    if (answer === undefined) {
      this.ended = {};
      throw new Unanswered({ key, helper, answers });
    }
    this.asked.set(key, answers.length);
    if (!isCheck(helper)) this.changes.push(changeOf(helper, label, answer.name));
    if (answer.value === undefined) {
      this.ended = { panic: key };
      throw new HypPanic(PANIC_WARN);
    }
    return answer.value;
  }

  /** The label and the answers of a use are made once for each parameters: they cost most of a run. */
  private useOf(helper: Helper, args: readonly number[]): Use {
    const known = this.uses.find(
      (use) => use.helper === helper && use.args.every((arg, i) => arg === args[i]),
    );
    if (known) return known;
    const label = callLabel(helper, args, this.parameters);
    const use = { helper, args, label, answers: answersOf(helper, args) };
    this.uses.push(use);
    return use;
  }

  private ranTo(outcome: number | string): Run {
    const { changes, asked } = this;
    return { outcome, changes, asked, held: this.locks.held };
  }
}

/** The name of a question: the same after changes that what it reads does not depend on. */
export function questionKey(helper: Helper, label: string, before: readonly Change[]): string {
  const causes = causesOf(helper, before);
  return causes.length === 0 ? label : `${label} after ${causes.join(', ')}`;
}

/** A change and what came of it. */
export function changeOf(helper: Helper, label: string, answer: string): Change {
  return { helper, text: isGood(helper, answer) ? label : `${label}: ${answer}` };
}
