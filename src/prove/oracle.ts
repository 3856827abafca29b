// SPDX-License-Identifier: GPL-2.0-only
/**
 * Helpers without a machine: they answer from a script. An implementation that runs on them shows all
 * that it makes of its parameters and the answers, for there is nothing else it could look at.
 */

import type { Helper, Operation } from '../branches/index.js';
import { HOST_LOCK, HYP_LOCK, LockError, Locks } from '../hyp/locks.js';
import { HypPanic } from '../hyp/panic.js';
import { PANIC_WARN } from '../hyp/outcome.js';
import type { TransitionHelpers } from '../hyp/transitions.js';
import { answersOf } from './answers.js';
import { type Change, questionKey } from './effects.js';
import { callLabel } from './labels.js';
import type { Parameters } from './parameters.js';
import { Path, Step, type Use } from './path.js';

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

export const CHANGES_ITS_MIND =
  'does not do the same twice: it keeps state between calls, or answers at random';

/** Most helpers that one run of a transition may call. */
const MOST_CALLS = 64;

/** What an implementation did with the answers of a path. */
export interface Run {
  /** What it returned; `WARN` for its own panic, `panic in ...` for a helper's. */
  readonly outcome: number | string;
  readonly changes: readonly Change[];
  /** Locks held at a panic. */
  readonly held: number;
}

const HELPERS_LOCKED: Readonly<Partial<Record<Helper, number>>> = {
  __host_check_page_state_range: HOST_LOCK,
  __hyp_check_page_state_range: HYP_LOCK,
  host_stage2_set_owner_locked: HOST_LOCK,
  pkvm_create_mappings_locked: HYP_LOCK,
};

const PANIC = new HypPanic(PANIC_WARN);

/** Before an instance of an implementation has run anything. */
const NOTHING: Task = {
  operation: '__pkvm_host_share_hyp',
  parameters: { pfn: 0, nr_pages: 0 },
  example: 0,
  path: new Path(),
  isWhole: true,
};

/** What is run next. */
export interface Task {
  readonly operation: Operation;
  readonly parameters: Parameters;
  /** Which of the examples of its class the parameters are; the first one makes the path. */
  readonly example: number;
  readonly path: Path;
  /** Nothing may be asked that is not in the path. */
  readonly isWhole: boolean;
}

export class ScriptedHelpers {
  calls = 0;
  /** What the implementation is lent: these helpers, and an end to whoever asks for others. */
  readonly lent: TransitionHelpers;
  /** Has the setting of NVHE_EL2_DEBUG been looked at since the helpers were made, or this was reset? */
  readsDebug = false;
  private task: Task = NOTHING;
  /** Steps of the path that are known to be asked, and those asked in this run. */
  private known = 0;
  private at = 0;
  /** Uses by example: label and answers of each are made once, for they cost most of a run. */
  private uses: Use[][] = [];
  private readonly locks = new Locks();
  private changes: Change[] = [];
  /** The question in which a helper panicked: nothing may go on after it. */
  private ended: string | undefined;
  /** An example has asked what the first one did not. */
  private isUnlike = false;
  /** What was refused: an implementation may catch it, and that helps it nothing. */
  private refused: ProofError | undefined;

  constructor(
    private readonly name: string,
    private readonly nvheEl2Debug: boolean,
  ) {
    this.lent = this.lend();
  }

  /** Makes ready for the implementation to be made, which asks nothing. */
  beginCreation(): void {
    this.calls = 0;
    this.task = NOTHING;
    this.ended = undefined;
    this.refused = undefined;
  }

