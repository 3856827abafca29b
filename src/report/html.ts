// SPDX-License-Identifier: GPL-2.0-only
/**
 * The result as one HTML page that needs nothing else: style, script and data are within it. What
 * comes from a trace is data only, and the content-security policy allows no other script.
 */

import { createHash } from 'node:crypto';
import type { Certificate, ResultDocument, TraceEvidence } from '../result/index.js';
import { type Cause, causesOf, followOnsText } from './causes.js';
import { certificateTitle, certificateVerdict } from './certificate_words.js';
import { firstCommitText, seriesLines } from './series_text.js';
import { theoremWords } from './theorem_words.js';
import { undefinedTexts } from './undefined_text.js';
import { causeText, countLines, positionText, reasonOf, verdictText } from './words.js';

/** The page's own code, as it was built. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/** Characters of data a page carries at most; with its own code it stays below 5 MB. */
const MOST_DATA = 4_600_000;

/** The whole page. */
export function htmlReport(document: ResultDocument, { script, style }: PageAssets): string {
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const causes = [...causesOf(document, 'new'), ...causesOf(document, 'known')];
  const title = `pKVM trace diff: ${verdictText(document)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<div id="app">
<main>
<h1>${escapeHtml(title)}</h1>
<ul>
${countLines(document)
  .map((line) => `<li>${escapeHtml(line)}</li>`)
  .join('\n')}
</ul>
${seriesBlock(document)}<ul>
${causes.map((cause) => `<li>${escapeHtml(causeLine(document, cause))}</li>`).join('\n')}
</ul>
<ul>
${undefinedTexts(document)
  .map((text) => `<li>${escapeHtml(`not compared: ${text}`)}</li>`)
  .join('\n')}
</ul>
<ul>
${theoremWords(document)
  .theorems.map(
    (theorem) => `<li>${escapeHtml(`proved of ${theorem.title}: ${theorem.verdict}`)}</li>`,
  )
  .join('\n')}
</ul>
<ul>
${(document.certificates ?? []).map((certificate) => `<li>${escapeHtml(certificateText(certificate))}</li>`).join('\n')}
</ul>
<p>Traces, calls and coverage need JavaScript.</p>
</main>
</div>
<script type="application/json" id="result">${escapeJson(fittingJson(document))}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** The commits of a series, for readers without scripts. */
function seriesBlock(document: ResultDocument): string {
  const lines = seriesLines(document, SERIES_WIDTH);
  return lines.length === 0 ? '' : `<pre>${escapeHtml(lines.join('\n'))}</pre>\n`;
}

const SERIES_WIDTH = 100;

/** A cause in one line, for readers without scripts. */
function causeLine(document: ResultDocument, cause: Cause): string {
  const { bucket, setting } = cause;
  const reason = bucket.verdict === 'known' ? `: ${reasonOf(document, bucket)}` : '';
  const followOns = followOnsText(cause);
  const more = followOns === undefined ? '' : `; ${followOns}`;
  const first = firstCommitText(document, cause.buckets);
  const commit = first === undefined ? '' : `; ${first}`;
  return `${bucket.verdict}${reason}: ${causeText(bucket)}${commit} (${setting}; ${positionText(bucket)})${more}`;
}

function certificateText(certificate: Certificate): string {
  return `${certificateTitle(certificate)}: ${certificateVerdict(certificate)}`;
}

/** The document as JSON without what the page does not show, and with as many traces as fit. */
function fittingJson(document: ResultDocument): string {
  const bare: ResultDocument = { ...document, traces: [] };
  const text = JSON.stringify(bare);
  if (text.length <= MOST_DATA || !document.evidence) return text;
  const { evidence } = document;
  let room = MOST_DATA - (text.length - JSON.stringify(evidence.traces).length);
  const traces: TraceEvidence[] = [];
  for (const trace of evidence.traces) {
    room -= JSON.stringify(trace).length + 1;
    if (room < 0) break;
    traces.push(trace);
  }
  const leftOut = evidence.leftOut + evidence.traces.length - traces.length;
  return JSON.stringify({ ...bare, evidence: { ...evidence, traces, leftOut } });
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** Text within an element or an attribute in double quotes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** JSON within a script element, which ends at the first `</script`, comments or not. */
export function escapeJson(json: string): string {
  return json.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e');
}
