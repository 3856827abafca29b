// SPDX-License-Identifier: GPL-2.0-only
/** A real hypervisor, parked at EL2 and ready to be asked. */

import type { MemoryRegion } from '../../hyp/op.js';
import { SideError } from '../../side/side.js';
import { type Board, RAM_PFN, SCRATCH_PAGES, SCRATCH_PFN } from '../boot/board.js';
import type { Emulator } from '../emulator/qemu.js';
import type { Ram } from '../emulator/ram.js';
import type { Symbols } from '../image/symbols.js';
import { Addresses } from '../machine/addresses.js';
import { Checkpoint } from '../machine/checkpoint.js';
import type { HypPageLayout } from '../machine/hyp_page.js';
import { type GuestReader, OwnershipReader, type Tables } from '../machine/ownership_reader.js';
import { TableMirror } from '../machine/table_mirror.js';
import { codePage } from './code_page.js';
import { Cpu, type Ending, type Parking } from './cpu.js';

const PAGE = 4096;
const BADDR = 0xfffffffff000n;

/** What the hypervisor says of its own machine. */
export interface HypMachine {
  readonly memory: readonly MemoryRegion[];
  readonly hpool: { readonly pfn: number; readonly pages: number };
  readonly hostS2: { readonly pfn: number; readonly pages: number };
  readonly vmemmap: bigint;
  /** Physical addresses of the tables' roots, and the host's start level and root pages. */
  readonly hypRoot: number;
  readonly hostRoot: number;
  readonly hostLevel: number;
  readonly hostRootPages: number;
}

export class Kernel {
  readonly code = codePage();
  readonly #codeAt: bigint;
  #checkpoint: Checkpoint | undefined;
  #reader: OwnershipReader | undefined;

  constructor(
    readonly emulator: Emulator,
    readonly ram: Ram,
    readonly board: Board,
    readonly addresses: Addresses,
    readonly cpu: Cpu,
    readonly machine: HypMachine,
  ) {
    this.#codeAt = addresses.hypVa(SCRATCH_PFN * PAGE);
  }

  get symbols(): Symbols {
    return this.addresses.symbols;
  }

  /** Physical address of the data pages that are ours at EL2, and how many bytes they are. */
  readonly data = (SCRATCH_PFN + 1) * PAGE;
  readonly dataBytes = (SCRATCH_PAGES - 1) * PAGE;

  /** Calls a function of the hypervisor. */
  call(name: string, ...args: readonly (bigint | number)[]): Promise<Ending> {
    return this.cpu.call(this.addresses.hyp(name), args.map(BigInt));
  }

