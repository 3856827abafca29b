// SPDX-License-Identifier: GPL-2.0-only
/** Coverage on the command line: counted when it is asked for, at no cost when it is not. */

import type { Command } from 'commander';
import {
  CoverageCollector,
  type CoverageObserver,
  missingOf,
  type RequirementDocument,
  readRequirement,
} from '../coverage/index.js';
import type { Implementation } from '../hyp/transitions.js';
import type { Coverage } from '../result/index.js';
import type { Trace } from '../trace/index.js';
import type { Context } from './context.js';
import { implementationNames } from './options.js';

export interface CoverageFlags {
  coverage?: boolean;
  requireCoverage?: string;
  /** The command counts it whether or not it is asked to. */
  countsCoverage?: boolean;
}

/** Adds the options of coverage to a command. */
export function addCoverageOptions(command: Command): Command {
  return command
    .option('--coverage', 'count states, outcomes and branches met, and list those never met')
    .option('--require-coverage <file>', 'what must be met, or the run is inconclusive');
}

/** Counting for one run, or not. */
export class CoverageRun {
  private constructor(
    private readonly collector: CoverageCollector | undefined,
    private readonly requirement: RequirementDocument | undefined,
  ) {}

  /** As the flags say; undefined, with the problems told, if that cannot be. */
  static async load(flags: CoverageFlags, context: Context): Promise<CoverageRun | undefined> {
    const file = flags.requireCoverage;
    if (file === undefined) {
      const isOn = flags.coverage || flags.countsCoverage;
      return new CoverageRun(isOn ? new CoverageCollector() : undefined, undefined);
    }
    const read = await readRequirement(file, implementationNames());
    if (read.ok) return new CoverageRun(new CoverageCollector(), read.requirement);
    for (const problem of read.problems) context.problem(problem);
    return undefined;
  }

  watched(implementation: Implementation): Implementation {
    return this.collector?.watched(implementation) ?? implementation;
  }

  observer(
    names: readonly [string, string],
    trace: Trace,
    debug: boolean | undefined,
  ): CoverageObserver | undefined {
    return this.collector?.observer(names, trace.ops, debug ?? trace.machine.nvhe_el2_debug);
  }

  section(): Coverage | undefined {
    const implementations = this.collector?.section();
    if (implementations === undefined) return undefined;
    const missing = this.requirement ? missingOf(this.requirement, implementations) : [];
    return { implementations, missing };
  }
}
