// SPDX-License-Identifier: GPL-2.0-only
/** A recording of a kernel: boots it with a debugger at its side, listens, and makes a trace of it. */

import type { MachineConfig } from '../hyp/op.js';
import { SideError, type SideOptions } from '../side/side.js';
import { DEFAULT_MACHINE, type TraceContent } from '../trace/index.js';
import { type Board, INITRD_AT, RAM_BASE } from './boot/board.js';
import { requireProtected, startMachine } from './drive/boot.js';
import { type HypMachine, hypMachine, systemRegisters } from './drive/kernel.js';
import type { ProbedFacts } from './drive/probes.js';
import { type BreakpointMove, type Gdb, GdbError } from './emulator/gdb.js';
import type { Registers } from './emulator/gdb_packets.js';
import { type Emulator, qemuVersion } from './emulator/qemu.js';
import { Ram } from './emulator/ram.js';
import { type KernelImage, openImage } from './image/image.js';
import { Symbols } from './image/symbols.js';
import { Addresses } from './machine/addresses.js';
import { OwnershipReader } from './machine/ownership_reader.js';
import { TableMirror } from './machine/table_mirror.js';
import { CallReader } from './record/calls.js';
import { type Opening, openingOf } from './record/opening.js';
import { Recorder, type RecordingEnd } from './record/recorder.js';
import { vmmInitramfs } from './record/vmm.js';
import { Launcher } from './running.js';

const PAGE = 4096;
const MIB = 2 ** 20;
/** How long the CPU runs between two looks at how far the kernel has come, milliseconds. */
const SLICE_MS = 20;
/** The hypercall from which on the host is held to what it owns. */
const PROTECTION = 'handle___pkvm_prot_finalize';
/** The function that starts programs for the kernel, and the first of user space. */
const EXECUTE = 'kernel_execve';
const FIRST_PROGRAM = '/init';
/** No large pages for guests: the format has single ones. */
const FURTHER_ARGUMENTS = ['transparent_hugepage=never'];

export interface RecordOptions extends SideOptions {
  /** The initramfs; ours if there is none. */
  readonly initramfs?: Buffer | undefined;
  /** Memory of the machine, MiB. */
  readonly memoryMib: number;
  /** How long the machine may run, milliseconds. */
  readonly limitMs: number;
  /** Records from where the host is held to what it owns, and not from user space on. */
  readonly fromBoot: boolean;
}

/** What was recorded. */
export interface RecordedTrace {
  readonly machine: MachineConfig;
  readonly source: TraceContent['source'];
  /** How many operations at its start were not asked for, but stand for what was before. */
  readonly opening: Opening;
  readonly leftOut: ReadonlyMap<string, number>;
  readonly end: RecordingEnd;
  /** Faults of the host have no expected outcome: they depend on how this kernel keeps states. */
  readonly splitsBlocks: boolean;
  /** `Linux 6.12.117+deb12-cloud-arm64 under QEMU 7.2.22`. */
  readonly what: string;
}

/**
 * Boots a kernel and records what its host asks of the hypervisor, from its first program on, until it
 * powers off.
 * @throws SideError when the kernel does not get there, or does not end
 */
export async function recordKernel(path: string, options: RecordOptions): Promise<RecordedTrace> {
  const qemu = qemuVersion();
  const image = await openImage(path);
  const symbols = new Symbols(image.symbols);
  if (!symbols.hasHyp('handle_trap')) {
    throw new SideError(`Linux ${image.release} is built without KVM: it has no hypervisor to ask`);
  }
  const initramfs = options.initramfs ?? vmmInitramfs();
  const board = { memory: [], shift: 0, kernelPages: (options.memoryMib * MIB) / PAGE };
  requireRoom(board, initramfs);
  const probed = await probedFacts(image, symbols, qemu, options);
  options.progress(`recording Linux ${image.release}`);
  const machine = startMachine(image, board, initramfs, FURTHER_ARGUMENTS);
  const { emulator } = machine;
  const stop = () => emulator.close();
  options.signal.addEventListener('abort', stop);
  const watch = new Watch(emulator, options);
  try {
    if (options.signal.aborted) stop();
    const recorded = await record(machine, symbols, probed, watch, options);
    return { ...recorded, what: `Linux ${image.release} under QEMU ${qemu}` };
  } catch (error) {
    throw watch.explained(error);
  } finally {
    options.signal.removeEventListener('abort', stop);
    emulator.close();
  }
}

