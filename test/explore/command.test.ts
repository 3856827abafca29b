// SPDX-License-Identifier: GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../../bin/pkvm-tracediff', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

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
  it('is inconclusive at a limit, and says how far it came', () => {
    const { status, stdout } = run(
      ...['explore', '--pages', '2', '--debug', 'on', '--max-states', '1'],
      ...['--baseline', 'baselines/series-2025-01.json'],
    );
    expect(status).toBe(4);
    expect(stdout).toContain('inconclusive: stopped at 1 states');
  });

  it('names an operation that cannot be explored, and options that do not go together', () => {
    const typo = run('explore', '--ops', '__pkvm_host_share_hip');
    expect(typo.status).toBe(2);
    expect(typo.stderr).toContain('__pkvm_host_share_hyp');
    const conflict = run('explore', '--from', 'all', '--checkpoint', 'kept');
    expect(conflict.status).toBe(2);
    expect(conflict.stderr).toContain('there is nothing to keep');
  });
});
