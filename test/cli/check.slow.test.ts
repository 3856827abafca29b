// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { KillMatrix } from '../../src/mutants/types.generated.js';
import { REPORTERS } from '../../src/report/registry.js';
import type { ResultDocument } from '../../src/result/index.js';
import { BASELINE, documentOfRun, folderWith, ROOT, run, textOf } from './run.js';

/** Folders of traces that replay in no time. */
const FAST = ['traces/selftest', 'traces/regressions', 'traces/operations'];
const BUSY = join(ROOT, 'traces/findings/unshare-hyp-busy-or-refused.json');

describe('check', () => {
  it('of the bundled traces shows the table and ends 0 with the shipped baseline', () => {
    const folder = folderWith();
    const file = join(folder, 'out.json');
    const args = ['--baseline', 'baselines/series-2025-01.json', '--report', `json=${file}`];
    const { code, out, err } = run(['check', ...args]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(
      /operations compared +legacy +series-1 +series-2\n +series-1 +series-2 +direct\n/,
    );
    expect(out).toMatch(/\n __pkvm_host_unshare_hyp( +[\d,]+){3}\n +\d+ known\n/);
    expect(out).toMatch(
      /\nknown: \d+ divergences in \d+ of \d+ replays, 5 conditions, each in a baseline\n/,
    );
    for (const line of out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);

    const document = JSON.parse(textOf(folder, 'out.json')) as ResultDocument;
    const { counts, pairs, baseline, coverage } = document;
    expect(document.command).toEqual(['pkvm-tracediff', 'check', ...args.slice(0, 2)]);
    expect(pairs.map(({ first, second }) => `${first},${second}`)).toEqual([
      'legacy,series-1',
      'series-1,series-2',
      'series-2,direct',
    ]);
    expect(counts.replays).toBe(counts.traces * 3 * 2);
    expect(counts.traces).toBe(document.traces.length / 6);
    expect(baseline.stale).toBe(0);
    expect(pairs.map(({ known }) => known > 0)).toEqual([false, true, true]);
    const { success, refused, panicked } = counts.agreed;
    const outcomesDiffer = document.buckets
      .filter(({ kind }) => kind === 'outcome')
      .reduce((sum, { count }) => sum + count, 0);
    expect(success + refused + panicked + outcomesDiffer).toBe(counts.compared);
    for (const { neverMet } of coverage?.implementations ?? []) expect(neverMet).toEqual([]);

    const matrix = JSON.parse(textOf(ROOT, 'mutants/kill-matrix.json')) as KillMatrix;
    const { mutants: bugs, traces: found, equivalent, prove: proved } = matrix.score;
    expect(document.seededBugs).toEqual({ bugs, found, equivalent, proved, survivors: [] });
    expect(out).toContain(`these traces find ${found} of ${bugs} (100.0 %) seeded bugs`);
  });

  it('states the score of the traces it was measured on, and of no others', () => {
    const folder = folderWith();
    const file = join(folder, 'mutants.json');
    const args = ['--only', 'direct/__pkvm_host_share_ffa/check host OWNED: dropped'];
    expect(run(['mutants', BUSY, ...args, '--save', file]).err).toContain('not with --only');
    const matrix = JSON.parse(
      run(['mutants', BUSY, ...args, '--format', 'json']).out,
    ) as KillMatrix;
    expect(matrix.score).toEqual({ mutants: 1, equivalent: 0, traces: 0, prove: 1 });
    writeFileSync(file, JSON.stringify(matrix));
    const check = ['check', BUSY, '--baseline', BASELINE, '--kill-matrix', file];
    expect(documentOfRun(check).document.seededBugs).toEqual({
      bugs: 1,
      found: 0,
      equivalent: 0,
      proved: 1,
      survivors: args.slice(1),
    });
    const other = documentOfRun([...check, FAST[0]]);
    expect(other.document.seededBugs).toBeUndefined();
    expect(other.err).toContain('it is of other traces');
    expect(documentOfRun([...check, '--debug', 'off']).document.seededBugs).toBeUndefined();
    writeFileSync(file, '{"format": "pkvm-kill-matrix/1"}');
    const bad = run(check);
    expect([bad.code, bad.out]).toEqual([2, '']);
    expect(bad.err).toContain('missing `traces`');
  });

  it('without a baseline ends 1', () => {
    const { code, document } = documentOfRun(['check', BUSY]);
    expect([code, document.verdict]).toEqual([1, 'new']);
    expect(document.counts.new).toBe(1);
    expect(document.buckets[0].pair).toEqual({ first: 'series-1', second: 'series-2' });
  });

  it('sees the bug of Nov 2024 between legacy-before-fix and legacy', () => {
    const { code, out } = run(['check', ...FAST, '--impl', 'legacy-before-fix,legacy']);
    expect(code).toBe(1);
    expect(out).toMatch(/new __pkvm_host_unshare_hyp: WARN \| -EPERM/);
    expect(out).toMatch(/\n __pkvm_host_unshare_hyp +[\d,]+\n +\d+ new\n/);
  });

  it('takes a chain of implementations', () => {
    const { code, document } = documentOfRun(['check', FAST[0], '--impl', 'direct,legacy,direct']);
    // Nothing diverged, but what is proved of them is in no baseline.
    expect([code, document.counts.new]).toEqual([1, 0]);
    expect(document.pairs.map(({ first, second }) => [first, second])).toEqual([
      ['direct', 'legacy'],
      ['legacy', 'direct'],
    ]);
    expect(run(['check', '--impl', 'legacy']).code).toBe(2);
    expect(run(['check', '--impl', 'legacy,dierct']).err).toContain('did you mean "direct"?');
  });
});

describe('a run that compared nothing', () => {
  const formats = REPORTERS.map(({ name }) => name);

  /** Stopped by Ctrl-C while it waits for its first trace. */
  async function interrupted(args: readonly string[], folder: string): Promise<Ended> {
    execFileSync('mkfifo', [join(folder, 'pipe.jsonl')]);
    const child = spawn('node', [join(ROOT, 'bin/pkvm-tracediff'), ...args], { cwd: folder });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    const pipe = await open(join(folder, 'pipe.jsonl'), 'w');
    child.kill('SIGINT');
    await setTimeout(300);
    await pipe.close();
    return { code: await ended, out };
  }

  it.each(formats)('ends 4 as %s, and says so', async (format) => {
    const folder = folderWith();
    const { code, out } = await interrupted(['replay', 'pipe.jsonl', '--format', format], folder);
    expect(code).toBe(4);
    expect(out).toMatch(format === 'json' ? /"compared": 0/ : /nothing was compared/);
    expect(out).toMatch(/interrupted/);
  });

  it('ends 2 when that is because the input is bad', () => {
    const folder = folderWith({ 'empty.jsonl': '' });
    const { code, out } = run(['check', 'empty.jsonl'], folder);
    expect(code).toBe(2);
    expect(out).toContain('inconclusive: 1 problem of the input, nothing was compared');
  });
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
}

describe('--report', () => {
  it('writes several formats in one run, whole, with the same counts', () => {
    const folder = folderWith();
    const names = ['junit', 'sarif', 'json', 'markdown', 'github', 'text'];
    const args = names.flatMap((name) => ['--report', `${name}=out.${name}`]);
    const { code, out } = run(['replay', BUSY, ...args, '--report', 'mail=-'], folder);
    expect(code).toBe(1);
    expect(out).toMatch(/^diverged: 1 new in 1 of 1 replay\n/);
    expect(out).toMatch(/\n {2}new divergences +1\n/);
    expect(textOf(folder, 'out.junit')).toContain('name="compared" value="7"');
    for (const name of ['sarif', 'json']) {
      expect(textOf(folder, `out.${name}`)).toContain('"compared": 7');
    }
    for (const name of ['markdown', 'github', 'text']) {
      expect(textOf(folder, `out.${name}`)).toContain('7 operations compared');
    }
  });

  it('goes to --out in the --format asked for, and the text still to the terminal', () => {
    const folder = folderWith();
    const { out } = run(['replay', BUSY, '--format', 'junit', '--out', 'a.xml'], folder);
    expect(out).toContain('diverged: 1 new in 1 of 1 replay');
    expect(textOf(folder, 'a.xml')).toContain('<testsuites');
  });

  it.each([
    ['an unknown format', ['--report', 'juint=a.xml'], 'did you mean "junit"?'],
    ['an unknown format on standard output', ['--format', 'html5'], 'unknown format "html5"'],
    ['no file', ['--report', 'junit='], 'names no file'],
    [
      'one file for two',
      ['--report', 'junit=a.xml', '--report', 'sarif=./a.xml'],
      './a.xml: both junit and sarif are to go here',
    ],
    ['two on standard output', ['--report', 'mail', '--format', 'json'], 'standard output: both'],
    ['a file that is there', ['--out', 'there'], 'there: is there already; --force replaces it'],
    ['a folder', ['--out', '.'], '.: is a folder'],
    [
      'a folder that is not there',
      ['--out', 'no/a'],
      'no/a: cannot write: there is no such folder',
    ],
  ])('refuses %s: exit 2 before anything runs', (_, args, message) => {
    const folder = folderWith({ there: 'mine' });
    const { code, out, err } = run(['replay', BUSY, ...args], folder);
    expect(err).toContain(message);
    expect([code, out]).toEqual([2, '']);
    expect(textOf(folder, 'there')).toBe('mine');
    expect(existsSync(join(folder, 'a.xml'))).toBe(false);
  });

  it('replaces a file with --force', () => {
    const folder = folderWith({ there: 'mine' });
    const args = ['--report', 'mail=there', '--force', '-q'];
    expect(run(['replay', BUSY, ...args], folder).code).toBe(1);
    expect(textOf(folder, 'there')).toContain('New differences:');
  });
});

describe('--require-coverage', () => {
  const format = 'pkvm-coverage/1';
  const op = '__pkvm_host_unshare_hyp';
  function requiring(requirement: unknown, ...args: string[]) {
    const folder = folderWith({ 'c.json': requirement });
    const command = ['replay', join(ROOT, 'traces/selftest'), '--require-coverage', 'c.json'];
    return documentOfRun([...command, ...args], folder);
  }

  it('passes when every cell and branch was met', () => {
    const cells = [
      { op, outcome: '0', debug: false },
      { op, host: 'NOPAGE', hyp: 'OWNED', outcome: '-EPERM' },
    ];
    const branches = [`${op}/check host SHARED_OWNED -> *`];
    const { code, document } = requiring({ format, cells, branches });
    expect([code, document.coverage?.missing]).toEqual([0, []]);
  });

  it('is inconclusive, with what is missing, when one was not', () => {
    const cells = [{ op, host: 'SHARED_OWNED', hyp: 'NOPAGE', outcome: '-EBUSY', count: 2 }];
    const { code, document } = requiring({ format, cells, branches: [`${op}/WARN`] });
    expect([code, document.verdict]).toEqual([4, 'inconclusive']);
    expect(document.coverage?.missing).toEqual([
      `legacy: ${op} in host SHARED_OWNED, hyp NOPAGE = -EBUSY, 2 times`,
      `legacy: ${op}/WARN`,
      `direct: ${op} in host SHARED_OWNED, hyp NOPAGE = -EBUSY, 2 times`,
      `direct: ${op}/WARN`,
    ]);
  });

  it.each([
    ['requires nothing', { format }, 'requires nothing'],
    ['has an unknown operation', { format, cells: [{ op: 'share' }] }, 'unknown operation "share"'],
    ['has an unknown key', { format, cell: [] }, 'unknown key "cell", did you mean "cells"?'],
    ['has an unknown state', { format, cells: [{ op, host: 'OWNER' }] }, 'did you mean "OWNED"?'],
  ])('refuses a file that %s: exit 2', (_, requirement, message) => {
    const folder = folderWith({ 'c.json': requirement });
    const { code, err } = run(['replay', BUSY, '--require-coverage', 'c.json'], folder);
    expect(err).toContain(message);
    expect(code).toBe(2);
  });
});

describe('the shipped baseline', () => {
  it('is passed by replay, with the debug setting of the traces', () => {
    const args = ['replay', 'traces/findings', '--baseline', BASELINE];
    const { code, document } = documentOfRun(args);
    expect([code, document.verdict, document.baseline.stale]).toEqual([0, 'known', 0]);
  });
});