function requireRoom(board: Board, initramfs: Buffer): void {
  const room = RAM_BASE + board.kernelPages * PAGE - INITRD_AT - 64 * MIB;
  if (initramfs.length <= room) return;
  const needed = Math.ceil((initramfs.length - room) / MIB) + (board.kernelPages * PAGE) / MIB;
  throw new SideError(
    `the initramfs has ${Math.ceil(initramfs.length / MIB)} MiB, and the machine no room for it: --memory ${needed}`,
  );
}

/** What experiments tell of a kernel, which are made on another machine than the recorded one. */
async function probedFacts(
  image: KernelImage,
  symbols: Symbols,
  qemu: string,
  options: SideOptions,
): Promise<ProbedFacts> {
  const launcher = new Launcher(image, symbols, qemu, options);
  try {
    const { kernel, facts } = await launcher.start(DEFAULT_MACHINE);
    kernel.emulator.close();
    kernel.ram.close();
    return facts.probed;
  } finally {
    launcher.close();
  }
}

/** A machine that runs, within its limit; and why it does not any more. */
class Watch {
  readonly #started = performance.now();
  /** How far it has come. */
  stage = 'the kernel booted';

  constructor(
    private readonly emulator: Emulator,
    private readonly options: RecordOptions,
  ) {}

