// SPDX-License-Identifier: GPL-2.0-only
/** What a page is to whom, as one letter and one colour; the words say the rest. */

import type { PageState } from './model.js';

export type Owner = 'host' | 'hyp' | 'shared' | 'guest' | 'ffa' | 'odd' | 'none';

export interface OwnerLabel {
  readonly owner: Owner;
  readonly letter: string;
  readonly text: string;
}

/** In the order of the legend. */
export const OWNERS: readonly OwnerLabel[] = [
  { owner: 'host', letter: 'H', text: 'host' },
  { owner: 'hyp', letter: 'Y', text: 'hyp' },
  { owner: 'shared', letter: 'S', text: 'host, shared with hyp' },
  { owner: 'guest', letter: 'G', text: 'host, shared with a guest' },
  { owner: 'ffa', letter: 'F', text: 'host, shared through FF-A' },
  { owner: 'odd', letter: '?', text: 'host and hyp do not fit together' },
  { owner: 'none', letter: '-', text: 'no memory' },
];

/** Who has a page, from what host and hyp say. What only the host shares is shared through FF-A. */
export function ownerOf({ host, hyp, shares }: PageState): Owner {
  if (host === 'none') return 'none';
  if (host === 'OWNED' && hyp === 'NOPAGE') return 'host';
  if (host === 'NOPAGE' && hyp === 'OWNED') return 'hyp';
  if (host !== 'SHARED_OWNED') return 'odd';
  if (hyp === 'SHARED_BORROWED') return shares === 0 ? 'shared' : 'odd';
  if (hyp !== 'NOPAGE') return 'odd';
  return shares > 0 ? 'guest' : 'ffa';
}

export function labelOf(state: PageState): OwnerLabel {
  const owner = ownerOf(state);
  return OWNERS.find((label) => label.owner === owner) ?? OWNERS[0];
}

/** `host SHARED_OWNED, hyp NOPAGE, refcount 1` */
export function stateText({ host, hyp, refcount, shares }: PageState): string {
  if (host === 'none') return 'no memory';
  const parts = [`host ${host}`, `hyp ${hyp}`, `refcount ${refcount}`];
  if (shares > 0) parts.push(`host_share_guest_count ${shares}`);
  return parts.join(', ');
}

export function sameState(a: PageState, b: PageState): boolean {
  return a === b || stateText(a) === stateText(b);
}

export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
