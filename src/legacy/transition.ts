// SPDX-License-Identifier: GPL-2.0-only
/**
 * `struct pkvm_mem_transition` and the two structures around it, as mem_protect.c has them before
 * the January 2025 series. Addresses are page numbers in the address space they belong to.
 */

export interface PkvmMemTransition {
  nr_pages: number;
  initiator: {
    /** A `PKVM_ID_` constant. */
    id: number;
    /** Address in the initiator's address space. */
    addr: number;
    /** Address in the completer's address space: the union's `host` or `hyp` member. */
    completer_addr: number;
  };
  completer: { id: number };
}

export interface PkvmMemShare {
  readonly tx: PkvmMemTransition;
  completer_prot: number;
}

export interface PkvmMemDonation {
  readonly tx: PkvmMemTransition;
}

/** `u64 *completer_addr`: where a function that requests or initiates leaves the completer's address. */
export interface OutAddr {
  value: number;
}

/** An empty transition, to be filled in: C has it on the stack, a replay makes it once. */
export function newTransition(): PkvmMemTransition {
  return {
    nr_pages: 0,
    initiator: { id: 0, addr: 0, completer_addr: 0 },
    completer: { id: 0 },
  };
}
