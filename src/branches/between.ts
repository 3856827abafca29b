// SPDX-License-Identifier: GPL-2.0-only
/** What stands between an implementation and its machine has in common: locks are handed on. */

import type { TransitionHelpers } from '../hyp/transitions.js';

export abstract class HelpersBetween {
  constructor(
    protected readonly helpers: TransitionHelpers,
    readonly nvheEl2Debug: boolean,
  ) {}

  host_lock_component(): void {
    this.helpers.host_lock_component();
  }

  host_unlock_component(): void {
    this.helpers.host_unlock_component();
  }

  hyp_lock_component(): void {
    this.helpers.hyp_lock_component();
  }

  hyp_unlock_component(): void {
    this.helpers.hyp_unlock_component();
  }
}
