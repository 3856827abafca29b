// SPDX-License-Identifier: GPL-2.0-only
/** A kernel image as a side of a comparison. */

import type { MachineConfig, Op } from '../hyp/op.js';
import { HUNG, isPanic } from '../hyp/outcome.js';
import {
  type NotCompared,
  type Placement,
  type Side,
  SideError,
  type SideFact,
  type SideKind,
  type SideOptions,
  type SideRun,
  type SideStep,
} from '../side/side.js';
import { DEFAULT_MACHINE, type Trace } from '../trace/index.js';
import { boardFor } from './boot/board.js';
import { missingOperation, Operations } from './drive/operations.js';
import type { ProbedFacts } from './drive/probes.js';
import { qemuVersion } from './emulator/qemu.js';
import { openImage } from './image/image.js';
import { Symbols } from './image/symbols.js';
import { kernelFacts } from './inspect.js';
import { Mover, machineProblem, placedMachine, placeTrace } from './place.js';
import { boardMemory, Launcher, type Running } from './running.js';

/** Machines of other layouts that are kept running besides the one in use. */
const MOST_RUNNING = 2;

export const realKind: SideKind = {
  scheme: 'real',
  start: startRealSide,
};

function startRealSide(path: string, options: SideOptions): Promise<Side> {
  return startSide(path, options);
}

/** Boots a kernel, and says all that was found out about it. */
export async function inspectKernel(
  path: string,
  options: SideOptions,
): Promise<readonly SideFact[]> {
  const side = await startSide(path, options);
  try {
    return await side.inspect();
  } finally {
    await side.close();
  }
}

async function startSide(path: string, options: SideOptions): Promise<RealSide> {
  const qemu = qemuVersion();
  const image = await openImage(path);
  const symbols = new Symbols(image.symbols);
  if (!symbols.hasHyp('handle_trap')) {
    throw new SideError(`Linux ${image.release} is built without KVM: it has no hypervisor to ask`);
  }
  const launcher = new Launcher(image, symbols, qemu, options);
  const side = new RealSide(path, qemu, launcher);
  try {
    await side.begin();
  } catch (error) {
    await side.close();
    throw error;
  }
  return side;
}

