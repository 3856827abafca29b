// SPDX-License-Identifier: GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ResultDocument } from '../../src/result/index.js';

const BIN = fileURLToPath(new URL('../../bin/pkvm-tracediff', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SMALL = ['explore', '--pages', '2', '--debug', 'off'];

function run(...args: string[]) {
  return spawnSync(process.execPath, [BIN, ...args], {
    encoding: 'utf8',
    cwd: ROOT,
  });
}

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'explore-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('explore', () => {
  it('saves a trace that replay shows failing at its seventh operation', () => {
    const { status, stdout } = run(...SMALL, '--save', folder);
    expect(status).toBe(1);
    expect(stdout).toContain('shortest trace 7 operations');
    const replayed = run('replay', folder);
    expect(replayed.status).toBe(1);
    expect(replayed.stdout).toContain('op 6: __pkvm_host_unshare_hyp(pfn=0x40100)');
  });

  it('takes what the baseline has for known', () => {
    const { status, stdout } = run(...SMALL, '--baseline', 'baselines/series-2025-01.json');
    expect(status).toBe(0);
    expect(stdout).toContain('unshare-hyp-busy-or-refused');
  });

  it('refuses a checkpoint of another world, and a file that is none', () => {
    const kept = join(folder, 'kept');
    expect(run(...SMALL, '--checkpoint', kept).status).toBe(1);
    const other = run('explore', '--pages', '1', '--debug', 'off', '--checkpoint', kept);
    expect(other.status).toBe(2);
    expect(other.stderr).toContain('another world');
    writeFileSync(`${kept}.debug-off`, 'nothing');
    const none = run(...SMALL, '--checkpoint', kept);
    expect(none.status).toBe(2);
    expect(none.stderr).toContain('no checkpoint');
    expect(readFileSync(`${kept}.debug-off`, 'utf8')).toBe('nothing');
  });

  it('makes every report of one document, and report makes them again', () => {
    const file = (name: string) => join(folder, name);
    const baseline = ['--baseline', 'baselines/series-2025-01.json'];
    const asked = (folded: string) =>
      ['json', 'mail', 'html', 'junit'].flatMap((format) => [
        '--report',
        `${format}=${file(`${folded}.${format}`)}`,
      ]);
    const first = run(...SMALL, ...baseline, '--quiet', ...asked('a'));
    expect([first.status, first.stderr]).toEqual([0, '']);
    expect(first.stdout).toMatch(
      /known: 1,140 divergences in 1 of 1 certificate, 5 conditions, each in a/,
    );
    const again = run('report', file('a.json'), ...asked('b'));
    expect([again.status, again.stderr]).toEqual([0, '']);
    for (const format of ['json', 'mail', 'html', 'junit']) {
      expect(readFileSync(file(`b.${format}`), 'utf8')).toBe(
        readFileSync(file(`a.${format}`), 'utf8'),
      );
    }
    const mail = readFileSync(file('a.mail'), 'utf8').replaceAll(/\s+/g, ' ');
    expect(mail).toContain('but for the known differences world pages 0x40100 0x40101');
    expect(mail).toContain(
      'To reproduce: pkvm-tracediff explore --pages 2 --debug off --baseline \\ baselines/',
    );
    const document = JSON.parse(readFileSync(file('a.json'), 'utf8')) as ResultDocument;
    expect(document.evidence?.traces).toHaveLength(1);
    expect(run(...SMALL, '--report', `mail=${file('a.mail')}`).status).toBe(2);
  });

  it('names the saved file in the result, and tells of a folder it cannot write', () => {
    const saved = run(...SMALL, '--save', folder, '--format', 'json');
    const { buckets, certificates } = JSON.parse(saved.stdout) as ResultDocument;
    expect(buckets[0].example.file).toBe(certificates?.[0].buckets[0].file);
    expect(existsSync(buckets[0].example.file)).toBe(true);
    writeFileSync(join(folder, 'file'), '');
    const refused = run(...SMALL, '--save', join(folder, 'file'));
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('cannot write here');
  });

  it('fails with its own code when a baseline entry is stale', () => {
    const file = join(folder, 'baseline.json');
    const entry = {
      id: 'busy',
      match: {
        op: '__pkvm_host_unshare_hyp',
        kind: 'outcome',
        outcomes: ['-EBUSY', '-EPERM'],
      },
      reason: 'Looked at.',
      owner: 'somebody',
      link: '',
    };
    const other = {
      ...entry,
      id: 'other',
      match: { ...entry.match, outcomes: ['0', 'BUG'] },
    };
    const explore = (...entries: object[]) => {
      writeFileSync(file, JSON.stringify({ format: 'pkvm-baseline/1', entries }));
      return run(...SMALL, '--quiet', '--baseline', file);
    };
    const proved = [
      ['__pkvm_host_share_hyp', 'state-at-panic', ['WARN', 'WARN']],
      ['__pkvm_host_donate_hyp', 'state-at-panic', ['WARN', 'WARN']],
      ['__pkvm_hyp_donate_host', 'outcome', ['WARN', '0']],
    ].map(([op, kind, outcomes], i) => ({
      ...entry,
      id: `proved-${i}`,
      match: { op, kind, outcomes },
    }));
    expect(explore(entry, other, ...proved).status).toBe(0);
    expect(explore(entry, other).status).toBe(1);
    const expired = explore({ ...entry, expires: '2025-01-31' }, ...proved);
    expect(expired.status).toBe(5);
    expect(expired.stdout).toContain('busy: it expired on 2025-01-31');
    expect(explore({ ...entry, reason: '' }).stdout).toContain('busy: it has no reason');
    expect(explore(other).status).toBe(1);
  });

  it('adds what is new to a baseline', () => {
    const file = join(folder, 'baseline.json');
    expect(run(...SMALL, '--quiet', '--baseline', file, '--update-baseline').status).toBe(1);
    const next = run(...SMALL, '--quiet', '--baseline', file);
    expect(next.status).toBe(5);
    expect(next.stdout).toContain('it has no reason, it has no owner');
  });
});
