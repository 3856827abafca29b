// SPDX-License-Identifier: GPL-2.0-only
/** One machine: its state, the hypervisor code around it, and one implementation of the transitions. */

import { boot } from './boot.js';
import { dispatch } from './dispatch.generated.js';
import { Ffa } from './ffa.js';
import { GuestMemory, TablePages } from './guest.js';
import { HostStage2 } from './host_stage2.js';
import { HypMain } from './hyp_main.js';
import { Layout } from './layout.js';
import { LockError, Locks, lockNames } from './locks.js';
import { MemProtect } from './mem_protect.js';
import type { MachineConfig, Op } from './op.js';
import { isPanic } from './outcome.js';
import { PageAlloc } from './page_alloc.js';
import { PAGE_HYP, PKVM_NOPAGE, pkvm_mkstate } from './page_state.js';
import { HypPanic, Undefined } from './panic.js';
import { HypPgtable } from './pgtable_hyp.js';
import { Stage2Pgtable } from './pgtable_stage2.js';
import { Pkvm } from './pkvm.js';
import { HypState } from './state.js';
import type { MachineParts } from './parts.js';
import type { Implementation, Transitions } from './transitions.js';
import { VmStructs } from './vm_structs.js';
import { Vmemmap } from './vmemmap.js';

/**
 * What a machine that runs elsewhere can be told beforehand, so that nobody waits for one operation at a
 * time. Whoever says nothing gets the same answers.
 */
export interface Remote {
  /** Operations that are run next, in this order, from `ops[from]` on. */
  ahead(ops: readonly Op[], from: number): void;
  /** Begins a batch of operations that are each run from a state of its own and undone. */
  beginTries(withReads: boolean): void;
  /** One of them, from the state that the words are in now; `written`: every word written since the last. */
  try(op: Op, written: readonly number[]): void;
  /** `run()` is now called for each, in this order and from the same states. */
  endTries(): void;
  /** Nobody runs it any more, and what it runs on is free for another machine. */
  release(): void;
}

export class Machine implements MachineParts {
  /** Only of a machine whose operations run outside this process. */
  readonly remote: Remote | undefined = undefined;
  readonly config: MachineConfig;
  readonly state: HypState;
  readonly locks = new Locks();
  readonly vmemmap: Vmemmap;
  readonly alloc: PageAlloc;
  readonly hypPgtable: HypPgtable;
  readonly stage2: Stage2Pgtable;
  readonly tablePages: TablePages;
  readonly hostStage2: HostStage2;
  readonly memProtect: MemProtect;
  readonly guest: GuestMemory;
  readonly transitions: Transitions;
  readonly ffa: Ffa;
  readonly pkvm: Pkvm;
  readonly hypMain: HypMain;
  /** Outcome of the panic that ended this machine, UNDEFINED, or 0. */
  panic = 0;
  /** How many changes of boot the journal names until something is run; -1: not all are there. */
  protected bootChanges = -1;
  /** Where what the model knows ended, if it did. */
  undefinedUse: Undefined | undefined;

  /**
   * Boots a machine. Machines that are to be compared share a layout. `spare` is the state of a
   * machine nobody uses any more, whose memory this one takes over. `booted`: a machine of this class and
   * layout on which nothing was run; boot is the same for every implementation, and its words are copied.
   * @throws BootError when the machine is too small
   */
  constructor(
    readonly layout: Layout,
    readonly implementation: Implementation,
    spare?: HypState,
    booted?: Machine,
  ) {
    this.config = layout.config;
    this.state = new HypState(layout, spare);
    this.vmemmap = new Vmemmap(this.state);
    this.alloc = new PageAlloc(this.vmemmap);
    this.hypPgtable = new HypPgtable(this.vmemmap, this.alloc);
    this.tablePages = new TablePages(this.vmemmap, this.alloc);
    this.stage2 = new Stage2Pgtable(this.vmemmap, this.alloc, this.tablePages);
    this.hostStage2 = new HostStage2(this.vmemmap, this.alloc, this.stage2, this.locks);
    this.memProtect = new MemProtect(this.vmemmap, this.hypPgtable, this.hostStage2, this.locks);
    this.transitions = implementation.create(this.memProtect);
    const structs = new VmStructs(this.vmemmap);
    this.guest = new GuestMemory(this.vmemmap, this.stage2, this.memProtect, structs, this.locks);
    this.ffa = new Ffa(this.transitions);
    this.pkvm = new Pkvm(
      this.vmemmap,
      this.alloc,
      this.stage2,
      this.memProtect,
      this.guest,
      structs,
      this.tablePages,
      this.transitions,
      this.locks,
    );
    this.hypMain = new HypMain(
      this.vmemmap,
      this.pkvm,
      this.guest,
      this.tablePages,
      this.transitions,
    );
    if (booted) this.state.copyBoot(booted.state, booted.bootWords);
    else boot(this);
    this.bootChanges = this.state.journalLength;
    this.state.commit();
  }

  /** The words that boot changed, as long as nothing was run; undefined: it may be any. */
  get bootWords(): Int32Array | undefined {
    if (this.bootChanges < 0) return undefined;
    return this.state.journalIndex.subarray(0, this.bootChanges);
  }

  /** Boots a machine with a layout of its own. */
  static alone(config: MachineConfig, implementation: Implementation): Machine {
    return Machine.of(new Layout(config), implementation);
  }

  /** Boots a machine of whatever kind the implementation's machines are; as the constructor. */
  static of(
    layout: Layout,
    implementation: Implementation,
    spare?: HypState,
    booted?: Machine,
  ): Machine {
    const own = implementation.machine?.(layout, spare);
    if (own === undefined) return new Machine(layout, implementation, spare, booted);
    if (!(own instanceof Machine)) throw new TypeError(`${implementation.name}: no machine`);
    return own;
  }

  /** Does it say of itself that it is undefined? Code goes on with whatever the bytes are. */
  get tellsUndefined(): boolean {
    return true;
  }

  /**
   * Runs one operation; its outcome. After a panic nothing runs any more, until the journal is
   * played back and `revive()` called.
   */
  run(op: Op): number {
    let outcome: number;
    try {
      outcome = dispatch(this, op);
    } catch (error) {
      if (!(error instanceof HypPanic)) throw error;
      this.panic = error.code;
      if (error instanceof Undefined) this.undefinedUse = error;
      return error.code;
    }
    if (this.locks.held !== 0) {
      throw new LockError(`held after the operation: ${lockNames(this.locks.held)}`);
    }
    return outcome;
  }

  get panicked(): boolean {
    return isPanic(this.panic);
  }

  /** Forgets a panic, after its changes were undone or overwritten. */
  revive(): void {
    this.panic = 0;
    this.undefinedUse = undefined;
    this.locks.held = 0;
  }

  /**
   * Builds a constructed state: writes what is asked for (-1: leaves it alone), without any check.
   * 0, or the error of mapping the page for hyp.
   */
  poke(pfn: number, host: number, refcount: number, shareCount: number, hyp: number): number {
    const page = this.vmemmap.hyp_phys_to_page(pfn);
    if (host >= 0) this.vmemmap.setHostState(page, host);
    if (refcount >= 0) this.vmemmap.setRefcount(page, refcount);
    if (shareCount >= 0) this.vmemmap.setShareCount(page, shareCount);
    if (hyp < 0) return 0;
    const prot = hyp === PKVM_NOPAGE ? -1 : pkvm_mkstate(PAGE_HYP, hyp);
    return this.memProtect.pokeHypState(pfn, prot);
  }
}
