// SPDX-License-Identifier: GPL-2.0-only
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import {
  type ResultDocument,
  resultSchema,
  type Series,
  withSeries,
} from '../../src/result/index.js';
import { DOCUMENTS } from './fixture.js';
import { render } from './render.js';

const [A, B, C] = ['a', 'b', 'c'].map((digit) => digit.repeat(12));
type Commits = Series['commits'];

/** The documents of these tests, as if their implementations were commits. */
function series(name: string, commits: Commits): ResultDocument {
  const text = JSON.stringify(DOCUMENTS[name])
    .replaceAll('"legacy-before-fix"', JSON.stringify(A))
    .replaceAll('"legacy"', JSON.stringify(B))
    .replaceAll('"direct"', JSON.stringify(C));
  const section = { tree: 'linux', range: 'A..B', compiler: 'gcc 12', bisected: false, commits };
  return withSeries(JSON.parse(text) as ResultDocument, section, 3);
}

const base = { commit: A, subject: 'the base', verdict: 'base' as const };
const bug = { commit: B, subject: 'a bug', verdict: 'new' as const };
const fine = { commit: C, subject: 'a change', verdict: 'known' as const };
const broken = {
  commit: C,
  subject: 'a typo',
  verdict: 'not built' as const,
  reason: 'the tree does not compile',
  seen: ['mem_protect.c:1:1: error: expected something'],
};

describe('a series', () => {
  const found = series('new', [base, bug, fine]);

  it('is valid against the schema of results', () => {
    const validate = new Ajv2020({ strict: false }).compile(resultSchema);
    expect(validate(found), JSON.stringify(validate.errors)).toBe(true);
    expect(validate(series('known', [base, broken]))).toBe(true);
  });

  it.each(['text', 'mail', 'markdown'])('%s has each commit with its verdict', (format) => {
    const text = render(format, found);
    expect(text).toMatch(/series A\.\.B of linux, compiled by gcc 12\n/);
    expect(text).toMatch(/ base +a{12} {2}the base\n +new +b{12} {2}a bug\n +known +c{12} {2}a ch/);
  });

  it.each(['text', 'mail', 'markdown', 'junit', 'ktap'])('%s names the first commit', (format) => {
    expect(render(format, found)).toMatch(/first in b{12} \("a bug"\)/);
  });

  it('is reproduced by naming commits of the tree', () => {
    expect(render('ktap', found)).toContain(`--impl c:linux@${A},c:linux@${B} --debug off`);
  });
});

describe('a commit that does not build', () => {
  const document = series('known', [base, fine, broken]);

  it('makes the result inconclusive', () => {
    expect(document.verdict).toBe('inconclusive');
    expect(series('new', [base, bug, broken]).verdict).toBe('new');
  });

  it.each(['text', 'mail', 'markdown', 'junit', 'ktap'])(
    'is in %s, with what was said',
    (format) => {
      const text = render(format, document);
      expect(text).toMatch(/inconclusive: 1 commit not built/);
      expect(text).toContain('mem_protect.c:1:1: error: expected something');
    },
  );
});

describe('commits that are all the same code', () => {
  it('are equal, though nothing was compared', () => {
    const same = { ...bug, verdict: 'same code' as const };
    expect(series('nothing', [base, same]).verdict).toBe('equal');
    expect(series('nothing', [base, { ...same, verdict: 'not judged' }]).verdict).toBe(
      'inconclusive',
    );
    expect(series('nothing', [base]).verdict).toBe('inconclusive');
  });
});
