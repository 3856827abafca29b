// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { htmlReport } from '../../src/report/html.js';
import { type ResultDocument } from '../../src/result/index.js';
import { documentOf, exampleDocument, hostileTrace } from '../page/documents.js';

const ASSETS = { script: 'let a = 1;', style: 'body { margin: 0 }' };
const DOCUMENT = exampleDocument();

/** The document a page carries. */
function carried(page: string): ResultDocument {
  const [, json] = /<script type="application\/json" id="result">(.*?)<\/script>/s.exec(page) ?? [];
  return JSON.parse(json) as ResultDocument;
}

describe('the HTML report', () => {
  it('leaves traces out rather than grow beyond 5 MB', () => {
    const { evidence } = DOCUMENT;
    if (!evidence) throw new Error('no evidence');
    const traces = Array.from({ length: 3000 }, () => evidence.traces).flat();
    const page = htmlReport({ ...DOCUMENT, evidence: { ...evidence, traces } }, ASSETS);
    expect(page.length).toBeLessThan(5_000_000);
    const left = carried(page).evidence;
    expect((left?.traces.length ?? 0) + (left?.leftOut ?? 0)).toBe(traces.length);
  });
});

describe('evidence', () => {
  it('of 1,000 traces stays below 5 MB, the diverged ones first', () => {
    const trace = hostileTrace();
    const traces = Array.from({ length: 1000 }, (_, i) => ({
      ...trace,
      name: `trace ${i}`,
      line: i + 1,
    }));
    const document = documentOf(traces);
    expect(htmlReport(document, ASSETS).length).toBeLessThan(5_000_000);
    expect(document.evidence?.traces).toHaveLength(1000);
  });
});
