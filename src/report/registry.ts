// SPDX-License-Identifier: GPL-2.0-only
/** The reports there are, each a function of the result document alone. */

import { Chalk } from 'chalk';
import type { ResultDocument } from '../result/index.js';
import { githubReport } from './github.js';
import { htmlReport, type PageAssets } from './html.js';
import { junitReport } from './junit.js';
import { ktapReport } from './ktap.js';
import { mailReport } from './mail.js';
import { markdownReport } from './markdown.js';
import { sarifReport } from './sarif.js';
import { textReport } from './text.js';

/** A way to report a result. */
export interface Reporter {
  readonly name: string;
  /** One line: what it is for. */
  readonly description: string;
  /** It has a line for every replay, not only for those that diverged. */
  readonly listsAll?: boolean;
  /** It shows single operations: the run has to keep evidence of them. */
  readonly showsEvidence?: boolean;
  /** The whole report, with a newline at its end. `page` gives the built code of the HTML page. */
  render(document: ResultDocument, page: () => PageAssets): string;
}

export const REPORTERS: readonly Reporter[] = [
  {
    name: 'text',
    description: 'for a terminal, without colours',
    render: (document) =>
      `${textReport(document, { chalk: new Chalk({ level: 0 }), table: document.pairs.length > 1 })}\n`,
  },
  {
    name: 'json',
    description: 'the result document, format pkvm-result/1',
    listsAll: true,
    render: (document) => `${JSON.stringify(document, null, 2)}\n`,
  },
  {
    name: 'junit',
    description: 'JUnit XML: a replay is a test case, a known difference a skipped one',
    listsAll: true,
    render: junitReport,
  },
  {
    name: 'ktap',
    description: "KTAP version 1, the kernel's test format: a known difference is a SKIP",
    listsAll: true,
    render: ktapReport,
  },
  { name: 'github', description: 'GitHub annotations (workflow commands)', render: githubReport },
  { name: 'markdown', description: 'a GitHub job summary', render: markdownReport },
  {
    name: 'mail',
    description: 'plain text of at most 75 columns, to be pasted under a patch',
    render: mailReport,
  },
  {
    name: 'html',
    description: 'one page to look at: verdict, traces page by page, calls, coverage',
    showsEvidence: true,
    render: (document, page) => htmlReport(document, page()),
  },
  { name: 'sarif', description: 'SARIF 2.1.0, for code scanning views', render: sarifReport },
];

export function findReporter(name: string): Reporter | undefined {
  return REPORTERS.find((reporter) => reporter.name === name);
}
