// SPDX-License-Identifier: GPL-2.0-only
/** What a campaign goes on from after its process was killed or interrupted, as text. */

import type { Found, MetCell, UndefinedFound } from './campaign.js';

const FORMAT = 'pkvm-fuzz-state/1';

/** What a campaign has come to; see CampaignProgress. */
export interface State {
  readonly done: number;
  readonly runs: number;
  readonly ops: number;
  readonly words: number;
  readonly panics: number;
  readonly diverged: number;
  readonly undefinedRuns?: number;
  readonly undefinedExample?: UndefinedFound | undefined;
  readonly cells: readonly MetCell[];
  readonly counts: readonly (readonly [string, number])[];
  readonly agreed: readonly (readonly [string, number])[];
  readonly found: readonly Omit<Found, 'count'>[];
}

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
