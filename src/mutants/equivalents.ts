// SPDX-License-Identifier: GPL-2.0-only
/** Mutants that no trace can kill, and why. */

/** Reasons by name of the mutant. */
export const EQUIVALENT: ReadonlyMap<string, string> = new Map([
  [
    'legacy/__pkvm_hyp_donate_host/unmap hyp: counted in an int',
    'legacy itself keeps this result in an int (hyp_initiate_donation), and cutting a number to ' +
      '32 bits twice gives what cutting it once gives',
  ],
]);
