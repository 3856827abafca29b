// SPDX-License-Identifier: GPL-2.0-only
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { REPORTERS } from '../../src/report/registry.js';
import { type ResultDocument, resultSchema } from '../../src/result/index.js';
import { DOCUMENTS } from './fixture.js';
import { render } from './render.js';

const NAMES = Object.keys(DOCUMENTS);

describe('the documents of these tests', () => {
  it('have the verdicts they are there for', () => {
    const verdicts = Object.entries(DOCUMENTS).map(([name, { verdict }]) => [name, verdict]);
    expect(Object.fromEntries(verdicts)).toEqual({
      equal: 'equal',
      known: 'known',
      new: 'new',
      stale: 'known',
      nothing: 'inconclusive',
      'bad input': 'inconclusive',
      undefined: 'inconclusive',
      'expected undefined': 'equal',
      misuse: 'known',
      'missing coverage': 'inconclusive',
    });
    expect(DOCUMENTS.new.counts).toMatchObject({
      traces: 3,
      replays: 6,
      diverged: 2,
      compared: 14,
      known: 1,
      new: 1,
    });
  });
});

const formats = REPORTERS.map(({ name }) => name);

describe('every report', () => {
  it.each(formats)('%s ends with one newline and has no control characters', (format) => {
    for (const document of Object.values(DOCUMENTS)) {
      const text = render(format, document);
      expect(text).toMatch(/[^\n]\n$/);
      if (format !== 'json' && format !== 'sarif') continue;
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    }
  });

  it.each(formats)('%s has the same counts', (format) => {
    for (const [name, document] of Object.entries(DOCUMENTS)) {
      const text = render(format, document).replaceAll(/(?<=\d),(?=\d{3})/g, '');
      for (const [key, pattern] of Object.entries(countPatterns(format, document))) {
        expect(text, `${format} of ${name}: ${key}`).toMatch(pattern);
      }
    }
  });

  it.each(formats)('%s says why it is inconclusive, and never that it passed', (format) => {
    const text = (name: string) => render(format, DOCUMENTS[name]);
    expect(text('nothing')).toMatch(format === 'json' ? /"inconclusive"/ : /nothing was compared/);
    expect(text('missing coverage')).toMatch(/_pkvm_teardown_vm/);
    expect(text('bad input')).toMatch(/not(\\n|%0A|\n| )a 1|1 problem of the input/);
    for (const name of ['nothing', 'bad input', 'missing coverage']) {
      expect(text(name)).not.toMatch(/equal: no divergence/);
    }
  });

  it.each(formats)(
    '%s has the reason of a known difference and the cause of a new one',
    (format) => {
      const text = render(format, DOCUMENTS.new).replaceAll(/\s+/g, ' ');
      expect(text).toMatch(/The order of two checks, which nobody outside can see/);
      expect(text).toMatch(/__pkvm_host_unshare_hyp/);
      expect(text).toMatch(format === 'json' ? /"first": "WARN"/ : /WARN \\?\| -EPERM/);
    },
  );
});

describe('a replay that became undefined', () => {
  const text = (format: string, name: string) =>
    render(format, DOCUMENTS[name]).replaceAll(/\s+/g, ' ').replaceAll('%25', '%');
  /** What the model says of the page that VM 0x1000 frees and VM 0x1001 uses. */
  const USES = /page 0x[0-9a-f]+ [^;|]*table/;

  it.each(formats)('is told in %s with its operation, its place and the page', (format) => {
    for (const name of ['undefined', 'expected undefined']) {
      expect(text(format, name)).toMatch(USES);
      expect(text(format, name)).toMatch(/reuse-host-only/);
      expect(text(format, 'equal')).not.toMatch(USES);
    }
  });

  it.each(formats)('is told apart in %s where the trace expects it', (format) => {
    const shown = text(format, 'expected undefined').replaceAll('expected undefined', 'undefined');
    expect(shown).not.toBe(text(format, 'undefined'));
  });

  it('is at the line of the operation', () => {
    const github = render('github', DOCUMENTS['expected undefined']);
    expect(github).toMatch(
      /^::notice file=a\.json,line=\d+,col=\d+,title=Not compared to the end::/m,
    );
    expect(render('github', DOCUMENTS.undefined)).toMatch(/^::warning file=a\.json,line=/m);
  });

  it('is a skipped test case where the trace says so, else an error', () => {
    expect(render('junit', DOCUMENTS['expected undefined'])).toMatch(
      /<skipped message="undefined from op 13 on: page /,
    );
    expect(render('junit', DOCUMENTS.undefined)).toMatch(
      /<error type="error" message="undefined from op 13 on: page /,
    );
  });
});

