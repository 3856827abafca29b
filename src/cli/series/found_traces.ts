// SPDX-License-Identifier: GPL-2.0-only
/** Files of the traces that exploring and fuzzing found: what a report names can be replayed. */

import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Explored } from '../../explore/certificate/explored.js';
import { systemErrorText } from '../../input/system_error.js';
import type { BuiltCommit } from '../../series/index.js';
import { type Trace, type TraceOp, writeTrace } from '../../trace/index.js';
import { cacheFolder } from '../cache_folder.js';
import type { Context } from '../context.js';

export class FoundTraces {
  private constructor(
    /** Of one pair of commits. */
    readonly folder: string,
    private readonly context: Context,
  ) {}

  /** In a folder of the user's, or one of the cache; a folder for each pair of commits. */
  static of(
    first: BuiltCommit,
    second: BuiltCommit,
    save: string | undefined,
    context: Context,
  ): FoundTraces {
    const pair = `${first.name}-${second.name}`;
    if (save !== undefined) return new FoundTraces(join(save, pair), context);
    const keys = [...first.keys, ...second.keys].join();
    const digest = createHash('sha256').update(keys).digest('hex').slice(0, 12);
    const folder = join(cacheFolder(), 'series', 'found', `${pair}-${digest}`);
    return new FoundTraces(folder, context);
  }

  /** The trace, with the file it is in now; without one, with the problem told, if it cannot be written. */
  async keep(found: Trace, name: string): Promise<Trace> {
    const file = join(this.folder, name);
    const trace = withoutExpectations(found);
    try {
      await mkdir(this.folder, { recursive: true });
    } catch (error) {
      const message = `cannot write here: ${systemErrorText(error)}`;
      this.context.problem({ file: this.folder, message });
      return trace;
    }
    const problem = await writeTrace(file, trace, { overwrite: true });
    if (problem) this.context.problem(problem);
    return problem ? trace : { ...trace, file };
  }

  /** What was explored, with the files of its traces. */
  async keepAll(explored: Explored): Promise<Explored> {
    const counterexamples: Explored['counterexamples'][number][] = [];
    for (const [i, example] of explored.counterexamples.entries()) {
      const trace = await this.keep(example.trace, example.trace.file);
      if (trace.file !== example.trace.file) explored.certificate.buckets[i].file = trace.file;
      counterexamples.push({ ...example, trace, result: { ...example.result, trace } });
    }
    return { ...explored, counterexamples };
  }
}

/** Nothing is expected of commits: they are no implementations that a trace could name. */
function withoutExpectations(trace: Trace): Trace {
  const source = trace.source.map((op) => {
    const { expect: _expect, expect_state: _state, ...bare } = op as TraceOp & Expecting;
    return bare as TraceOp;
  });
  return { ...trace, source, expects: source.map(() => undefined), expectStates: undefined };
}

interface Expecting {
  readonly expect?: unknown;
  readonly expect_state?: unknown;
}
