// SPDX-License-Identifier: GPL-2.0-only
/** Small git trees, made for a test and removed after it. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';

const NOBODY = ['-c', 'user.name=Nobody', '-c', 'user.email=nobody@example.org'];

export class GitTree {
  /** Makes a folder a git tree, a new one if none is given; it is removed after the tests of the file. */
  constructor(readonly folder = mkdtempSync(join(tmpdir(), 'series-test-'))) {
    this.git('init', '--quiet', '--initial-branch=main');
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
  }

  git(...args: string[]): string {
    const all = ['-C', this.folder, ...NOBODY, '-c', 'commit.gpgsign=false', ...args];
    return execFileSync('git', all, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  /** Commits everything; the first 12 digits of the commit. */
  commit(subject: string): string {
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '-m', subject);
    return this.git('rev-parse', 'HEAD').slice(0, 12);
  }
}
