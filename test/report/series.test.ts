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

  it.each(['text', 'mail', 'markdown', 'junit', 'ktap', 'sarif', 'github', 'html'])(
    '%s names the first commit',
    (format) => {
      const quoted = render(format, found).replaceAll(/\\"|&quot;/g, '"');
      expect(quoted).toMatch(/first in b{12} \("a bug"\)/);
    },
  );

  it('has its commits as columns: each is compared with the one before it', () => {
    expect(render('markdown', found)).toMatch(/\| operations compared \| c{12} \| b{12} \|\n/);
  });

  it('names both of a pair that are no neighbours, and no first commit of what they show', () => {
    const between = { ...base, commit: 'd'.repeat(12), verdict: 'equal' as const };
    const ends = series('new', [base, between, bug, fine]);
    expect(render('markdown', ends)).toMatch(/compared \| c{12} \| a{12} \/ b{12} \|\n/);
    expect(render('mail', ends)).toMatch(/between a{12} and b{12}, by no commit alone/);
  });

  it('says once what all its commits lack', () => {
    const pairs = found.pairs.map((pair) => ({
      ...pair,
      reasons: [{ reason: `${pair.first}: the tree has no poke`, operations: 3 }],
    }));
    const lacking = { ...found, pairs, counts: { ...found.counts, notCompared: 6 } };
    const text = render('mail', lacking);
    expect(text).toContain('\n6 operations not compared: the tree has no poke\n');
  });

  it('names configuration and emulator where there are any', () => {
    const more = { config: 'my.config', emulator: 'QEMU 7.2' };
    const booted = { ...found, series: { ...(found.series as Series), ...more } };
    const text = render('mail', booted).replaceAll(/\s+/g, ' ');
    expect(text).toContain('compiled by gcc 12, configured by my.config, booted under QEMU 7.2');
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

  it.each(['text', 'mail', 'markdown', 'junit', 'ktap', 'sarif', 'github', 'html'])(
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
