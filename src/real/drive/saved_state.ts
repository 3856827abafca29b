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
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { SideError } from '../../side/side.js';
import type { Emulator } from '../emulator/qemu.js';
import { type Qmp, QmpError } from '../emulator/qmp.js';
import { packRam, type Ram, type RamPart, unpackRam } from '../emulator/ram.js';

/** To be counted up when what is saved, or what is done before it is, changes. */
const VERSION = 4;

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
  if (!existsSync(state.facts)) return undefined;
  try {
    const now = new Date();
    utimesSync(state.facts, now, now);
  } catch {
    // A cache that is only read: nobody will clear it by age either.
  }
  return state;
}

/** Bytes that saved states may take together: some seventy of Debian's kernels. */
const MOST_BYTES = 4 * 2 ** 30;
/** A state that is not whole after a day was left by a program that was killed. */
const ABANDONED_MS = 86_400_000;

/** Removes the states used longest ago, never the one of a key, until the rest fit. */
export function pruneStates(cache: string, key: string, mostBytes = MOST_BYTES): void {
  const states: { folder: string; bytes: number; used: number }[] = [];
  for (const name of readdirSync(cache)) {
    const state = stateIn(join(cache, name));
    if (name.startsWith('.new-')) {
      const age = Date.now() - (statSync(state.folder, { throwIfNoEntry: false })?.mtimeMs ?? 0);
      if (age > ABANDONED_MS) rmSync(state.folder, { recursive: true, force: true });
      continue;
    }
    const facts = statSync(state.facts, { throwIfNoEntry: false });
    if (!facts) continue;
    const sizes = [state.ram, state.devices].map(
      (file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0,
    );
    const used = name === key ? Number.POSITIVE_INFINITY : facts.mtimeMs;
    states.push({ folder: state.folder, bytes: sizes[0] + sizes[1], used });
  }
  states.sort((a, b) => b.used - a.used);
  let bytes = 0;
  for (const state of states) {
    bytes += state.bytes;
    if (bytes > mostBytes && state.used !== Number.POSITIVE_INFINITY) {
      rmSync(state.folder, { recursive: true, force: true });
    }
  }
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
    pruneStates(cache, key);
    return stateIn(target);
  } catch (error) {
    rmSync(state.folder, { recursive: true, force: true });
    throw fileProblem(error, cache);
  }
}

/** A system call on our files that failed, told as what it is to the user: a full disk, say. */
function fileProblem(error: unknown, folder: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) {
    if (!(error instanceof QmpError)) return error;
    return new SideError(`the booted machine cannot be saved in ${folder}`, [error.message]);
  }
  return new SideError(`the booted machine cannot be saved in ${folder}: ${error.message}`);
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
