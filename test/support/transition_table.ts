// SPDX-License-Identifier: GPL-2.0-only
/**
 * What each transition must do in each state a page can be in, as the model text says: the checks in
 * their order, then the states it leaves. Written from that text, not from an implementation.
 */

import { NOPAGE, OWNED, SHARED_BORROWED, SHARED_OWNED } from './machines.js';

export const EPERM = -1;
export const EBUSY = -16;

/** State of a page before a transition. */
export interface Before {
  readonly host: number;
  readonly hyp: number;
  readonly refcount: number;
  readonly debug: boolean;
}

/** Outcome and states after. */
export interface After {
  readonly outcome: number | string;
  readonly host: number;
  readonly hyp: number;
}

export const TRANSITIONS = [
  '__pkvm_host_share_hyp',
  '__pkvm_host_unshare_hyp',
  '__pkvm_host_donate_hyp',
  '__pkvm_hyp_donate_host',
  '__pkvm_host_share_ffa',
  '__pkvm_host_unshare_ffa',
] as const;

export type TransitionName = (typeof TRANSITIONS)[number];
export type Version = 'legacy' | 'legacy-before-fix' | 'direct';

const HOST_STATES = [OWNED, SHARED_OWNED, SHARED_BORROWED, NOPAGE];
const HYP_STATES = [NOPAGE, OWNED, SHARED_OWNED, SHARED_BORROWED];

/** Every host state x hyp state x refcount x debug. */
export function everyState(): Before[] {
  const all: Before[] = [];
  for (const debug of [false, true])
    for (const host of HOST_STATES)
      for (const hyp of HYP_STATES)
        for (const refcount of [0, 1, 2]) all.push({ host, hyp, refcount, debug });
  return all;
}

/** The error a transition is refused with, or 0: the check columns of the model's table. */
function refusal(version: Version, transition: TransitionName, before: Before): number {
  const { host, hyp, refcount, debug } = before;
  switch (transition) {
    case '__pkvm_host_share_hyp':
    case '__pkvm_host_donate_hyp':
      if (host !== OWNED) return EPERM;
      return debug && hyp !== NOPAGE ? EPERM : 0;
    case '__pkvm_host_unshare_hyp': {
      if (host !== SHARED_OWNED) return EPERM;
      const notBorrowed = hyp !== SHARED_BORROWED;
      if (version === 'direct') {
        if (notBorrowed) return EPERM;
        return refcount > 0 ? EBUSY : 0;
      }
      if (refcount > 0) return EBUSY;
      const looks = version === 'legacy' || debug;
      return looks && notBorrowed ? EPERM : 0;
    }
    case '__pkvm_hyp_donate_host':
      if (hyp !== OWNED) return EPERM;
      return debug && host !== NOPAGE ? EPERM : 0;
    case '__pkvm_host_share_ffa':
      return host === OWNED ? 0 : EPERM;
    case '__pkvm_host_unshare_ffa':
      return host === SHARED_OWNED ? 0 : EPERM;
  }
}

/** Outcome and states after, for one page: the change columns of the model's table. */
export function expectedAfter(version: Version, transition: TransitionName, before: Before): After {
  const { host, hyp } = before;
  const outcome = refusal(version, transition, before);
  if (outcome !== 0) return { outcome, host, hyp };
  switch (transition) {
    case '__pkvm_host_share_hyp':
      return { outcome, host: SHARED_OWNED, hyp: SHARED_BORROWED };
    case '__pkvm_host_unshare_hyp':
      // The host's state is written first before the series; then nothing is there to unmap.
      if (hyp === NOPAGE) return { outcome: 'WARN', host: OWNED, hyp };
      return { outcome, host: OWNED, hyp: NOPAGE };
    case '__pkvm_host_donate_hyp':
      return { outcome, host: NOPAGE, hyp: OWNED };
    case '__pkvm_hyp_donate_host':
      return { outcome, host: OWNED, hyp: NOPAGE };
    case '__pkvm_host_share_ffa':
      return { outcome, host: SHARED_OWNED, hyp };
    case '__pkvm_host_unshare_ffa':
      return { outcome, host: OWNED, hyp };
  }
}
