// SPDX-License-Identifier: GPL-2.0-only
/** A verdict as a word on its colour. */

import type { JSX } from 'preact';

export function Verdict({ verdict }: { verdict: string }): JSX.Element {
  return <span class={`verdict verdict-${verdict.replaceAll(' ', '-')}`}>{verdict}</span>;
}

/** A word that qualifies a cause: constructed, misuse, undefined. */
export function Label({ text, title }: { text: string; title: string }): JSX.Element {
  return (
    <span class="label" title={title}>
      {text}
    </span>
  );
}
