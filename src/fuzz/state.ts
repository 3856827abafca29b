// SPDX-License-Identifier: GPL-2.0-only
/** What a campaign goes on from after its process was killed or interrupted, as text. */

import type { State } from './campaign.js';

const FORMAT = 'pkvm-fuzz-state/1';

interface Saved {
  readonly format: string;
  readonly settings: string;
  readonly state: State;
}

/** The text to save. `settings` names the campaign. */
export function stateText(settings: string, state: State): string {
  return `${JSON.stringify({ format: FORMAT, settings, state } satisfies Saved)}\n`;
}

/** The state in a saved text; undefined if it is another campaign's or not one at all. */
export function stateFrom(text: string, settings: string): State | undefined {
  let saved: Saved;
  try {
    saved = JSON.parse(text) as Saved;
  } catch {
    return undefined;
  }
  return saved?.format === FORMAT && saved.settings === settings ? saved.state : undefined;
}
