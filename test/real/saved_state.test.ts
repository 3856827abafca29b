// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findState, pruneStates } from '../../src/real/drive/saved_state.js';
import { newFolder } from '../folders.js';

const KIB = 1024;

/** A saved state of so many bytes, last used so many minutes ago. */
function save(cache: string, key: string, bytes: number, minutes: number): void {
  const folder = join(cache, key);
  mkdirSync(folder);
  writeFileSync(join(folder, 'ram'), Buffer.alloc(bytes - KIB));
  writeFileSync(join(folder, 'devices'), Buffer.alloc(KIB));
  writeFileSync(join(folder, 'facts.json'), '{}');
  const used = new Date(Date.now() - 60_000 * minutes);
  utimesSync(join(folder, 'facts.json'), used, used);
}

it('the states used longest ago go when all of them are too large, the new one never', () => {
  const cache = newFolder();
  save(cache, 'oldest', 4 * KIB, 30);
  save(cache, 'older', 4 * KIB, 20);
  save(cache, 'recent', 4 * KIB, 10);
  save(cache, 'new', 4 * KIB, 40);
  pruneStates(cache, 'new', 12 * KIB);
  expect(['oldest', 'older', 'recent', 'new'].map((key) => existsSync(join(cache, key)))).toEqual([
    ...[false, true, true, true],
  ]);
  pruneStates(cache, 'new', KIB);
  expect(['older', 'recent', 'new'].map((key) => existsSync(join(cache, key)))).toEqual([
    ...[false, false, true],
  ]);
});

it('a state that is used is as good as new', () => {
  const cache = newFolder();
  save(cache, 'used', 4 * KIB, 30);
  save(cache, 'other', 4 * KIB, 20);
  save(cache, 'new', 4 * KIB, 0);
  expect(findState(cache, 'used')).toBeDefined();
  pruneStates(cache, 'new', 8 * KIB);
  expect(existsSync(join(cache, 'used'))).toBe(true);
  expect(existsSync(join(cache, 'other'))).toBe(false);
});

it('what a killed program left goes after a day', () => {
  const cache = newFolder();
  mkdirSync(join(cache, '.new-old'));
  mkdirSync(join(cache, '.new-now'));
  const old = new Date(Date.now() - 2 * 86_400_000);
  utimesSync(join(cache, '.new-old'), old, old);
  pruneStates(cache, 'none');
  expect(existsSync(join(cache, '.new-old'))).toBe(false);
  expect(existsSync(join(cache, '.new-now'))).toBe(true);
});
