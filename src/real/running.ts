// SPDX-License-Identifier: GPL-2.0-only
/** Kernels that run: booted once for each layout of memory, then started from their saved state. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MachineConfig, MemoryRegion } from '../hyp/op.js';
import { SideError, type SideOptions } from '../side/side.js';
import { type Board, boardBytes, boardFor, memoryParts, RAM_BASE, RAM_PFN } from './boot/board.js';
import { boot, idleInitramfs, READY, requireProtected } from './drive/boot.js';
import { codePage } from './drive/code_page.js';
import { Cpu } from './drive/cpu.js';
import { type HypMachine, Kernel, park, pause } from './drive/kernel.js';
import { type ProbedFacts, probe } from './drive/probes.js';
import {
  copyMemory,
  findState,
  loadState,
  readFacts,
  type SavedState,
  saveState,
  stateKey,
} from './drive/saved_state.js';
import { formatRegisters, parseRegisters } from './emulator/gdb_packets.js';
import { CPU, Emulator } from './emulator/qemu.js';
import { Ram } from './emulator/ram.js';
import type { KernelImage } from './image/image.js';
import type { Symbols } from './image/symbols.js';
import { Addresses } from './machine/addresses.js';
import { GuestTables } from './machine/guest_tables.js';
import type { OwnershipReader } from './machine/ownership_reader.js';

/** Milliseconds that a kernel may take to user space: ten seconds, on a machine that is busy. */
const BOOT_LIMIT_MS = 180_000;

/** A kernel that is ready, and back at its state after boot whenever it is reset. */
export interface Running {
  readonly kernel: Kernel;
  readonly reader: OwnershipReader;
  readonly guests: GuestTables;
  readonly facts: KernelFacts;
}

/** First page number, and how many pages. */
interface PageSpan {
  readonly pfn: number;
  readonly pages: number;
}

export interface KernelFacts {
  /** What KVM said of its mode. */
  readonly mode: string;
  readonly probed: ProbedFacts;
}

/** What is kept beside a saved state; numbers of 64 bits as text. */
interface StateFacts extends KernelFacts {
  readonly imageAddress: number;
  readonly host: string;
  readonly hyp: string;
  readonly machine: Omit<HypMachine, 'vmemmap'>;
  readonly vmemmap: string;
}

/** The memory that the hypervisor of a board knows, in order. */
export function boardMemory(board: Board): MemoryRegion[] {
  const own = { pfn: RAM_PFN, pages: board.kernelPages, nomap: false };
  const moved = board.memory.map((region) => ({ ...region, pfn: region.pfn + board.shift }));
  return [own, ...moved];
}

export class Launcher {
  readonly #initramfs = idleInitramfs();
  #ownCache: string | undefined;
  /** What is being booted, by the name of the saved state that it will be. */
  readonly #booting = new Map<string, Promise<SavedState>>();

  constructor(
    readonly image: KernelImage,
    readonly symbols: Symbols,
    private readonly qemu: string,
    private readonly options: SideOptions,
  ) {}

  /** Starts a kernel with the memory of a trace's machine. */
  async start(config: MachineConfig): Promise<Running> {
    const board = boardFor(config.memory);
    const { pfn, hpool_pages, host_s2_pages } = config.carveout;
    const carveout = { pfn: pfn + board.shift, pages: hpool_pages + host_s2_pages };
    const parts = [
      this.image.hash,
      this.qemu,
      CPU,
      board,
      carveout,
      this.#initramfs.toString('base64'),
      codePage().code.toString('base64'),
    ];
    const key = stateKey(parts);
    const cache = this.options.cache ?? this.#temporaryCache();
    return this.#load(board, await this.#savedState(board, carveout, cache, key));
  }

