// SPDX-License-Identifier: GPL-2.0-only
/**
 * The seam between the machine and the implementations: the six transitions that an implementation
 * brings, and the low-level check and set helpers that the machine lends it.
 */

import type { Layout } from './layout.js';
import type { OpName } from './op.js';
import type { HypState } from './state.js';

/** The six transitions of mem_protect.c. Page numbers and counts of pages; 0 or a negative errno. */
export interface Transitions {
  __pkvm_host_share_hyp(pfn: number): number;
  __pkvm_host_unshare_hyp(pfn: number): number;
  __pkvm_host_donate_hyp(pfn: number, nr_pages: number): number;
  __pkvm_hyp_donate_host(pfn: number, nr_pages: number): number;
  __pkvm_host_share_ffa(pfn: number, nr_pages: number): number;
  __pkvm_host_unshare_ffa(pfn: number, nr_pages: number): number;
}

/** One of the six, with parameters that each of them takes or ignores. */
export type Transition = (pfn: number, nr_pages: number) => number;

/** The six transitions, each made by name. */
export function eachTransition(make: (name: keyof Transitions) => Transition): Transitions {
  const donateHyp = make('__pkvm_host_donate_hyp');
  const donateHost = make('__pkvm_hyp_donate_host');
  const shareFfa = make('__pkvm_host_share_ffa');
  const unshareFfa = make('__pkvm_host_unshare_ffa');
  const shareHyp = make('__pkvm_host_share_hyp');
  const unshareHyp = make('__pkvm_host_unshare_hyp');
  return {
    __pkvm_host_share_hyp: (pfn) => shareHyp(pfn, 1),
    __pkvm_host_unshare_hyp: (pfn) => unshareHyp(pfn, 1),
    __pkvm_host_donate_hyp: donateHyp,
    __pkvm_hyp_donate_host: donateHost,
    __pkvm_host_share_ffa: shareFfa,
    __pkvm_host_unshare_ffa: unshareFfa,
  };
}

/** A transition of an object, to be called without it. */
export function transitionOf(transitions: Transitions, name: keyof Transitions): Transition {
  const transition: Transition = transitions[name];
  return transition.bind(transitions);
}

/** Transitions put together from those of other implementations. */
export interface ComposedTransitions extends Transitions {
  readonly parts: readonly Transitions[];
}

/** What mem_protect.c's transitions are built from. */
export interface TransitionHelpers {
  /** IS_ENABLED(CONFIG_NVHE_EL2_DEBUG) */
  readonly nvheEl2Debug: boolean;
  host_lock_component(): void;
  host_unlock_component(): void;
  hyp_lock_component(): void;
  hyp_unlock_component(): void;
  /** 0; -EINVAL for a range over more than one region, -EPERM for a page in another state. */
  __host_check_page_state_range(addr: number, size: number, state: number): number;
  /** 0, or the error of mapping the range back to the host. */
  __host_set_page_state_range(addr: number, size: number, state: number): number;
  /** 0; -EPERM outside memory; -ENOMEM. */
  host_stage2_set_owner_locked(addr: number, size: number, ownerId: number): number;
  /** 0; -EPERM for a page in another state; -ERANGE beyond 48 bits. `addr` is a hyp virtual page. */
  __hyp_check_page_state_range(addr: number, size: number, state: number): number;
  /** Pages unmapped from hyp virtual page `addr` on, before the first hole. */
  kvm_pgtable_hyp_unmap(addr: number, size: number): number;
  /** Maps hyp virtual pages [from, to) page by page; 0 or -ENOMEM. */
  pkvm_create_mappings_locked(from: number, to: number, prot: number): number;
  /** References on the page at a hyp virtual page number. */
  hyp_page_count(addr: number): number;
}

/**
 * What each transition does, in order: checks (`check host OWNED`), changes (`map hyp OWNED`), and
 * `WARN_ON` last if it has one of its own. `?` in front: with CONFIG_NVHE_EL2_DEBUG only.
 */
export type TransitionSteps = Readonly<Record<keyof Transitions, readonly string[]>>;

/** An implementation under comparison. */
export interface Implementation {
  readonly name: string;
  /** One line: which kernel code this stands for. */
  readonly description: string;
  /** Kernel commits it stands for, the last one first. */
  readonly commit?: string;
  /** Its steps, for who counts branches or seeds bugs; left out, nobody does. */
  readonly steps?: TransitionSteps;
  create(helpers: TransitionHelpers): Transitions;
  /** Makes a Machine of its own kind, where it is more than transitions: the C of a tree. */
  machine?(layout: Layout, spare?: HypState): object;
  /** Does it have the operation? Left out, it has all. */
  supports?(op: OpName): boolean;
  /** What it does whatever share_guest_warn of the machine says; left out, it does that. */
  readonly shareGuestWarn?: boolean | undefined;
  /** Is what traces expect not said of it, being another kernel's? */
  readonly isUnexpected?: boolean;
}