  /** Calls a routine of our own. */
  callOwn(offset: number, ...args: readonly bigint[]): Promise<Ending> {
    return this.cpu.call(this.#codeAt + BigInt(offset), args);
  }

  /**
   * Gives the hypervisor the pages that are ours there, code first.
   * @throws SideError when it does not take them
   */
  async claimScratch(): Promise<void> {
    const ending = await this.call('__pkvm_host_donate_hyp', SCRATCH_PFN, SCRATCH_PAGES);
    if (ending.kind !== 'returned' || BigInt.asIntN(32, ending.registers.x[0]) !== 0n) {
      throw new SideError('the hypervisor does not take a page that the host donates', [
        JSON.stringify(endingText(ending)),
      ]);
    }
    const leaf = this.tables().hyp.leaf(Number(this.#codeAt >> 12n));
    const READ_ONLY = 3n << 6n;
    const EXECUTE_NEVER = 1n << 54n;
    const entry = Buffer.alloc(8);
    entry.writeBigUInt64LE((leaf.pte | READ_ONLY) & ~EXECUTE_NEVER);
    this.ram.write(leaf.at, entry);
    this.ram.write(SCRATCH_PFN * PAGE, this.code.code);
    await this.callOwn(this.code.flush);
  }

  /** Copies of the two tables as they are now. */
  tables(): Tables {
    const { hypRoot, hostRoot, hostLevel, hostRootPages } = this.machine;
    return {
      hyp: new TableMirror(this.ram, hypRoot, 0, 1),
      host: new TableMirror(this.ram, hostRoot, hostLevel, hostRootPages),
    };
  }

  reader(layout: HypPageLayout, guests?: GuestReader): OwnershipReader {
    const { memory, vmemmap } = this.machine;
    const tables = this.tables();
    return new OwnershipReader(this.ram, this.addresses, tables, layout, memory, vmemmap, guests);
  }

  /** Remembers the state of now as the one to go back to. */
  keep(reader?: OwnershipReader): void {
    const end = RAM_PFN + this.board.kernelPages;
    // What is in our own pages is written before each use.
    const isKept = (pfn: number) =>
      pfn >= RAM_PFN && pfn < end && (pfn < SCRATCH_PFN || pfn >= SCRATCH_PFN + SCRATCH_PAGES);
    this.#checkpoint = new Checkpoint(this.ram, this.tables().hyp, isKept);
    this.#reader = reader;
  }

  /** Goes back to what was kept, also after a panic. */
  async reset(): Promise<void> {
    this.#checkpoint?.restore();
    await this.cpu.enterHyp();
    await this.callOwn(this.code.flush);
    this.#reader?.synchronize();
  }
}

/** How long the CPU runs in a circle, milliseconds. */
const SPIN_MS = 30;

/**
 * Leaves the CPU parked, and the emulator paused as by its user: as long as it was stopped by a
 * breakpoint its state cannot be loaded again.
 */
export async function pause(kernel: Kernel): Promise<void> {
  const { cpu, code } = kernel;
  await cpu.enterHyp();
  const limit = cpu.limitMs;
  cpu.limitMs = SPIN_MS;
  const ending = await kernel.callOwn(code.spin);
  cpu.limitMs = limit;
  if (ending.kind !== 'hung') throw new Error(`an endless loop ended: ${ending.kind}`);
  await cpu.gdb.setRegisters(cpu.parking.hyp);
}

export function endingText(ending: Ending): Record<string, string> {
  if (ending.kind === 'returned') {
    return { returned: `0x${BigInt.asUintN(32, ending.registers.x[0]).toString(16)}` };
  }
  return ending.kind === 'injected' ? { ended: 'injected' } : { ended: ending.kind, at: ending.at };
}

/** Stops the running kernel, parks its CPU and reads what the hypervisor's machine is. */
export async function park(
  emulator: Emulator,
  ram: Ram,
  board: Board,
  symbols: Symbols,
  imageAddress: number,
): Promise<Kernel> {
  const addresses = new Addresses(ram, symbols, imageAddress);
  const gdb = await emulator.gdb();
  await gdb.negotiate();
  const idle = addresses.kernel('cpu_do_idle');
  await gdb.setBreakpoint(idle);
  const host = await gdb.run(undefined, 10_000);
  await gdb.clearBreakpoint(idle);
  if (host?.pc !== idle) throw emulator.failure('the kernel never becomes idle');
  const parking: Parking = { host, hyp: host };
  const cpu = new Cpu(gdb, addresses, parking, () => emulator.processorMs());
  await cpu.arm();
  await cpu.enterHyp();
  const machine = await hypMachine(gdb, ram, addresses);
  return new Kernel(emulator, ram, board, addresses, cpu, machine);
}

type Debugger = Awaited<ReturnType<Emulator['gdb']>>;

/** What the hypervisor's machine is, from a CPU at EL2 whose host has its stage 2. */
export async function hypMachine(
  gdb: Debugger,
  ram: Ram,
  addresses: Addresses,
): Promise<HypMachine> {
  const registers = await systemRegisters(gdb);
  const read = async (name: string): Promise<bigint> => {
    const number = registers.get(name);
    if (number === undefined) throw new SideError(`QEMU's debugger does not tell ${name}`);
    return gdb.register(number);
  };
  const vtcr = await read('VTCR_EL2');
  // SL0: 0 starts at level 2, 1 at level 1. T0SZ: bits that are not input.
  const hostLevel = 2 - Number((vtcr >> 6n) & 3n);
  const inputBits = 64 - Number(vtcr & 0x3fn);
  const rootBits = 12 + 9 * (4 - hostLevel);
  return {
    memory: memoryRegions(ram, addresses),
    hpool: poolRange(ram, addresses, 'hpool'),
    hostS2: poolRange(ram, addresses, 'host_s2_pool'),
    vmemmap: ram.u64(addresses.hypPhysical('__hyp_vmemmap')),
    hypRoot: Number((await read('TTBR0_EL2')) & BADDR),
    hostRoot: Number((await read('VTTBR_EL2')) & BADDR),
    hostLevel,
    hostRootPages: 2 ** Math.max(0, inputBits - rootBits),
  };
}

/** Numbers of the system registers in the debugger's description of the CPU. */
export async function systemRegisters(gdb: Debugger): Promise<Map<string, number>> {
  const xml = await gdb.features('system-registers.xml');
  const found = xml.matchAll(/<reg name="([^"]+)"[^>]*regnum="(\d+)"/g);
  return new Map(Array.from(found, ([, name, number]) => [name, Number(number)]));
}

const MEMBLOCK_NOMAP = 4;
/** struct memblock_region: base, size, flags, nid. */
const REGION_BYTES = 24;

function memoryRegions(ram: Ram, addresses: Addresses): MemoryRegion[] {
  const count = ram.u32(addresses.hypPhysical('hyp_memblock_nr'));
  const bytes = ram.read(addresses.hypPhysical('hyp_memory'), REGION_BYTES * count);
  return Array.from({ length: count }, (_, index) => {
    const region = bytes.subarray(REGION_BYTES * index);
    return {
      pfn: Number(region.readBigUInt64LE(0)) / PAGE,
      pages: Number(region.readBigUInt64LE(8)) / PAGE,
      nomap: (region.readUInt32LE(16) & MEMBLOCK_NOMAP) !== 0,
    };
  });
}

/** struct hyp_pool has its range and its largest order at the end: start, end, max_order. */
function poolRange(ram: Ram, addresses: Addresses, name: string) {
  const size = Math.min(addresses.symbols.size(`__kvm_nvhe_${name}`), 512);
  const bytes = ram.read(addresses.hypPhysical(name), size);
  for (let at = 0; at + 17 <= size; at += 8) {
    const start = bytes.readBigUInt64LE(at);
    const end = bytes.readBigUInt64LE(at + 8);
    const isRange = start < end && end - start < 1n << 32n && ((start | end) & 0xfffn) === 0n;
    const isMemory = start >= BigInt(ram.base) && ram.has(Number(end) - 1);
    if (isRange && isMemory && bytes[at + 16] <= 11) {
      return { pfn: Number(start) / PAGE, pages: Number(end - start) / PAGE };
    }
  }
  throw new SideError(`the range of the hypervisor's ${name} cannot be made out`);
}
