// SPDX-License-Identifier: GPL-2.0-only
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Certificate, ResultDocument } from '../../src/result/index.js';

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

  it('gives results that merge joins, unless they are of another world', () => {
    const [off, on, other] = [
      ['2', 'off'],
      ['2', 'on'],
      ['1', 'on'],
    ].map(([pages, debug]) => {
      const file = join(folder, `${pages}-${debug}.json`);
      run('explore', '--pages', pages, '--debug', debug, '-q', '--report', `json=${file}`);
      return file;
    });
    const merged = run('merge', off, on, '--format', 'json');
    expect(merged.status).toBe(1);
    const { certificates } = JSON.parse(merged.stdout) as ResultDocument;
    expect(certificates?.map(({ states }) => states)).toEqual([5491, 2755]);
    const refused = run('merge', off, other);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('another world (pages)');
  });
});
