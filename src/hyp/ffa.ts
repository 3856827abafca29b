// SPDX-License-Identifier: GPL-2.0-only
/**
 * FF-A memory sharing as the proxy does it (nvhe/ffa.c): a list of ranges, all or none. A range is
 * two numbers of the list, first page number and count of pages.
 */

import { FFA_RET_DENIED } from './outcome.js';
import { WARN_ON } from './panic.js';
import type { Transitions } from './transitions.js';

export class Ffa {
  constructor(private readonly transitions: Transitions) {}

  /** 0, or FFA_RET_DENIED with nothing shared. */
  ffa_host_share_ranges(ranges: readonly number[]): number {
    const nshared = this.__ffa_host_share_ranges(ranges, ranges.length);
    if (nshared === ranges.length) return 0;
    WARN_ON(this.__ffa_host_unshare_ranges(ranges, nshared) !== nshared);
    return FFA_RET_DENIED;
  }

  /** 0, or FFA_RET_DENIED with nothing taken back. */
  ffa_host_unshare_ranges(ranges: readonly number[]): number {
    const nunshared = this.__ffa_host_unshare_ranges(ranges, ranges.length);
    if (nunshared === ranges.length) return 0;
    WARN_ON(this.__ffa_host_share_ranges(ranges, nunshared) !== nunshared);
    return FFA_RET_DENIED;
  }

  /** How much of the list's first `length` numbers was shared before one range failed. */
  private __ffa_host_share_ranges(ranges: readonly number[], length: number): number {
    let i = 0;
    while (i < length && !this.transitions.__pkvm_host_share_ffa(ranges[i], ranges[i + 1])) i += 2;
    return i;
  }

  private __ffa_host_unshare_ranges(ranges: readonly number[], length: number): number {
    let i = 0;
    while (i < length && !this.transitions.__pkvm_host_unshare_ffa(ranges[i], ranges[i + 1])) {
      i += 2;
    }
    return i;
  }
}
