// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { htmlReport } from '../../src/report/html.js';
import { type ResultDocument, resultSchema } from '../../src/result/index.js';
import { documentOf, exampleDocument, HOSTILE, hostileTrace } from '../page/documents.js';

const ASSETS = { script: 'let a = 1;', style: 'body { margin: 0 }' };
const DOCUMENT = exampleDocument();
const PAGE = htmlReport(DOCUMENT, ASSETS);

/** The document a page carries. */
function carried(page: string): ResultDocument {
  const [, json] = /<script type="application\/json" id="result">(.*?)<\/script>/s.exec(page) ?? [];
  return JSON.parse(json) as ResultDocument;
}

describe('the HTML report', () => {
  it('allows its own script and style by their hash, and nothing else', () => {
    const hash = (text: string) => createHash('sha256').update(text).digest('base64');
    expect(PAGE).toContain(
      `content="default-src 'none'; script-src 'sha256-${hash(ASSETS.script)}'; ` +
        `style-src 'sha256-${hash(ASSETS.style)}'; base-uri 'none'; form-action 'none'"`,
    );
  });

  it('carries the document, and refers to nothing outside', () => {
    expect(carried(PAGE).counts).toEqual(DOCUMENT.counts);
    expect(carried(PAGE).evidence).toEqual(DOCUMENT.evidence);
    expect(PAGE.replace(/<script type="application.*?<\/script>/s, '')).not.toMatch(/https?:|src=/);
  });

  it('keeps what traces say within the data', () => {
    expect(PAGE).not.toContain(HOSTILE);
    expect(PAGE.match(/<script/g)).toHaveLength(2);
    expect(PAGE.match(/<\/script/g)).toHaveLength(2);
    expect(carried(PAGE).evidence?.traces.map(({ name }) => name)).toContain(HOSTILE);
  });

  it('shows verdict and counts without scripts', () => {
    expect(PAGE).toContain(`${DOCUMENT.counts.replays} replays of`);
  });
});

describe('evidence', () => {
  it('fits the schema of the result document', () => {
    const isValid = new Ajv2020({ strict: false }).compile(resultSchema);
    expect(isValid(DOCUMENT), JSON.stringify(isValid.errors)).toBe(true);
  });

  it('says how many replays it has no room for', () => {
    const document = documentOf(
      [hostileTrace(), { ...hostileTrace(), line: 2 }],
      [['legacy', 'direct']],
      {
        characters: 100,
        explained: 1,
        ops: 1000,
        words: 1000,
      },
    );
    expect(document.evidence).toMatchObject({ leftOut: 1 });
  });

  it('windows a long trace around its divergence', () => {
    const trace = hostileTrace();
    const pad = 500;
    const repeat = <T>(list: readonly T[], item: T) => [...Array<T>(pad).fill(item), ...list];
    const long = {
      ...trace,
      ops: repeat(trace.ops.slice(0), trace.ops[1]),
      source: repeat(trace.source, trace.source[1]),
      expects: repeat(trace.expects, undefined),
    };
    const [shown] = documentOf([long]).evidence?.traces ?? [];
    expect(shown.opCount).toBe(507);
    expect(shown.ops.length).toBeLessThanOrEqual(200);
    expect(shown.first + shown.ops.length).toBe(507);
    expect(shown.ops.at(-1)?.buckets).toHaveLength(1);
  });
});