describe('misuse', () => {
  it.each(formats)('is told in %s', (format) => {
    expect(render(format, DOCUMENTS.misuse)).toMatch(
      format === 'json' ? /"misuse": true/ : /, misuse/,
    );
    expect(render(format, DOCUMENTS.new)).not.toMatch(/misuse/);
  });
});

describe('the score of the traces', () => {
  it.each(['text', 'junit', 'github', 'markdown', 'html'])('is in %s', (format) => {
    const text = render(format, DOCUMENTS.known).replaceAll(/\s+/g, ' ').replaceAll('%25', '%');
    expect(text).toContain(
      'these traces find 36 of 48 (75.0 %) seeded bugs; 2 more cannot be told',
    );
    expect(render(format, DOCUMENTS.equal)).not.toContain('seeded bugs');
  });

  it('is in the mail', () => {
    expect(render('mail', DOCUMENTS.known)).toMatch(
      /\n {2}seeded bugs +48\n {4}found by these traces +36\n/,
    );
    expect(render('mail', DOCUMENTS.equal)).not.toContain('seeded bugs');
  });
});

/** How each format shows a count. */
function countPatterns(format: string, { counts }: ResultDocument): Record<string, RegExp> {
  const keys = ['traces', 'replays', 'compared', 'known', 'new'] as const;
  const shown = (pattern: (key: string, value: number) => RegExp) =>
    Object.fromEntries(keys.map((key) => [key, pattern(key, counts[key])]));
  if (format === 'json' || format === 'sarif') {
    return shown((key, value) => new RegExp(`"${key}": ${value}\\b`));
  }
  if (format === 'junit') {
    return counts.replays === 0
      ? {}
      : shown((key, value) => new RegExp(`name="${key}" value="${value}"`));
  }
  if (format === 'mail') {
    const names = {
      traces: 'traces',
      replays: 'replays',
      compared: 'operations compared',
      known: 'known divergences',
      new: 'new divergences',
    };
    return shown(
      (key, value) => new RegExp(`^ +${names[key as keyof typeof names]} +${value}$`, 'm'),
    );
  }
  return {
    replays: new RegExp(`${counts.replays} replays? of ${counts.traces} traces? through`),
    compared: new RegExp(`${counts.compared} operations? compared`),
    known: new RegExp(`${counts.known} known divergences?, ${counts.new} new`),
  };
}

describe('json', () => {
  const validate = new Ajv2020({ allErrors: true }).compile(resultSchema);
  it.each(NAMES)('of %s is valid', (name) => {
    validate(JSON.parse(render('json', DOCUMENTS[name])));
    expect(validate.errors).toBeNull();
  });
});

describe('mail', () => {
  it.each(NAMES)('of %s has no line over 75 columns and no tab', (name) => {
    for (const line of render('mail', DOCUMENTS[name]).split('\n')) {
      expect(line.length, line).toBeLessThanOrEqual(75);
      expect(line).not.toContain('\t');
    }
  });

  it('names the commits and gives a command that a shell reads as it was', () => {
    const text = render('mail', DOCUMENTS.new);
    expect(text).toContain('direct (2d2aa2eb275f)');
    const lines = text.split('To reproduce:\n\n')[1].split('\n\n-- \n')[0];
    const words = lines.replaceAll(/\\\n/g, '').trim();
    expect(words).toContain(`'it'\\''s here.json'`);
    expect(words.replaceAll(/\s+/g, ' ')).toContain(`${'long-folder/'.repeat(9)}a.json`);
  });
});

describe('github', () => {
  it('escapes what a workflow command would take for its own', () => {
    const text = render('github', DOCUMENTS['bad input']);
    expect(text).toContain(
      '::error file=a%2Cb%3Ac%25.json,line=7,col=2,title=Bad input::not%0Aa 1',
    );
    for (const line of text.trim().split('\n')) expect(line).toMatch(/^::(error|warning|notice) /);
  });

  it('marks new ones as errors, known ones as notices', () => {
    const lines = render('github', DOCUMENTS.new).trim().split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['::error', '::notice', '::error']);
  });
});

describe('markdown', () => {
  it('has a table whose rows all have the same columns', () => {
    const rows = render('markdown', DOCUMENTS.new)
      .split('\n')
      .filter((line) => line.startsWith('|'));
    expect(rows.length).toBeGreaterThan(4);
    for (const row of rows) expect(row.split(/(?<!\\)\|/)).toHaveLength(5);
  });

  it('closes every fence', () => {
    for (const document of Object.values(DOCUMENTS)) {
      const fences = render('markdown', document).match(/^```/gm) ?? [];
      expect(fences.length % 2).toBe(0);
    }
  });
});

describe('text', () => {
  it.each(NAMES)('of %s fits a terminal of 80 columns', (name) => {
    for (const line of render('text', DOCUMENTS[name]).split('\n')) {
      expect(line.length, line).toBeLessThanOrEqual(80);
    }
  });
});