  /** Makes ready for one run. */
  begin(task: Task): void {
    if (task.path !== this.task.path) this.uses = [];
    this.task = task;
    this.known = task.path.steps.length;
    this.at = 0;
    this.calls = 0;
    this.locks.held = 0;
    this.changes = [];
    this.ended = undefined;
    this.isUnlike = false;
    this.refused = undefined;
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
    const setting = (): boolean => {
      this.readsDebug = true;
      return this.nvheEl2Debug;
    };
    const offered: TransitionHelpers = {
      get nvheEl2Debug() {
        return setting();
      },
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

  /** What came of a run that returned; undefined where it did not go the way of the first example. */
  returned(outcome: unknown): Run | undefined {
    if (this.refused) throw this.refused;
    if (this.ended !== undefined) throw this.refusal('goes on after a panic');
    if (!Number.isInteger(outcome)) throw this.refusal(`returns ${String(outcome)}`);
    if (this.locks.held !== 0) throw this.refusal('returns with a lock held');
    return this.ranTo(Number(outcome));
  }

  /** As `returned()`, of a run that threw. */
  panicked(error: unknown): Run | undefined {
    if (this.refused) throw this.refused;
    if (!(error instanceof HypPanic)) {
      throw this.refusal(`throws ${error instanceof Error ? error.message : String(error)}`);
    }
    if (this.isUnlike) return undefined;
    if (this.ended !== undefined) return this.ranTo(`panic in ${this.ended}`);
    return this.ranTo(error.code === PANIC_WARN ? 'WARN' : 'BUG');
  }

  refusal(what: string): ProofError {
    const operation = this.task === NOTHING ? 'create()' : this.task.operation;
    this.refused ??= new ProofError(this.name, operation, what);
    return this.refused;
  }

  private take(use: (locks: Locks) => void): void {
    this.counted();
    this.checked(() => use(this.locks));
  }

  private checked(use: () => void): void {
    try {
      use();
    } catch (error) {
      if (!(error instanceof LockError)) throw error;
      throw this.refusal(`uses locks wrongly: ${error.message}`);
    }
  }

  private counted(): void {
    if (this.ended !== undefined) throw this.refusal('goes on after a panic');
    if (++this.calls > MOST_CALLS) {
      throw this.refusal(`calls helpers without end: more than ${MOST_CALLS} of them`);
    }
  }

  private answer(helper: Helper, args: readonly number[]): number {
    this.counted();
    const lock = HELPERS_LOCKED[helper];
    if (lock !== undefined) this.checked(() => this.locks.assertHeld(lock));
    const { path, example } = this.task;
    const { at } = this;
    if (at === path.steps.length) this.ask(helper, args);
    const step = path.steps[at];
    const use = step.useBy(example) ?? this.meet(step, helper, args);
    if (!isUse(use, helper, args)) throw this.changedMind();
    this.at++;
    if (step.change) this.changes.push(step.change);
    const { value } = use.answers[step.chosen];
    if (value === undefined) {
      this.ended = step.key;
      throw PANIC;
    }
    return value;
  }

  /** Adds a question to the path; what was asked before in this run is answered as before. */
  private ask(helper: Helper, args: readonly number[]): void {
    const { path, example, isWhole } = this.task;
    if (isWhole) throw example === 0 ? this.changedMind() : this.unlike();
    const use = this.useOf(helper, args);
    const key = questionKey(helper, use.label, this.changes);
    path.steps.push(new Step(key, use, example, path.find(key)));
  }

  /** A question of the path that this example asks for the first time. */
  private meet(step: Step, helper: Helper, args: readonly number[]): Use {
    const use = this.useOf(helper, args);
    if (!step.isAskedBy(this.task.example, use)) throw this.unlike();
    return use;
  }

  private changedMind(): ProofError {
    return this.refusal(CHANGES_ITS_MIND);
  }

  /** Ends a run that goes another way than the first example. */
  private unlike(): HypPanic {
    this.isUnlike = true;
    this.ended = '';
    return PANIC;
  }

  private useOf(helper: Helper, args: readonly number[]): Use {
    const { example, parameters } = this.task;
    const uses = (this.uses[example] ??= []);
    const known = uses.find((use) => isUse(use, helper, args));
    if (known) return known;
    if (!args.every(Number.isInteger)) throw this.refusal(`calls ${helper} with ${args.join()}`);
    const label = callLabel(helper, args, parameters);
    const use = { helper, args, label, answers: answersOf(helper, args) };
    uses.push(use);
    return use;
  }

  private ranTo(outcome: number | string): Run | undefined {
    if (this.at < this.known) {
      if (this.task.example === 0) throw this.changedMind();
      return undefined;
    }
    return { outcome, changes: this.changes, held: this.locks.held };
  }
}

function isUse(use: Use, helper: Helper, args: readonly number[]): boolean {
  if (use.helper !== helper) return false;
  for (let i = 0; i < args.length; i++) if (use.args[i] !== args[i]) return false;
  return true;
}
