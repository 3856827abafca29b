// SPDX-License-Identifier: GPL-2.0-only
/** One machine: its state, the hypervisor code around it, and one implementation of the transitions. */

import { boot } from './boot.js';
import { Ffa } from './ffa.js';
import { GuestMemory, TablePages } from './guest.js';
import { HostStage2 } from './host_stage2.js';
import { HypMain } from './hyp_main.js';
import { Layout } from './layout.js';
import { LockError, Locks, lockNames } from './locks.js';
import { MemProtect } from './mem_protect.js';
import { type MachineConfig, type Op, OpCode, UNALIGNED_FIRST, UNALIGNED_SECOND } from './op.js';
import { isPanic } from './outcome.js';
import { PageAlloc } from './page_alloc.js';
import { PAGE_HYP, PKVM_NOPAGE, pkvm_mkstate } from './page_state.js';
import { HypPanic } from './panic.js';
import { HypPgtable } from './pgtable_hyp.js';
import { Stage2Pgtable } from './pgtable_stage2.js';
import { Pkvm } from './pkvm.js';
import { HypState } from './state.js';
import type { Implementation, Transitions } from './transitions.js';
import { Vmemmap } from './vmemmap.js';

export class Machine {
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
  /** Outcome of the panic that ended this machine, or 0. */
  panic = 0;

  /**
   * Boots a machine. Machines that are to be compared share a layout. `spare` is the state of a
   * machine nobody uses any more, whose memory this one takes over.
   * @throws BootError when the machine is too small
   */
  constructor(
    readonly layout: Layout,
    readonly implementation: Implementation,
    spare?: HypState,
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
    this.guest = new GuestMemory(this.vmemmap, this.stage2, this.memProtect, this.locks);
    this.ffa = new Ffa(this.transitions);
    this.pkvm = new Pkvm(
      this.vmemmap,
      this.alloc,
      this.stage2,
      this.memProtect,
      this.guest,
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
    boot(this);
    this.state.commit();
  }

  /** Boots a machine with a layout of its own. */
  static alone(config: MachineConfig, implementation: Implementation): Machine {
    return new Machine(new Layout(config), implementation);
  }

  /**
   * Runs one operation; its outcome. After a panic nothing runs any more, until the journal is
   * played back and `revive()` called.
   */
  run(op: Op): number {
    let outcome: number;
    try {
      outcome = this.dispatch(op);
    } catch (error) {
      if (!(error instanceof HypPanic)) throw error;
      this.panic = error.code;
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
    this.locks.held = 0;
  }

  private dispatch(op: Op): number {
    switch (op.code) {
      case OpCode.__pkvm_host_share_hyp:
        return this.transitions.__pkvm_host_share_hyp(op.a);
      case OpCode.__pkvm_host_unshare_hyp:
        return this.transitions.__pkvm_host_unshare_hyp(op.a);
      case OpCode.__pkvm_host_donate_hyp:
        return this.transitions.__pkvm_host_donate_hyp(op.a, op.b);
      case OpCode.__pkvm_hyp_donate_host:
        return this.transitions.__pkvm_hyp_donate_host(op.a, op.b);
      case OpCode.__pkvm_host_share_ffa:
        return this.transitions.__pkvm_host_share_ffa(op.a, op.b);
      case OpCode.__pkvm_host_unshare_ffa:
        return this.transitions.__pkvm_host_unshare_ffa(op.a, op.b);
      case OpCode.hyp_pin_shared_mem:
        return this.memProtect.hyp_pin_shared_mem(op.a, op.b);
      case OpCode.hyp_unpin_shared_mem:
        this.memProtect.hyp_unpin_shared_mem(op.a, op.b);
        return 0;
      default:
        return this.dispatchRest(op);
    }
  }

  private dispatchRest(op: Op): number {
    switch (op.code) {
      case OpCode.handle_host_mem_abort:
        return this.hostStage2.handle_host_mem_abort(op.a);
      case OpCode.ffa_host_share_ranges:
        return this.ffa.ffa_host_share_ranges(op.list);
      case OpCode.ffa_host_unshare_ranges:
        return this.ffa.ffa_host_unshare_ranges(op.list);
      case OpCode.__pkvm_init_vm: {
        const vm = op.e & UNALIGNED_FIRST ? -1 : op.c;
        const pgd = op.e & UNALIGNED_SECOND ? -1 : op.d;
        return this.pkvm.__pkvm_init_vm(op.a, op.b, vm, pgd);
      }
      case OpCode.__pkvm_init_vcpu: {
        const vcpu = op.e & UNALIGNED_FIRST ? -1 : op.d;
        return this.pkvm.__pkvm_init_vcpu(op.a, op.b, op.f, op.c, vcpu);
      }
      case OpCode.__pkvm_vcpu_load:
        return this.pkvm.__pkvm_vcpu_load(op.a, op.b);
      case OpCode.__pkvm_vcpu_put:
        return this.pkvm.__pkvm_vcpu_put();
      case OpCode.__pkvm_host_share_guest:
        return this.hypMain.__pkvm_host_share_guest(op.a, op.b, op.c, op.list);
      case OpCode.__pkvm_host_unshare_guest:
        return this.hypMain.__pkvm_host_unshare_guest(op.a, op.b);
      case OpCode.__pkvm_host_wrprotect_guest:
        return this.hypMain.__pkvm_host_wrprotect_guest(op.a, op.b);
      case OpCode.__pkvm_host_test_clear_young_guest:
        return this.hypMain.__pkvm_host_test_clear_young_guest(op.a, op.b, op.c !== 0);
      case OpCode.__pkvm_host_relax_perms_guest:
        return this.hypMain.__pkvm_host_relax_perms_guest(op.b, op.c);
      case OpCode.__pkvm_host_mkyoung_guest:
        return this.hypMain.__pkvm_host_mkyoung_guest(op.b);
      case OpCode.__pkvm_teardown_vm:
        return this.pkvm.__pkvm_teardown_vm(op.a);
      case OpCode.poke:
        return this.poke(op);
      default:
        throw new RangeError(`no operation has the code ${op.code}`);
    }
  }

  /** Builds a constructed state: writes what is asked for, without any check. */
  private poke(op: Op): number {
    const page = this.vmemmap.hyp_phys_to_page(op.a);
    if (op.b >= 0) this.vmemmap.setHostState(page, op.b);
    if (op.c >= 0) this.vmemmap.setRefcount(page, op.c);
    if (op.d >= 0) this.vmemmap.setShareCount(page, op.d);
    if (op.e < 0) return 0;
    return this.memProtect.pokeHypState(
      op.a,
      op.e === PKVM_NOPAGE ? -1 : pkvm_mkstate(PAGE_HYP, op.e),
    );
  }
}
