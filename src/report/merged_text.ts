// SPDX-License-Identifier: GPL-2.0-only
/** Joined certificates as text. */

import type { ChalkInstance } from 'chalk';
import type { MergedCertificate } from '../explore/merge.js';

export function mergedText(merged: MergedCertificate, chalk: ChalkInstance): string {
  const { implementations, world, parts, buckets, lacking, missing } = merged;
  return [
    chalk.bold(`${implementations.join(' and ')}, debug ${world.debug ? 'on' : 'off'}`),
    ...parts.map(
      ({ part, states, transitions, complete }) =>
        `  part ${part}  ${states.toLocaleString('en-US')} states, ` +
        `${transitions.toLocaleString('en-US')} transitions${complete ? '' : ', not complete'}`,
    ),
    ...buckets.flatMap(({ bucket, entry, trace }) => [
      `  ${entry === undefined ? chalk.red('new') : chalk.yellow(`known (${entry})`)}  ${bucket}`,
      ...trace.map((op, i) => `    ${String(i + 1).padStart(3)}  ${op}`),
    ]),
    ...lacking.map((what) => `  ${chalk.yellow(what)}`),
    ...(missing.length > 0
      ? [`  ${chalk.yellow(`vacuous: never met ${missing.join(', ')}`)}`]
      : []),
    `  ${verdictLine(merged, chalk)}`,
  ].join('\n');
}

function verdictLine({ verdict, complete }: MergedCertificate, chalk: ChalkInstance): string {
  if (verdict === 'equivalent') return chalk.green.bold('equivalent in this world');
  if (verdict === 'inconclusive')
    return chalk.yellow.bold('inconclusive: not everything was tried');
  const rest = complete ? 'this is every divergence of this world' : 'so far';
  return `${chalk.red.bold('diverged')}: ${rest}`;
}
