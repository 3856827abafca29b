// SPDX-License-Identifier: GPL-2.0-only
/**
 * A booted machine on disk: the file of its memory, and QEMU's state of everything else. Starting
 * from it takes a second where booting takes ten.
 */

import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Emulator } from '../emulator/qemu.js';
import { type Qmp, QmpError } from '../emulator/qmp.js';
import { packRam, type Ram, type RamPart, unpackRam } from '../emulator/ram.js';

/** To be counted up when what is saved, or what is done before it is, changes. */
const VERSION = 3;

/** The name of a saved state: of what it is made of. */
export function stateKey(parts: readonly unknown[]): string {
  const text = JSON.stringify([VERSION, ...parts]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** Files of a saved state. */
export interface SavedState {
  readonly folder: string;
  readonly ram: string;
  readonly devices: string;
  readonly facts: string;
}

function stateIn(folder: string): SavedState {
  return {
    folder,
    ram: join(folder, 'ram'),
    devices: join(folder, 'devices'),
    facts: join(folder, 'facts.json'),
  };
}

/** A state that is there whole, or undefined. */
export function findState(cache: string, key: string): SavedState | undefined {
  const state = stateIn(join(cache, key));
  return existsSync(state.facts) ? state : undefined;
}

/**
 * Saves a machine whose CPU is stopped. The emulator cannot go on afterwards.
 * @param parts what is memory of it, the rest being zero
 * @param facts what is to be known when it is started again; JSON
 */
export async function saveState(
  emulator: Emulator,
  ram: Ram,
  parts: readonly RamPart[],
  cache: string,
  key: string,
  facts: unknown,
): Promise<SavedState> {
  const target = join(cache, key);
  mkdirSync(cache, { recursive: true });
  // Made whole beside its place, then moved there: nobody meets half of one.
  const state = stateIn(mkdtempSync(join(cache, '.new-')));
  try {
    const qmp = await emulator.qmp();
    await shareMemory(qmp);
    await qmp.execute('migrate', { uri: `exec:cat > '${state.devices}'` });
    await migrated(qmp);
    packRam(ram, parts, state.ram);
    writeFileSync(state.facts, JSON.stringify(facts));
    try {
      renameSync(state.folder, target);
    } catch {
      // Somebody else saved the same at the same time.
      if (!existsSync(target)) throw new Error(`cannot save a state as ${target}`);
      rmSync(state.folder, { recursive: true, force: true });
    }
    return stateIn(target);
  } catch (error) {
    rmSync(state.folder, { recursive: true, force: true });
    throw error;
  }
}

export function readFacts(state: SavedState): unknown {
  return JSON.parse(readFileSync(state.facts, 'utf8'));
}

/** Puts the memory of a saved state, `bytes` from `base`, where an emulator that starts from it has its own. */
export function copyMemory(state: SavedState, ramFile: string, base: number, bytes: number): void {
  unpackRam(state.ram, ramFile, base, bytes);
}

/** Makes a waiting emulator the saved machine. */
export async function loadState(emulator: Emulator, state: SavedState): Promise<void> {
  const qmp = await emulator.qmp();
  await shareMemory(qmp);
  await qmp.execute('migrate-incoming', { uri: `exec:cat '${state.devices}'` });
  await migrated(qmp);
}

/** The memory is a file that both sides know, so it is not part of the stream. */
async function shareMemory(qmp: Qmp): Promise<void> {
  const capabilities = [{ capability: 'x-ignore-shared', state: true }];
  await qmp.execute('migrate-set-capabilities', { capabilities });
}

async function migrated(qmp: Qmp): Promise<void> {
  for (;;) {
    const status = (await qmp.execute('query-migrate')) as {
      status?: string;
      'error-desc'?: string;
    };
    if (status.status === 'completed') return;
    if (status.status === 'failed') {
      throw new QmpError(`QEMU cannot save or load its state: ${status['error-desc'] ?? ''}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
