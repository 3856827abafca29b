// SPDX-License-Identifier: GPL-2.0-only
import { REPORTERS } from '../../src/report/registry.js';
import type { ResultDocument } from '../../src/result/index.js';

/** A document in a format; of the page, what is there without its code. */
export function render(format: string, document: ResultDocument): string {
  const reporter = REPORTERS.find(({ name }) => name === format);
  if (!reporter) throw new Error(format);
  return reporter.render(document, () => ({ script: '', style: '' }));
}
