// SPDX-License-Identifier: GPL-2.0-only
/**
 * A side of a comparison that is not a machine of this process: a kernel under an emulator, or the C
 * of a tree in a child process. It is started once, runs the operations of one trace after another,
 * each from the state after boot, and says what each operation came to and whose ownership changed.
 *
 * Two machines of this process do not go through this interface: `Lockstep` compares them word by
 * word as they run. A machine is made a side (`machine_side.ts`) to be compared with another one.
 */

import type { MachineConfig, Op } from '../hyp/op.js';
import type { Trace } from '../trace/trace.js';

/** How much of the state a side can tell after an operation, least first. */
export type SideView = 'outcome' | 'ownership' | 'exact';

/** Who may do what with one page of memory, after an operation. */
export interface PageOwnership {
  /** Host's state of the page: PKVM_PAGE_OWNED, ..., PKVM_NOPAGE. */
  readonly host: number;
  /** Hyp's state of the page, PKVM_NOPAGE where hyp does not map it. */
  readonly hyp: number;
  /** References on the page. */
  readonly refcount: number;
  /** Owner in the annotation of the host's stage 2; 0 is the host. */
  readonly owner: number;
  /** Guest mappings that the host counts. */
  readonly shareCount: number;
  /** The guests that map it, sorted: `0x1000:0x5 SHARED_BORROWED rwx` (handle, guest frame). */
  readonly guests: readonly string[];
}

/** What one operation came to. */
export interface SideStep {
  /** As of `Machine.run()`: 0, a negative errno, a handle, or the code of a panic. */
  readonly outcome: number;
  /** The pages whose ownership it changed, and what it is now. Page numbers of the trace. */
  readonly pages: ReadonlyMap<number, PageOwnership>;
  /** Words of the machine's layout that it changed, with their values now; at view `exact` only. */
  readonly words?: ReadonlyMap<number, number>;
}

/** What a side made of the operations of one trace. */
export interface SideRun {
  /** A step for each operation it ran: up to the end, its panic, or the first it cannot run. */
  readonly steps: readonly SideStep[];
  /** Why the operation after the last step was not run, where it was neither the end nor a panic. */
  readonly stopped?: string;
}

/** A trace moved to where a side can run it. */
export interface Placement {
  /** The same operations on pages that the side has, and the machine that the side is. */
  readonly trace: Trace;
  /** Operations by index that the side cannot run, and why: known before anything is run. */
  readonly without?: ReadonlyMap<number, string>;
  /** The page of the original trace that a page of the moved one stands for; -1: of none. */
  original(pfn: number): number;
}

/** Why a side does not run something. */
export interface NotCompared {
  readonly notCompared: string;
}

/** One line about a side for the head of every report: `kernel: Linux 6.12.117`. */
export interface SideFact {
  readonly name: string;
  readonly value: string;
}

/** A side that has been started. */
export interface Side {
  /** As the user named it: `real:vmlinuz-6.12`, `c:linux@v6.13`. */
  readonly name: string;
  readonly description: string;
  readonly view: SideView;
  readonly facts: readonly SideFact[];
  /** It runs many operations in one go, where nobody asks for one to be run by itself. */
  readonly runsBatches?: boolean;
  /** Moves a trace to where this side can run it; sides that run any machine do not have this. */
  place?(trace: Trace): Placement | NotCompared;
  /**
   * Runs operations one after the other from the state after boot. Traces may be run at the same time.
   * @param singlyFrom the first operation that is to be run by itself, where the side would otherwise
   *   run many in one go
   * @throws BootError when the machine does not boot
   */
  run(machine: MachineConfig, ops: readonly Op[], singlyFrom?: number): Promise<SideRun>;
  /** Ends the side and whatever it started. May be called twice, and while it runs. */
  close(): Promise<void>;
}

/** Starts sides of one kind: what `real` and `c` stand for in `--impl real:PATH`, `c:TREE`. */
export interface SideKind {
  readonly scheme: string;
  /**
   * Starts a side.
   * @throws SideError when there is none to be had, with what to do about it
   */
  start(path: string, options: SideOptions): Promise<Side>;
}

export interface SideOptions {
  /** Where what is built or saved is kept between runs; undefined: keep nothing. */
  readonly cache: string | undefined;
  /** Says what is going on: booting, compiling. */
  readonly progress: (message: string) => void;
  /** Ends everything when it fires. */
  readonly signal: AbortSignal;
}

/** A side cannot be started: the input is bad, or something is not installed. Ends with exit code 2. */
export class SideError extends Error {
  constructor(
    message: string,
    /** Lines that show what was seen: the end of a console, the first errors of a compiler. */
    readonly seen: readonly string[] = [],
  ) {
    super(message);
    this.name = 'SideError';
  }
}
