// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { create } from 'xmlbuilder2';
import { validateXML } from 'xmllint-wasm';
import type { ResultDocument } from '../../src/result/index.js';
import { EVERY } from './every.js';
import { DOCUMENTS } from './fixture.js';
import { render } from './render.js';

const JUNIT_SCHEMA = readFileSync(new URL('junit.xsd', import.meta.url), 'utf8');

describe('junit', () => {
  it('has a case for each world explored', () => {
    const kinds = (name: string) =>
      casesOf(EVERY[name]).flatMap((one) => (one.name.includes('debug o') ? [one.kind] : []));
    expect(kinds('explored')).toEqual(['failure', '']);
    expect(kinds('explored and known')).toEqual(['skipped', '']);
  });

  it.each(Object.keys(EVERY))('of %s is valid against its schema', async (name) => {
    const result = await validateXML({
      xml: [{ fileName: 'out.xml', contents: render('junit', EVERY[name]) }],
      schema: [{ fileName: 'junit.xsd', contents: JUNIT_SCHEMA }],
    });
    expect(result.errors).toEqual([]);
    expect(result.valid).toBe(true);
  });

  it('has a case for each replay: passed, skipped with the reason, failed', () => {
    const cases = casesOf(DOCUMENTS.new);
    expect(cases.map(({ name, kind }) => [name, kind])).toEqual([
      ['equal & <odd> "name"\ufffd', ''],
      ['constructed', 'skipped'],
      ['bug', ''],
      ['equal & <odd> "name"\ufffd', ''],
      ['constructed', ''],
      ['bug', 'failure'],
    ]);
    expect(cases[1].message).toMatch(/^busy-or-refused, constructed: The order of two checks/);
    expect(cases[5].message).toMatch(/WARN \| -EPERM/);
  });

  it('has errors for what must not pass', () => {
    const kinds = (name: string) => casesOf(DOCUMENTS[name]).map(({ kind }) => kind);
    expect(kinds('nothing')).toEqual(['error']);
    expect(kinds('stale')).toContain('error');
    expect(kinds('bad input').filter((kind) => kind === 'error')).toHaveLength(2);
    expect(kinds('missing coverage')).toContain('error');
    expect(kinds('known')).not.toContain('error');
  });
});

interface CaseSeen {
  readonly name: string;
  readonly kind: string;
  readonly message: string;
}

function casesOf(document: ResultDocument): CaseSeen[] {
  const cases: CaseSeen[] = [];
  create(render('junit', document)).each(
    (node) => {
      const element = node.node as unknown as ElementLike;
      if (element.nodeName !== 'testcase') return;
      const child = [...element.childNodes].find(({ nodeName }) => nodeName !== '#text');
      cases.push({
        name: element.getAttribute('name') ?? '',
        kind: child?.nodeName ?? '',
        message: child?.getAttribute('message') ?? '',
      });
    },
    false,
    true,
  );
  return cases;
}

interface ElementLike {
  readonly nodeName: string;
  readonly childNodes: Iterable<ElementLike>;
  getAttribute(name: string): string | null;
}