class RealSide implements Side {
  readonly name: string;
  readonly view = 'ownership';
  facts: readonly SideFact[] = [];
  readonly #running = new Map<string, Promise<Running>>();
  /** Machines of traces by the machine that they were moved to. */
  readonly #originals = new WeakMap<MachineConfig, MachineConfig>();
  readonly #placed = new Map<string, MachineConfig>();
  /** Why there is no kernel with a layout of memory. */
  readonly #failed = new Map<string, string>();
  #debug = false;
  #vms: ProbedFacts['vms'] = { none: 'not started' };
  #isClosed = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    path: string,
    private readonly qemu: string,
    private readonly launcher: Launcher,
  ) {
    this.name = `real:${path}`;
  }

  get description(): string {
    return `Linux ${this.launcher.image.release} under QEMU ${this.qemu}`;
  }

  /** Boots, or starts what was saved, with the layout of memory that traces have by default. */
  async begin(): Promise<void> {
    const { facts } = await this.#kernelFor(DEFAULT_MACHINE);
    this.#debug = facts.probed.debug;
    this.#vms = facts.probed.vms;
    this.facts = [
      { name: 'kernel', value: `Linux ${this.launcher.image.release}` },
      { name: 'emulator', value: `QEMU ${this.qemu}, one cortex-a53` },
      { name: 'mode', value: facts.mode },
      { name: 'NVHE_EL2_DEBUG', value: facts.probed.debug ? 'on' : 'off' },
    ];
  }

  /** All that was found out. */
  async inspect(): Promise<readonly SideFact[]> {
    const running = await this.#kernelFor(DEFAULT_MACHINE);
    const emulator = `QEMU ${this.qemu}, one cortex-a53`;
    return kernelFacts(running, this.launcher.image.banner, emulator);
  }

  place(trace: Trace): Placement | NotCompared {
    const problem = machineProblem(trace.machine);
    if (problem !== undefined) return { notCompared: problem };
    const board = boardFor(trace.machine.memory);
    const mover = new Mover(board.shift, trace.machine.memory);
    const placed = this.#placedMachine(trace.machine);
    return placeTrace(trace, placed, mover, ({ code }) => this.#missing(code));
  }

  /** Why the kernel cannot be asked for an operation. */
  #missing(code: number): string | undefined {
    return missingOperation(this.launcher.symbols, this.#vms, code);
  }

  #placedMachine(config: MachineConfig): MachineConfig {
    const key = JSON.stringify(config);
    let placed = this.#placed.get(key);
    if (!placed) {
      const board = boardFor(config.memory);
      placed = placedMachine(config, board, boardMemory(board), this.#debug);
      this.#placed.set(key, placed);
      this.#originals.set(placed, config);
    }
    return placed;
  }

  run(machine: MachineConfig, ops: readonly Op[]): Promise<SideRun> {
    const next = this.#last.then(() => this.#run(machine, ops));
    this.#last = next.catch(() => {});
    return next;
  }

  async #run(machine: MachineConfig, ops: readonly Op[]): Promise<SideRun> {
    const original = this.#originals.get(machine);
    const failure = original && this.#failed.get(layoutKey(original));
    if (failure !== undefined) return { steps: [], stopped: failure };
    if (!original)
      return { steps: [], stopped: 'its machine is not one that this kernel was given' };
    let running: Running;
    try {
      running = await this.#freshKernel(original);
    } catch (error) {
      // The kernel as such was booted: what fails is this layout of memory.
      if (error instanceof SideError && !this.#isClosed)
        return { steps: [], stopped: error.message };
      throw error;
    }
    const { kernel, reader, guests, facts } = running;
    const operations = new Operations(kernel, reader, guests, facts.probed, ops);
    const steps: SideStep[] = [];
    for (const op of ops) {
      const done = await operations.run(op);
      if ('cannot' in done) return { steps, stopped: done.cannot };
      const pages = reader.changes();
      for (const extra of operations.extra) pages.delete(extra);
      steps.push({ outcome: done.outcome, pages });
      if (done.outcome === HUNG) await this.#forget(original);
      if (isPanic(done.outcome)) break;
    }
    return { steps };
  }

  /** A kernel in its state after boot; one that cannot be brought back to it is started anew. */
  async #freshKernel(config: MachineConfig): Promise<Running> {
    const running = await this.#kernelFor(config);
    running.guests.clear();
    try {
      await running.kernel.reset();
      return running;
    } catch {
      await this.#forget(config);
      const again = await this.#kernelFor(config);
      await again.kernel.reset();
      return again;
    }
  }

  /** The kernel with the memory of a machine; the ones used longest ago are ended for it. */
  async #kernelFor(config: MachineConfig): Promise<Running> {
    if (this.#isClosed) throw new SideError('the kernel was ended');
    const key = layoutKey(config);
    const known = this.#running.get(key);
    const running = known ?? this.launcher.start(config);
    this.#running.delete(key);
    this.#running.set(key, running);
    running.catch(() => this.#running.delete(key));
    for (const [other, old] of this.#running) {
      if (this.#running.size <= MOST_RUNNING) break;
      this.#running.delete(other);
      await end(old);
    }
    return running;
  }

  async #forget(config: MachineConfig): Promise<void> {
    const key = layoutKey(config);
    const running = this.#running.get(key);
    this.#running.delete(key);
    if (running) await end(running);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const running = [...this.#running.values()];
    this.#running.clear();
    await Promise.all(running.map(end));
    this.launcher.close();
  }
}

/** The pools of a trace's carve-out are one range of pages to a real kernel. */
function layoutKey({ memory, carveout }: MachineConfig): string {
  return JSON.stringify([memory, carveout.pfn, carveout.hpool_pages + carveout.host_s2_pages]);
}

async function end(running: Promise<Running>): Promise<void> {
  const found = await running.catch(() => undefined);
  found?.kernel.emulator.close();
  found?.kernel.ram.close();
}
