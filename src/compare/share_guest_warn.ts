// SPDX-License-Identifier: GPL-2.0-only
/** Sharing with a guest a page that is shared with somebody else: a machine says what happens, or a tree. */

import type { MachineConfig } from '../hyp/op.js';
import type { Implementation } from '../hyp/transitions.js';

/**
 * Can `__pkvm_host_share_guest` be compared on this machine? Not if one side does what share_guest_warn of
 * the machine says and the other, whatever that is, the opposite.
 */
export function sharesGuestAlike(
  pair: readonly [Pick<Implementation, 'shareGuestWarn'>, Pick<Implementation, 'shareGuestWarn'>],
  { share_guest_warn }: Pick<MachineConfig, 'share_guest_warn'>,
): boolean {
  const [first, second] = pair.map((one) => one.shareGuestWarn);
  if (first === undefined) return second === undefined || second === share_guest_warn;
  return second !== undefined || first === share_guest_warn;
}
