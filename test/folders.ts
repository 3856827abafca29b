// SPDX-License-Identifier: GPL-2.0-only
/** Folders that tests write into; `setup.ts` removes them after each test. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders: string[] = [];
let current: string | undefined;

/** A new empty folder. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pkvm-tracediff-test-'));
  folders.push(folder);
  return folder;
}

/** The folder of the test that runs, the same whenever it asks. */
export function folder(): string {
  current ??= newFolder();
  return current;
}

export function removeFolders(): void {
  current = undefined;
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
}
