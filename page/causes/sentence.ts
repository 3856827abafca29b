// SPDX-License-Identifier: GPL-2.0-only
/** A cause in one sentence, and the commands that show it again. */

import { shellLine } from '../../src/report/shell.js';
import { missedText } from '../../src/report/words.js';
import type { Bucket } from '../../src/result/index.js';

/** What happens, to somebody who knows the operation and nothing else. */
export function sentenceOf(bucket: Bucket): string {
  const { kind, outcomes, expected, columns, pair } = bucket;
  const { first, second } = outcomes;
  switch (kind) {
    case 'outcome':
      return `In ${pair.first} it ${endText(first)}, in ${pair.second} it ${endText(second)}${besides(columns)}.`;
    case 'state':
      return `On both sides it ${endText(first)}, but what it leaves differs: ${columns.join(', ')}.`;
    case 'state-at-panic':
      return `On both sides it ${endText(first)}, but in another state: ${columns.join(', ')}.`;
    case 'expectation':
      return `The trace ${missedText({ outcomes, expected: expected ?? {} }, pair)}.`;
  }
}

function endText(outcome: string): string {
  if (/^(WARN|BUG|FAULT)$/.test(outcome)) return `panics (${outcome})`;
  if (outcome === 'UNDEFINED') return 'becomes undefined';
  return `returns ${outcome}`;
}

function besides(columns: Bucket['columns']): string {
  return columns.length === 0 ? '' : `, and the state differs too: ${columns.join(', ')}`;
}

/** Replays the example alone. `argumentOf`: what names a side on the command line. */
export function replayCommand(
  { example, pair, debug }: Bucket,
  argumentOf: (name: string) => string = (name) => name,
): string {
  return shellLine([
    'pkvm-tracediff',
    'replay',
    example.file,
    '--impl',
    `${argumentOf(pair.first)},${argumentOf(pair.second)}`,
    '--debug',
    debug ? 'on' : 'off',
  ]);
}

interface Explained {
  readonly example: Pick<Bucket['example'], 'file' | 'trace' | 'opIndex'>;
  readonly pair: Bucket['pair'];
  readonly debug: boolean;
}

/** Shows what each side did in the operation. */
export function explainCommand({ example, pair, debug }: Explained): string {
  return shellLine([
    'pkvm-tracediff',
    'explain',
    example.file,
    '--name',
    example.trace,
    '--op',
    String(example.opIndex),
    '--impl',
    `${pair.first},${pair.second}`,
    '--debug',
    debug ? 'on' : 'off',
  ]);
}