  async resume(gdb: Gdb, moves: readonly BreakpointMove[] = []): Promise<Registers> {
    const left = Math.max(this.#leftMs, 1);
    const stopped = await gdb.run(undefined, left, undefined, moves);
    if (stopped) return stopped;
    throw this.#late();
  }

  /** @throws SideError when the limit is over */
  check(): void {
    if (this.#leftMs <= 0) throw this.#late();
  }

  get #leftMs(): number {
    return this.options.limitMs - (performance.now() - this.#started);
  }

  #late(): SideError {
    const seconds = Math.round(this.options.limitMs / 1000);
    return this.emulator.failure(`the machine is not powered off within ${seconds} s`);
  }

  /** What an error of the debugger, or of the kernel itself, comes from. */
  explained(error: unknown): unknown {
    if (this.options.signal.aborted) return new SideError('interrupted while a host was recorded');
    if (!(error instanceof GdbError) && !(error instanceof SideError)) return error;
    const { emulator } = this;
    if (this.isPanicked) return emulator.failure(`the kernel panicked while ${this.stage}`);
    if (error instanceof SideError) return error;
    const end = emulator.ended === undefined ? error.message : `QEMU ended with ${emulator.ended}`;
    return emulator.failure(`${end} while ${this.stage}`);
  }

  get isPanicked(): boolean {
    return /Kernel panic|Oops/.test(this.emulator.consoleText());
  }
}

async function record(
  { emulator, imageAddress }: ReturnType<typeof startMachine>,
  symbols: Symbols,
  probed: ProbedFacts,
  watch: Watch,
  options: RecordOptions,
): Promise<Omit<RecordedTrace, 'what'>> {
  const gdb = await emulator.gdb();
  await gdb.negotiate();
  const ram = new Ram(emulator.ramFile, RAM_BASE);
  try {
    const addresses = await comeToProtection(gdb, ram, symbols, imageAddress, watch);
    const numbers = await systemRegisters(gdb);
    const hpfar = numbers.get('HPFAR_EL2');
    if (hpfar === undefined) throw new SideError("QEMU's debugger does not tell HPFAR_EL2");
    const machine = await hypMachine(gdb, ram, addresses);
    if (!options.fromBoot) await comeToUserSpace(gdb, addresses, watch);
    const config = configOf(machine, probed);
    const reader = readerOf(ram, addresses, machine, probed);
    const opening = openingOf({
      memory: machine.memory,
      carveout: { pfn: machine.hpool.pfn, pages: machine.hpool.pages + machine.hostS2.pages },
      of: (pfn) => reader.of(pfn),
    });
    const calls = new CallReader(ram, addresses, probed.vms);
    const resume = (...moves: readonly BreakpointMove[]) => watch.resume(gdb, moves);
    const splitsBlocks = probed.layout.hostState === undefined;
    const ears = { gdb, ram, addresses, machine, reader, calls, hpfar, resume, splitsBlocks };
    const recorder = new Recorder(ears);
    watch.stage = 'its host was recorded';
    const end = await recorder.run();
    if (end.kind === 'off' && watch.isPanicked) throw new SideError('the kernel panicked');
    requireProtected(emulator.consoleText());
    const { ops, leftOut } = recorder;
    const source = [...opening.ops, ...ops];
    return { machine: config, source, opening, leftOut, end, splitsBlocks };
  } finally {
    ram.close();
  }
}

/** Runs to where the hypercall returns from which on the host is held to what it owns. */
async function comeToProtection(
  gdb: Gdb,
  ram: Ram,
  symbols: Symbols,
  imageAddress: number,
  watch: Watch,
): Promise<Addresses> {
  // Where things are is known once the kernel has written it down, long before it calls.
  const known = imageAddress + symbols.hypOffset('hyp_physvirt_offset');
  while (ram.u64(known) === 0n) {
    const stopped = await gdb.run(undefined, SLICE_MS);
    if (stopped) throw new SideError('the machine stopped while the kernel booted');
    watch.check();
  }
  const addresses = new Addresses(ram, symbols, imageAddress);
  const protection = addresses.hyp(PROTECTION);
  await gdb.setBreakpoint(protection);
  const entry = await watch.resume(gdb);
  await gdb.clearBreakpoint(protection);
  await runTo(gdb, entry.x[30], watch);
  return addresses;
}

async function runTo(gdb: Gdb, address: bigint, watch: Watch): Promise<Registers> {
  await gdb.setBreakpoint(address);
  const stopped = await watch.resume(gdb);
  await gdb.clearBreakpoint(address);
  return stopped;
}

/** Runs to where the kernel starts the first program of user space. */
async function comeToUserSpace(gdb: Gdb, addresses: Addresses, watch: Watch): Promise<void> {
  const execute = addresses.kernel(EXECUTE);
  for (;;) {
    const { x } = await runTo(gdb, execute, watch);
    const name = await gdb.readMemory(x[0], FIRST_PROGRAM.length + 1);
    if (name.toString('latin1') === `${FIRST_PROGRAM}\0`) return;
    // Programs that help the kernel are none of user space: on behind the breakpoint.
    await gdb.step();
  }
}

function readerOf(
  ram: Ram,
  addresses: Addresses,
  { hypRoot, hostRoot, hostLevel, hostRootPages, memory, vmemmap }: HypMachine,
  { layout }: ProbedFacts,
): OwnershipReader {
  const tables = {
    hyp: new TableMirror(ram, hypRoot, 0, 1),
    host: new TableMirror(ram, hostRoot, hostLevel, hostRootPages),
  };
  return new OwnershipReader(ram, addresses, tables, layout, memory, vmemmap);
}

/** The machine of the trace: the real one's memory and pools. */
function configOf({ memory, hpool, hostS2 }: HypMachine, { debug }: ProbedFacts): MachineConfig {
  if (hostS2.pfn !== hpool.pfn + hpool.pages) {
    throw new SideError("the pool of the host's stage 2 is not behind hyp's, as it is in a trace");
  }
  return {
    ...DEFAULT_MACHINE,
    nvhe_el2_debug: debug,
    memory,
    carveout: { pfn: hpool.pfn, hpool_pages: hpool.pages, host_s2_pages: hostS2.pages },
  };
}
