// SPDX-License-Identifier: GPL-2.0-only
/** Replays one trace through two implementations in lockstep; everything that differs, as data. */

import type { Machine } from '../hyp/machine.js';
import type { MachineConfig } from '../hyp/op.js';
import { isPanic } from '../hyp/outcome.js';
import type { Implementation } from '../hyp/transitions.js';
import type { Trace } from '../trace/trace.js';
import { type CompareLevel, Lockstep } from './lockstep.js';
import { type BeforeOp, type OpObserver, Replay, type StopAt } from './replay_run.js';
import type { TraceResult } from './trace_result.js';

export interface ReplayOptions {
  readonly level: CompareLevel;
  /** Overrides the trace's own nvhe_el2_debug; its expectations then do not apply if it differs. */
  readonly debug?: boolean | undefined;
  readonly observe?: OpObserver | undefined;
  readonly before?: BeforeOp | undefined;
}

/**
 * Replays a trace.
 * @throws BootError when the trace's machine is too small to boot
 */
export function replayTrace(
  trace: Trace,
  first: Implementation,
  second: Implementation,
  options: ReplayOptions,
): TraceResult {
  const { level, debug, observe, before } = options;
  return new Replayer(first, second, level).replay(trace, debug, observe, before);
}

/** Replays traces through one pair of implementations. Machines are booted once a configuration. */
export class Replayer {
  private lockstep: Lockstep | undefined;

  constructor(
    private readonly first: Implementation,
    private readonly second: Implementation,
    private readonly level: CompareLevel,
  ) {}

  /**
   * Replays a trace, with its own nvhe_el2_debug or another.
   * @throws BootError when the trace's machine is too small to boot
   */
  replay(trace: Trace, debug?: boolean, observe?: OpObserver, before?: BeforeOp): TraceResult {
    const replay = this.begin(trace, debug, observe, before);
    while (replay.advance());
    return replay.result();
  }

  /**
   * As `replay()`, for a caller that looks elsewhere between the pieces. The next one may begin when
   * this one is no longer wanted.
   * @throws BootError when the trace's machine is too small to boot
   */
  begin(
    trace: Trace,
    debug?: boolean,
    observe?: OpObserver,
    before?: BeforeOp,
    stopAt?: StopAt,
  ): Replay {
    const setting = debug ?? trace.machine.nvhe_el2_debug;
    const config = { ...trace.machine, nvhe_el2_debug: setting };
    const names = [this.first.name, this.second.name] as const;
    return new Replay(trace, names, setting, () => this.machinesFor(config), {
      observe,
      before,
      stopAt,
    });
  }

  private machinesFor(config: MachineConfig): Lockstep {
    const kept = this.lockstep;
    if (kept && sameMachine(kept.layout.config, config)) {
      kept.reset();
      return kept;
    }
    this.lockstep = undefined;
    this.lockstep = new Lockstep(config, this.first, this.second, this.level, kept, true);
    return this.lockstep;
  }
}

function sameMachine(a: MachineConfig, b: MachineConfig): boolean {
  return (
    a.nvhe_el2_debug === b.nvhe_el2_debug &&
    a.share_guest_warn === b.share_guest_warn &&
    a.carveout.pfn === b.carveout.pfn &&
    a.carveout.hpool_pages === b.carveout.hpool_pages &&
    a.carveout.host_s2_pages === b.carveout.host_s2_pages &&
    a.memory.length === b.memory.length &&
    a.memory.every(
      ({ pfn, pages, nomap }, i) =>
        pfn === b.memory[i].pfn && pages === b.memory[i].pages && nomap === b.memory[i].nomap,
    )
  );
}

/** Runs one machine through a trace up to and including operation `last`, or to its panic. */
export function runTo(machine: Machine, trace: Trace, last: number): number[] {
  const outcomes: number[] = [];
  for (let i = 0; i <= last && i < trace.ops.length; i++) {
    const outcome = machine.run(trace.ops[i]);
    machine.state.commit();
    outcomes.push(outcome);
    if (isPanic(outcome)) break;
  }
  return outcomes;
}
