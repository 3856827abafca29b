// SPDX-License-Identifier: GPL-2.0-only
/** Random machines: where memory lies, what the hypervisor keeps of it, how few pages its pools have. */

import { BootError } from '../hyp/boot.js';
import { getOrder } from '../hyp/numbers.js';
import type { MachineConfig, MemoryRegion } from '../hyp/op.js';
import { DEFAULT_MACHINE } from '../trace/index.js';
import type { Random } from './random.js';

/**
 * - `small`: a few MiB, pools that last
 * - `standard`: the machine of a trace that does not say otherwise
 * - `layout`: regions at the edges of the address space, side by side, apart, of single pages, nomap
 * - `exhaustion`: pools of a few pages more than boot takes
 * - `huge`: more than 2 GiB in one region, for sizes whose bytes do not fit an int
 */
export type MachineKind = 'small' | 'standard' | 'layout' | 'exhaustion' | 'huge';

export interface RandomMachine {
  readonly kind: MachineKind;
  readonly config: MachineConfig;
}

const TABLE_PAGES = 512;
/** Pages that the host stage 2 can tell apart: 2^40 bytes. */
const HIGHEST_PAGE = 2 ** 28;
/** Region lengths at and around what one, two and several tables translate. */
const LENGTHS = [1, 2, 3, 7, 64, 511, 512, 513, 1024, 1500];
const GAPS = [0, 0, 1, 2, 511, 512, 0x40000];
const FIRST_BASES = [0, 1, 2, 512, 0x40000, 0x401ff, HIGHEST_PAGE - 0x4000];
/** Pages of 2 GiB: the first number of pages whose bytes do not fit an int. */
const INT_OVERFLOW_PAGES = 2 ** 31 / 4096;

/** Room for each pool of a machine that is to run out of tables. */
const SCARCE_ROOM = 20;
/** How many attempts a machine gets to boot, each with a page or two more in both pools. */
const BOOT_ATTEMPTS = 16;

/** The machine of a batch. `boots` must throw BootError for a machine that is too small. */
export function randomMachine(
  random: Random,
  kind: MachineKind,
  boots: (config: MachineConfig) => void,
): RandomMachine {
  const flags = { nvhe_el2_debug: random.chance(40), share_guest_warn: !random.chance(25) };
  const isScarce = kind === 'exhaustion';
  let config: MachineConfig = { ...flags, ...memoryOf(random, kind) };
  for (let attempt = 0; attempt < BOOT_ATTEMPTS; attempt++) {
    if (canBoot(config, boots)) {
      const roomier = isScarce ? withPools(config, random.below(4), random.below(4)) : config;
      return { kind, config: canBoot(roomier, boots) ? roomier : config };
    }
    config = isScarce ? withPools(config, 1, 1) : { ...flags, ...memoryOf(random, kind) };
  }
  return { kind: 'standard', config: { ...DEFAULT_MACHINE, ...flags } };
}

function canBoot(config: MachineConfig, boots: (config: MachineConfig) => void): boolean {
  try {
    boots(config);
    return true;
  } catch (error) {
    if (error instanceof BootError) return false;
    throw error;
  }
}

/** The kind of machine a batch gets. */
export function machineKind(random: Random, isHuge: boolean): MachineKind {
  if (isHuge) return 'huge';
  const draw = random.below(100);
  if (draw < 50) return 'small';
  if (draw < 58) return 'standard';
  return draw < 80 ? 'layout' : 'exhaustion';
}

type Memory = Pick<MachineConfig, 'memory' | 'carveout'>;

function memoryOf(random: Random, kind: MachineKind): Memory {
  switch (kind) {
    case 'standard':
      return DEFAULT_MACHINE;
    case 'huge':
      return hugeMemory(random);
    case 'layout':
      return layoutMemory(random);
    default:
      return smallMemory(random, kind === 'exhaustion');
  }
}

function smallMemory(random: Random, scarce: boolean): Memory {
  const pfn = 0x40000 + (random.chance(30) ? random.below(1024) : 0);
  const memory: MemoryRegion[] = [{ pfn, pages: 320 + random.below(900), nomap: false }];
  if (random.chance(40)) {
    const gap = random.of(GAPS);
    const start = pfn + memory[0].pages + gap;
    memory.push({ pfn: start, pages: random.of(LENGTHS), nomap: random.chance(50) });
  }
  if (!scarce)
    return { memory, carveout: carveoutIn(random, memory[0], amplePools(random, memory)) };
  const { pfn: start } = carveoutIn(random, memory[0], [SCARCE_ROOM, SCARCE_ROOM]);
  return { memory, carveout: { pfn: start, hpool_pages: 2, host_s2_pages: 2 } };
}

function layoutMemory(random: Random): Memory {
  const nrRegions = 1 + random.below(5);
  const main = random.below(nrRegions);
  const memory: MemoryRegion[] = [];
  let next = random.of(FIRST_BASES);
  for (let i = 0; i < nrRegions; i++) {
    const pages = i === main ? 300 + random.below(1300) : random.of(LENGTHS);
    memory.push({ pfn: next, pages, nomap: i !== main && random.chance(35) });
    next += pages + random.of(GAPS);
    if (next > HIGHEST_PAGE - 2048) break;
  }
  const home = memory[Math.min(main, memory.length - 1)];
  if (home.pages < 300) return smallMemory(random, false);
  return { memory, carveout: carveoutIn(random, home, amplePools(random, memory)) };
}

function hugeMemory(random: Random): Memory {
  const spare = 1024 + random.below(512);
  const hpool_pages = INT_OVERFLOW_PAGES / TABLE_PAGES + 40 + random.below(16);
  const host_s2_pages = hpool_pages + 16;
  const pages = INT_OVERFLOW_PAGES + spare + hpool_pages + host_s2_pages;
  const pfn = 0x40000;
  return {
    memory: [{ pfn, pages, nomap: false }],
    carveout: { pfn: pfn + pages - hpool_pages - host_s2_pages, hpool_pages, host_s2_pages },
  };
}

/** Pools that hold a table for every 2 MiB and every GiB that has memory, and some. */
function amplePools(random: Random, memory: readonly MemoryRegion[]): readonly [number, number] {
  let tables = 6;
  for (const { pages } of memory) tables += Math.ceil(pages / TABLE_PAGES) + 3;
  return [tables + random.below(16), tables + 4 + random.below(24)];
}

/** A carve-out somewhere in a region; the host's PGD wants an aligned pair, so mostly aligned. */
function carveoutIn(
  random: Random,
  { pfn, pages }: MemoryRegion,
  [hpool, hostS2]: readonly [number, number],
): MachineConfig['carveout'] {
  const hpool_pages = hpool + (hpool & 1);
  const room = pages - hpool_pages - hostS2;
  const align = 2 ** Math.min(getOrder(hpool_pages), 3);
  const offset = random.chance(20) ? random.of([0, room]) : random.below(room);
  const aligned = Math.ceil((pfn + offset) / align) * align;
  const start = aligned + hpool_pages + hostS2 <= pfn + pages ? aligned : pfn + (pfn & 1);
  return { pfn: start, hpool_pages, host_s2_pages: hostS2 };
}

function withPools(config: MachineConfig, hpool: number, hostS2: number): MachineConfig {
  const { pfn, hpool_pages, host_s2_pages } = config.carveout;
  const carveout = {
    pfn,
    hpool_pages: hpool_pages + hpool,
    host_s2_pages: host_s2_pages + hostS2,
  };
  return { ...config, carveout };
}
