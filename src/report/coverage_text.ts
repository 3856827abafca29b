// SPDX-License-Identifier: GPL-2.0-only
/** What a run met, in short: a line an implementation, and on request all it did not meet. */

import type { Coverage } from '../result/index.js';
import { count, number } from './words.js';
import { wrap } from './wrap.js';

export function coverageLines(
  coverage: Coverage,
  { all, width }: { readonly all: boolean; readonly width: number },
): string[] {
  const lines: string[] = [];
  for (const { name, cells, neverMet, branches, neverFired } of coverage.implementations) {
    const summary = `coverage of ${name}: ${count(cells.length, 'cell')} (op x state x outcome) met; of the listed ones ${number(neverMet.length)} never; ${count(branches.length, 'branch')} taken, ${number(neverFired.length)} never`;
    const [first, ...rest] = wrap(summary.replace('branchs', 'branches'), width - 2);
    lines.push(first, ...rest.map((line) => `  ${line}`));
    if (!all) continue;
    lines.push(...neverMet.map((cell) => `  never met: ${cell}`));
    lines.push(...neverFired.map((branch) => `  never taken: ${branch}`));
  }
  lines.push(...coverage.missing.map((cell) => `required coverage not met: ${cell}`));
  return lines;
}
