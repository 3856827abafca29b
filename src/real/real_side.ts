// SPDX-License-Identifier: GPL-2.0-only
/** A kernel image as a side of a comparison. */

import { availableParallelism } from 'node:os';
import type { MachineConfig, Op } from '../hyp/op.js';
import {
  type NotCompared,
  type Placement,
  type Side,
  SideError,
  type SideFact,
  type SideKind,
  type SideOptions,
  type SideRun,
} from '../side/side.js';
import { DEFAULT_MACHINE, type Trace } from '../trace/index.js';
import { boardFor } from './boot/board.js';
import { missingOperation } from './drive/operations.js';
import type { ProbedFacts } from './drive/probes.js';
import { qemuVersion } from './emulator/qemu.js';
import { openImage } from './image/image.js';
import { Symbols } from './image/symbols.js';
import { kernelFacts } from './inspect.js';
import { Lane } from './lane.js';
import { Mover, machineProblem, placedMachine, placeTrace } from './place.js';
import { boardMemory, Launcher } from './running.js';

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
  readonly runsBatches = true;
  facts: readonly SideFact[] = [];
  readonly #lanes: readonly Lane[];
  /** Machines of traces by the machine that they were moved to. */
  readonly #originals = new WeakMap<MachineConfig, MachineConfig>();
  readonly #placed = new Map<string, MachineConfig>();
  #debug = false;
  #vms: ProbedFacts['vms'] = { none: 'not started' };

  constructor(
    path: string,
    private readonly qemu: string,
    private readonly launcher: Launcher,
  ) {
    this.name = `real:${path}`;
    this.#lanes = Array.from({ length: availableParallelism() }, () => new Lane(launcher));
  }

  get description(): string {
    return `Linux ${this.launcher.image.release} under QEMU ${this.qemu}`;
  }

  /** Boots, or starts what was saved, with the layout of memory that traces have by default. */
  async begin(): Promise<void> {
    const { facts } = await this.#lanes[0].kernelFor(DEFAULT_MACHINE);
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
    const running = await this.#lanes[0].kernelFor(DEFAULT_MACHINE);
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

  async run(
    machine: MachineConfig,
    ops: readonly Op[],
    singlyFrom = Number.POSITIVE_INFINITY,
  ): Promise<SideRun> {
    const original = this.#originals.get(machine);
    if (!original)
      return { steps: [], stopped: 'its machine is not one that this kernel was given' };
    return this.#laneFor(original).run(original, ops, singlyFrom);
  }

  /** The lane with the least to do; of two, the one whose kernel has the memory already. */
  #laneFor(config: MachineConfig): Lane {
    const cost = (lane: Lane) => 2 * lane.waiting + (lane.has(config) ? 0 : 1);
    return this.#lanes.reduce((best, lane) => (cost(lane) < cost(best) ? lane : best));
  }

  async close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close()));
    this.launcher.close();
  }
}
