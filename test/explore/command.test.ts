// SPDX-License-Identifier: GPL-2.0-only
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Certificate } from '../../src/explore/certificate.js';

const BIN = fileURLToPath(new URL('../../bin/pkvm-tracediff', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SMALL = ['explore', '--pages', '2', '--debug', 'off'];

function run(...args: string[]) {
  return spawnSync(process.execPath, [BIN, ...args], { encoding: 'utf8', cwd: ROOT });
}

function certificates(text: string): Certificate[] {
  return (JSON.parse(text) as { certificates: Certificate[] }).certificates;
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

  it('is inconclusive at a limit, and says how far it came', () => {
    const { status, stdout } = run('explore', '--pages', '2', '--debug', 'on', '--max-states', '1');
    expect(status).toBe(4);
    expect(stdout).toContain('inconclusive: stopped at 1 states');
  });

  it('gives the same certificate on one thread and on two', () => {
    const [one, two] = ['1', '2'].map((workers) => {
      const args = ['--pages', '3', '--format', 'json', '--workers', workers];
      return certificates(run('explore', '--debug', 'off', ...args).stdout)[0];
    });
    expect(two.digest).toBe(one.digest);
    expect(two.states).toBe(one.states);
    expect(two.transitions).toBe(one.transitions);
    expect(two.outcomes).toEqual(one.outcomes);
  });

  it('goes on after it was killed, and loses nothing', async () => {
    const whole = certificates(run(...SMALL, '--format', 'json').stdout)[0];
    const kept = join(folder, 'kept');
    const args = [...SMALL, '--format', 'json', '--no-footprints', '--checkpoint', kept];
    const killed = spawn(process.execPath, [BIN, ...args, '--checkpoint-every', '1'], {
      cwd: ROOT,
    });
    const file = `${kept}.debug-off`;
    const ended = new Promise((resolve) => killed.on('exit', resolve));
    while (!existsSync(file) && killed.exitCode === null) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    killed.kill('SIGKILL');
    await ended;
    const resumed = run(...args);
    expect(resumed.stderr).toContain('going on from');
    const [certificate] = certificates(resumed.stdout);
    expect(certificate.digest).toBe(whole.digest);
    expect(certificate.states).toBe(whole.states);
    expect(certificate.outcomes).toEqual(whole.outcomes);
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

  it('names an operation that cannot be explored, and options that do not go together', () => {
    const typo = run('explore', '--ops', '__pkvm_host_share_hip');
    expect(typo.status).toBe(2);
    expect(typo.stderr).toContain('__pkvm_host_share_hyp');
    const conflict = run('explore', '--from', 'all', '--shard', '1/2');
    expect(conflict.status).toBe(2);
  });

  it('joins parts, and says which is missing', () => {
    const files = ['1/2', '2/2'].map((shard, i) => {
      const { stdout } = run(...SMALL, '--shard', shard, '--format', 'json');
      const file = join(folder, `${i}.json`);
      writeFileSync(file, stdout);
      return file;
    });
    const merged = run('explore', 'merge', ...files);
    expect(merged.status).toBe(1);
    expect(merged.stdout).toContain('this is every divergence of this world');
    const half = run('explore', 'merge', files[0]);
    expect(half.stdout).toContain('part 2 of 2 is missing');
  });
});
