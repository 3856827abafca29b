// SPDX-License-Identifier: GPL-2.0-only
/** A result as a report, for a program. */

import { pageAssets } from '../package/page_assets.js';
import { findReporter, REPORTERS } from '../report/registry.js';
import type { ResultDocument } from '../result/index.js';

/** The reports there are, by name, with what each is for. */
export const REPORTS: readonly { readonly name: string; readonly description: string }[] =
  REPORTERS.map(({ name, description }) => ({ name, description }));

/**
 * A result as text of a report: `text`, `mail`, `junit`, `html` and the others of `REPORTS`.
 * @throws RangeError when there is no report of that name
 */
export function renderReport(document: ResultDocument, name: string): string {
  const reporter = findReporter(name);
  if (reporter) return reporter.render(document, pageAssets);
  const names = REPORTERS.map((known) => known.name).join(', ');
  throw new RangeError(`there is no report "${name}"; there are ${names}`);
}
