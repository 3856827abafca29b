// SPDX-License-Identifier: GPL-2.0-only
/** The state machine of a page as a Mermaid diagram. */

import type { PageStates, PairState } from './page_states.js';

export function mermaidOf({ states, edges }: PageStates): string {
  const lines = ['stateDiagram-v2', '  direction LR'];
  for (const state of states) {
    lines.push(`  state "host ${state.host}<br>hyp ${state.hyp}" as ${idOf(state)}`);
  }
  lines.push(`  [*] --> ${idOf({ host: 'OWNED', hyp: 'NOPAGE' })}`);
  for (const { from, to, ops } of edges) {
    lines.push(`  ${idOf(from)} --> ${idOf(to)}: ${ops.join('<br>')}`);
  }
  return `${lines.join('\n')}\n`;
}

function idOf({ host, hyp }: PairState): string {
  return `${host}__${hyp}`;
}
