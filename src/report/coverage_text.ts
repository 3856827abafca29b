// SPDX-License-Identifier: GPL-2.0-only
/** What a run met, in short: a line an implementation, and on request all it did not meet. */

import type { Coverage } from '../result/index.js';
import { number } from './words.js';
import { wrap } from './wrap.js';

export function coverageLines(
  coverage: Coverage,
  { all, width }: { readonly all: boolean; readonly width: number },
): string[] {
  const lines: string[] = [];
  for (const { name, cells, neverMet, branches, neverFired } of coverage.implementations) {
    const taken = `${number(branches.length)} of ${number(branches.length + neverFired.length)}`;
    const summary = `coverage of ${name}: ${number(cells.length)} cells (op x state x outcome), ${number(neverMet.length)} of those listed never met; ${taken} branches taken`;
    const [first, ...rest] = wrap(summary, width - 2);
    lines.push(first, ...rest.map((line) => `  ${line}`));
    if (!all) continue;
    lines.push(...neverMet.map((cell) => `  never met: ${cell}`));
    lines.push(...neverFired.map((branch) => `  never taken: ${branch}`));
  }
  lines.push(...coverage.missing.map((cell) => `required coverage not met: ${cell}`));
  return lines;
}
