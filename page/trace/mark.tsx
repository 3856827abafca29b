// SPDX-License-Identifier: GPL-2.0-only
/** The state of a page as a letter on its colour, and the legend of these. */

import type { JSX } from 'preact';
import type { PageState } from '../model.js';
import { labelOf, OWNERS } from '../ownership.js';

/**
 * A letter on its colour; a dot says that the page is pinned. The style sheet shows the letter: it is no
 * text, for what is around it says it in words.
 */
export function Mark({ state, half = false }: { state: PageState; half?: boolean }): JSX.Element {
  const { owner, letter } = labelOf(state);
  const isPinned = owner !== 'hyp' && state.refcount > 0;
  return (
    <span
      class={`mark own-${owner} ${half ? 'half' : ''}`}
      data-mark={letter + (isPinned ? '\u2022' : '')}
      aria-hidden="true"
    />
  );
}

export function Legend(): JSX.Element {
  return (
    <ul class="legend">
      {OWNERS.map(({ owner, letter, text }) => (
        <li key={owner}>
          <span class={`mark own-${owner}`} data-mark={letter} aria-hidden="true" /> {text}
        </li>
      ))}
      <li>
        <span aria-hidden="true">{'\u2022'}</span> pinned; a cell in two halves: the two sides
        differ
      </li>
    </ul>
  );
}