  /** Two that want the same machine wait for one to be booted. */
  #savedState(
    board: Board,
    carveout: PageSpan,
    cache: string,
    key: string,
  ): Promise<SavedState> | SavedState {
    const saved = findState(cache, key) ?? this.#booting.get(key);
    if (saved) return saved;
    const booting = this.#save(board, carveout, cache, key);
    this.#booting.set(key, booting);
    const done = () => this.#booting.delete(key);
    booting.then(done, done);
    return booting;
  }

  #temporaryCache(): string {
    this.#ownCache ??= mkdtempSync(join(tmpdir(), 'tracediff-states-'));
    return this.#ownCache;
  }

  /** Removes what was saved without a cache folder. */
  close(): void {
    if (this.#ownCache) rmSync(this.#ownCache, { recursive: true, force: true });
  }

  async #save(board: Board, carveout: PageSpan, cache: string, key: string): Promise<SavedState> {
    this.options.progress(`booting Linux ${this.image.release}`);
    const { signal } = this.options;
    const limits = { signal, limitMs: BOOT_LIMIT_MS, until: READY };
    const { emulator, ram, imageAddress } = await boot(this.image, board, this.#initramfs, limits);
    try {
      const mode = requireProtected(emulator.consoleText());
      const kernel = await park(emulator, ram, board, this.symbols, imageAddress);
      this.#requireMemory(kernel, board);
      await kernel.claimScratch();
      kernel.keep();
      const free = freePages(board, carveout);
      const probed = await probe(kernel, free);
      await this.#giveCarveout(kernel, carveout);
      await pause(kernel);
      const { vmemmap, ...machine } = kernel.machine;
      const { host, hyp } = kernel.cpu.parking;
      const facts: StateFacts = {
        mode,
        probed,
        imageAddress,
        host: formatRegisters(host),
        hyp: formatRegisters(hyp),
        machine,
        vmemmap: String(vmemmap),
      };
      return await saveState(emulator, ram, memoryParts(board), cache, key, facts);
    } catch (error) {
      if (emulator.ended !== undefined && !(error instanceof SideError)) {
        throw emulator.failure(`QEMU ended with ${emulator.ended}`);
      }
      throw error;
    } finally {
      emulator.close();
      ram.close();
    }
  }

  #requireMemory({ machine }: Kernel, board: Board): void {
    const expected = JSON.stringify(boardMemory(board));
    if (JSON.stringify(machine.memory) === expected) return;
    throw new SideError('the hypervisor knows other memory than the machine was given', [
      `given ${expected}`,
      `known ${JSON.stringify(machine.memory)}`,
    ]);
  }

  /** Makes hyp's the pages that are the carve-out in the traces. */
  async #giveCarveout(kernel: Kernel, carveout: PageSpan): Promise<void> {
    const ending = await kernel.call('__pkvm_host_donate_hyp', carveout.pfn, carveout.pages);
    if (ending.kind === 'returned' && BigInt.asIntN(32, ending.registers.x[0]) === 0n) return;
    throw new SideError("the hypervisor does not take the pages of the trace's carve-out");
  }

  async #load(board: Board, saved: SavedState): Promise<Running> {
    const facts = readFacts(saved) as StateFacts;
    const folder = Emulator.makeFolder();
    const memoryBytes = boardBytes(board);
    copyMemory(saved, join(folder, 'ram'), RAM_BASE, memoryBytes);
    const setup = { memoryBytes, load: [], start: undefined, incoming: saved.devices };
    const emulator = new Emulator(folder, setup);
    try {
      await loadState(emulator, saved);
      const gdb = await emulator.gdb();
      await gdb.negotiate();
      await gdb.features('target.xml');
      const ram = new Ram(emulator.ramFile, RAM_BASE);
      const addresses = new Addresses(ram, this.symbols, facts.imageAddress);
      const parking = { host: parseRegisters(facts.host), hyp: parseRegisters(facts.hyp) };
      const cpu = new Cpu(gdb, addresses, parking, () => emulator.processorMs());
      await cpu.arm();
      cpu.nowAtHyp();
      const machine = { ...facts.machine, vmemmap: BigInt(facts.vmemmap) };
      const kernel = new Kernel(emulator, ram, board, addresses, cpu, machine);
      const guests = new GuestTables(ram, machine.hostLevel, machine.hostRootPages);
      const reader = kernel.reader(facts.probed.layout, guests);
      kernel.keep(reader);
      return { kernel, reader, guests, facts };
    } catch (error) {
      emulator.close();
      throw error;
    }
  }
}

/** The first of some pages of the board that are the host's alone. */
function freePages(board: Board, carveout: PageSpan): number {
  const NEEDED = 128;
  const aligned = (pfn: number) => Math.ceil(pfn / 16) * 16;
  for (const region of boardMemory(board).slice(1)) {
    if (region.nomap || region.pages < 2 * NEEDED) continue;
    const end = carveout.pfn + carveout.pages;
    if (carveout.pfn >= region.pfn + 2 * NEEDED || end <= region.pfn) return aligned(region.pfn);
    if (end + 2 * NEEDED <= region.pfn + region.pages) return aligned(end);
  }
  throw new SideError(`no ${NEEDED} pages of the trace's memory are the host's alone`);
}
