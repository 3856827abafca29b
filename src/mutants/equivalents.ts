// SPDX-License-Identifier: GPL-2.0-only
/** Mutants that no trace can kill: why, and a world in which everything was tried. */

import { type MachineConfig, Op, OpCode } from '../hyp/op.js';
import { DEFAULT_MACHINE } from '../trace/index.js';

/** Operations of a world small enough to try all of them in every state, and able to tell. */
export interface ProofWorld {
  readonly machine: MachineConfig;
  readonly ops: readonly Op[];
}

export interface Equivalent {
  readonly reason: string;
  readonly world: ProofWorld;
}

/** The smallest size that an int does not hold in bytes: 2 GiB. */
const BEYOND_INT = 2 ** 19;
const FIRST = 0x80000;

/** 2 GiB for hyp, and back to the host: all of it, or all but a page. */
const TWO_GIB: ProofWorld = {
  machine: {
    ...DEFAULT_MACHINE,
    memory: [{ pfn: FIRST, pages: 2 ** 20, nomap: false }],
    carveout: { pfn: 0x170000, hpool_pages: 3000, host_s2_pages: 3000 },
  },
  ops: [
    new Op(OpCode.__pkvm_host_donate_hyp, FIRST, BEYOND_INT),
    new Op(OpCode.__pkvm_hyp_donate_host, FIRST, BEYOND_INT),
    new Op(OpCode.__pkvm_hyp_donate_host, FIRST, BEYOND_INT - 1),
  ],
};

/** By name of the mutant. */
export const EQUIVALENT: ReadonlyMap<string, Equivalent> = new Map([
  [
    'legacy/__pkvm_hyp_donate_host/unmap hyp: counted in an int',
    {
      reason:
        'legacy itself keeps this result in an int (hyp_initiate_donation), and cutting a number ' +
        'to 32 bits twice gives what cutting it once gives',
      world: TWO_GIB,
    },
  ],
]);
