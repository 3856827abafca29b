// SPDX-License-Identifier: GPL-2.0-only
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { ResultDocument } from '../../src/result/index.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BEFORE_FIX = ['--impl', 'legacy-before-fix,legacy', '--seed', '1'];
const SERIES = 'baselines/series-2025-01.json';
const OPTIONS = { cwd: ROOT, env: { ...process.env, NO_COLOR: '1' }, encoding: 'utf8' } as const;

function run(...args: string[]) {
  const result = spawnSync('node', ['bin/pkvm-tracediff', ...args], OPTIONS);
  return { code: result.status, out: result.stdout, err: result.stderr };
}

function folder(): string {
  return mkdtempSync(join(tmpdir(), 'fuzz-'));
}

function found(...args: string[]): ResultDocument {
  const { out } = run('fuzz', ...args, '--format', 'json');
  return JSON.parse(out) as ResultDocument;
}

describe('fuzz', () => {
  it('finds the bug of November 2024, minimised to its two operations', () => {
    const { code, out } = run('fuzz', ...BEFORE_FIX, '--runs', '256');
    expect(code).toBe(1);
    expect(out).toContain('__pkvm_host_unshare_hyp: outcome WARN | -EPERM; debug off; reachable');
    expect(out).toMatch(
      /minimised to 2\n {2}0 {2}__pkvm_host_share_ffa\(.*\n {2}1 {2}__pkvm_host_unsh/,
    );
  });

  it('finds the same with any number of workers, and in shards together', () => {
    const args = [...BEFORE_FIX, '--runs', '1024', '--ops', '100000000'];
    const one = found(...args);
    const two = found(...args, '--jobs', '2');
    expect([two.campaign, two.counts, two.buckets]).toEqual([
      one.campaign,
      one.counts,
      one.buckets,
    ]);
    const shards = ['1/2', '2/2'].map((shard) => found(...args, '--shard', shard));
    const sum = shards.reduce((total, { counts }) => total + counts.compared, 0);
    expect(sum).toBe(one.counts.compared);
    expect(shards[0].campaign?.findings[0].trace).toEqual(one.campaign?.findings[0].trace);
  });

  it('finds a table that the host alone has freed in use, and saves the trace: docs/verdicts.md', () => {
    const save = folder();
    const docs = readFileSync(join(ROOT, 'docs/verdicts.md'), 'utf8');
    const [, command] = /^ {4}pkvm-tracediff (fuzz .*) --save found$/m.exec(docs) ?? [];
    const { code, out } = run(...command.split(' '), '--save', save, '--baseline', SERIES);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^undefined: page 0x\w+ is used as table of VM 0x\w+, and is page of a free/m,
    );
    expect(out).toMatch(/^1 run undefined from some operation on/m);
    expect(readdirSync(save)).toEqual(['fuzz-undefined-debug-off.json']);
    const trace = join(save, 'fuzz-undefined-debug-off.json');
    expect(run('replay', trace).out).toMatch(/^equal: no divergence$/m);
    const again = JSON.parse(run('minimize', trace).out);
    expect(again.ops).toEqual(JSON.parse(readFileSync(trace, 'utf8')).ops);
  });

  it('says equal and exits 0 where nothing differs', () => {
    const { code, out } = run('fuzz', '--impl', 'direct,series-2', '--seed', '1', '--runs', '256');
    expect([code, out.trimEnd().split('\n').at(-1)]).toEqual([0, 'equal: no divergence']);
  });

  it('saves a finding once, as a trace that replay shows diverging', () => {
    const save = folder();
    const args = [...BEFORE_FIX, '--runs', '256', '--save', save];
    run('fuzz', ...args);
    const files = readdirSync(save);
    expect(files).toEqual(['fuzz-pkvm-host-unshare-hyp-warn-eperm-debug-off.json']);
    const text = readFileSync(join(save, files[0]), 'utf8');
    run('fuzz', ...args, '--shard', '1/2');
    expect(readdirSync(save)).toEqual(files);
    expect(readFileSync(join(save, files[0]), 'utf8')).toBe(text);
    expect(run('replay', save, '--impl', 'legacy-before-fix,legacy').code).toBe(1);
  });

  it('grows a corpus, and starts from it', () => {
    const corpus = folder();
    const args = ['--impl', 'direct,series-2', '--seed', '1', '--runs', '256', '--corpus', corpus];
    run('fuzz', ...args);
    const before = readdirSync(corpus);
    expect(before.length).toBeGreaterThan(5);
    expect(run('validate', corpus).code).toBe(0);
    const { campaign } = found(...args);
    expect(campaign?.corpus.traces).toBe(before.length);
  });

  it('goes on where it was interrupted', async () => {
    const save = folder();
    const baseline = ['--baseline', 'baselines/series-2025-01.json'];
    const args = [...baseline, '--seed', '4', '--shard', '2/2', '--runs', '10240'];
    const saving = [...args, '--save', save];
    const child = spawn('node', ['bin/pkvm-tracediff', 'fuzz', ...saving], OPTIONS);
    child.stdout.once('data', () => child.kill('SIGINT'));
    const code = await new Promise((resolve) => child.on('exit', resolve));
    const state = join(save, '.fuzz-4-2-of-2.state');
    expect([code, existsSync(state)]).toEqual([4, true]);
    const resumed = found(...saving);
    expect(existsSync(state)).toBe(false);
    const whole = found(...args);
    const campaign = JSON.stringify(resumed.campaign).replaceAll(`${save}/`, '');
    expect([JSON.parse(campaign), resumed.counts]).toEqual([whole.campaign, whole.counts]);
    expect(resumed.verdict).toBe(whole.verdict);
  });

  it.each([
    [['--shard', '5/4'], 'from 1/4 to 4/4'],
    [['--shard', '0/4'], 'from 1/4 to 4/4'],
    [['--time', 'soon'], 'give a time'],
    [['--seed', '-1'], 'below 2^32'],
    [['--runs', '0'], 'at least 1'],
    [['--impl', 'legacy,direkt'], 'did you mean "direct"'],
  ])('refuses %j', (args, message) => {
    const { code, err } = run('fuzz', ...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  it('refuses a folder it cannot write before it starts', () => {
    const file = join(folder(), 'file');
    writeFileSync(file, '');
    const { code, err } = run('fuzz', '--runs', '1', '--save', join(file, 'below'));
    expect(code).toBe(2);
    expect(err).toContain('cannot write here');
  });

  it('refuses a corpus of another version', () => {
    const corpus = folder();
    const trace = { format: 'pkvm-trace/0', name: 'old', ops: [{ op: '__pkvm_vcpu_put' }] };
    writeFileSync(join(corpus, 'old.json'), JSON.stringify(trace));
    const { code, err } = run('fuzz', '--runs', '1', '--corpus', corpus);
    expect(code).toBe(2);
    expect(err).toContain('pkvm-trace/1');
  });

  it('prints a finding it cannot save', () => {
    const save = folder();
    writeFileSync(join(save, 'x'), '');
    const isRoot = process.getuid?.() === 0;
    if (!isRoot) chmodSync(save, 0o500);
    const { code, out } = run('fuzz', ...BEFORE_FIX, '--runs', '256', '--save', save);
    expect(code).toBe(isRoot ? 1 : 2);
    if (isRoot) expect(out).toContain('minimised to 2');
  });
});

describe('minimize', () => {
  const BUSY = 'traces/findings/unshare-hyp-busy-or-refused-through-init-vm.json';

  it('prints the smallest trace, and the same for that', () => {
    const { code, out } = run('minimize', BUSY);
    expect(code).toBe(0);
    const file = join(folder(), 'small.json');
    writeFileSync(file, out);
    expect(run('minimize', file)).toEqual({ code: 0, out, err: '' });
    expect(run('replay', file).code).toBe(1);
  });

  it('saves it, replacing nothing unless told to', () => {
    const file = join(folder(), 'small.json');
    expect(run('minimize', BUSY, '--out', file)).toEqual({ code: 0, out: '', err: '' });
    expect(run('minimize', BUSY, '--out', file).code).toBe(2);
    expect(run('minimize', BUSY, '--out', file, '--force').code).toBe(0);
  });

  it('refuses a trace that does not diverge', () => {
    const { code, err } = run('minimize', 'traces/operations/share-ffa.json');
    expect(code).toBe(2);
    expect(err).toContain('legacy and direct do not diverge');
    expect(run('minimize', BUSY, '--at', '0').err).toContain('do not diverge at operation 0');
  });
});
