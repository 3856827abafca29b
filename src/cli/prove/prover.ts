// SPDX-License-Identifier: GPL-2.0-only
/** Theorems for commands: proved, and settled with what the package keeps and what is found now. */

import { fileURLToPath } from 'node:url';
import { readDocument } from '../../input/read_document.js';
import { watchAll } from '../../prove/assumptions.js';
import { proveBounded } from '../../prove/bounded.js';
import { theoremSection } from '../../prove/document.js';
import { searchFromBoot } from '../../prove/search/from_boot.js';
import { Contradiction, Settled } from '../../prove/settle.js';
import {
  type ConstructedCase,
  isCurrent,
  type Kept,
  replayLong,
  runWorlds,
  settleFrom,
  watchedFrom,
  type WatchedCounts,
} from '../../prove/settled.js';
import { OpCode } from '../../hyp/op.js';
import { Prover } from '../../prove/theorem.js';
import type { SettledDocument } from '../../prove/types.generated.js';
import { settledValidators } from '../../prove/validators.js';
import type { KnownDifferences, Theorem } from '../../result/index.js';
import {
  decompileOp,
  madeTrace,
  Parser,
  readFiles,
  findTraceFiles,
  type Trace,
} from '../../trace/index.js';
import type { Context } from '../context.js';
import type { Pair } from '../options.js';
import { PACKAGE_ROOT } from '../../package/root.js';
import { tracesOf } from '../traces.js';

const SETTLED = 'proofs/settled.json';

/** What a pair's proof came to. */
export interface Proved {
  readonly section: Theorem;
  readonly settled: Settled;
  readonly watched: WatchedCounts;
  /** Traces to cases that no trace was known for. */
  readonly made: readonly Trace[];
}

/** A replay in which the two parted. */
export interface Finding {
  readonly trace: Trace;
  readonly debug: boolean;
}

export interface ProveOptions {
  /** Takes nothing from the file but the traces. */
  readonly afresh?: boolean | undefined;
  /** Takes what was settled with another version of the model, and says so. */
  readonly takesOld?: boolean;
  /** What was found between the two elsewhere. */
  readonly findings?: readonly Finding[];
}

/** Proves pairs; what is the same for all of them is read and run once. */
export class TheoremMaker {
  private readonly prover = new Prover();
  private watched: WatchedCounts | undefined;

  private constructor(
    readonly kept: Kept,
    private readonly context: Context,
  ) {}

  /** Reads what settles; undefined, with the problems told, if it cannot be. */
  static async load(context: Context): Promise<TheoremMaker | undefined> {
    const path = fileURLToPath(new URL(SETTLED, PACKAGE_ROOT));
    const read = await readDocument<SettledDocument>(path, settledValidators);
    if (!read.ok) {
      for (const problem of read.problems) context.problem(problem);
      return undefined;
    }
    const traces = new Map<string, Trace>();
    const parser = Parser.ofTraces();
    for (const file of new Set(read.document.traces.map((witness) => witness.file))) {
      const trace = await readOne(file, parser, context);
      if (trace) traces.set(file, trace);
    }
    return new TheoremMaker({ document: read.document, traces }, context);
  }

  /** Was everything that is kept settled with the model as it is? */
  get isCurrent(): boolean {
    return isCurrent(this.kept.document);
  }

  /**
   * Proves a pair, settles its conditions, and holds what was found against them.
   * @throws ProofError when an implementation does what none may
   */
  async prove(
    pair: Pair,
    debugs: readonly boolean[],
    known: KnownDifferences,
    { afresh = false, takesOld = false, findings = [] }: ProveOptions = {},
  ): Promise<Proved> {
    const kept = afresh ? withoutModel(this.kept) : this.kept;
    const settled = new Settled(proveBounded(this.prover, pair, debugs), pair);
    const made: Trace[] = [];
    const contradictions: string[] = [];
    try {
      settleFrom(kept, settled, takesOld);
      for (const { trace, debug } of findings) settled.replay(trace, debug);
      if (settled.unwitnessed.length > 0) replayLong(kept, settled);
      const next = (found: ConstructedCase) => traceOf(found, pair, made.length);
      const keep = (trace: Trace) => void made.push(trace);
      searchFromBoot(settled, pair, next, keep);
      runWorlds(settled, pair, (found) => {
        const trace = next(found);
        keep(trace);
        settled.replay(trace, found.debug);
      });
    } catch (error) {
      if (!(error instanceof Contradiction)) throw error;
      contradictions.push(error.message);
    }
    this.watched ??= watchedFrom(kept, takesOld) ?? (await this.watch(pair));
    const { watched } = this;
    const proved = theoremSection(settled, watched, known, contradictions);
    const isOld = takesOld && !isCurrent(kept.document);
    const section: Theorem = isOld ? { ...proved, otherModel: true } : proved;
    return { section, settled, watched, made };
  }

  /** The helpers are the same for every pair, so one is enough to watch them. */
  private async watch(pair: Pair): Promise<WatchedCounts> {
    const bundled: Trace[] = [];
    for await (const trace of tracesOf([], this.context, false)) bundled.push(trace);
    return watchAll(pair, bundled);
  }
}

/** What was run with another model is run again. */
function withoutModel({ document, traces }: Kept): Kept {
  return { document: { ...document, model: '000000000000' }, traces };
}

/** A trace of the package, with its path from there. */
async function readOne(
  file: string,
  parser: Parser<'trace'>,
  context: Context,
): Promise<Trace | undefined> {
  const path = fileURLToPath(new URL(file, PACKAGE_ROOT));
  const { files, problems } = await findTraceFiles([path]);
  for (const problem of problems) context.problem(problem);
  for await (const item of readFiles(parser, files, {})) {
    if (item.kind === 'problem') context.problem(item.problem);
    else return { ...item.trace, file };
  }
  return undefined;
}

function traceOf({ machine, ops, debug }: ConstructedCase, pair: Pair, index: number): Trace {
  const name = `prove-${pair.map((one) => one.name).join('-')}-${index}`;
  const isPoked = ops.some(({ code }) => code === OpCode.poke);
  const way = isPoked ? 'A constructed state in which' : 'The way from boot to where';
  return madeTrace({
    name: name.replaceAll(/[^A-Za-z0-9]+/g, '-').toLowerCase(),
    description: `${way} ${pair[0].name} and ${pair[1].name} part, found by prove.`,
    machine: { ...machine, nvhe_el2_debug: debug },
    source: ops.map(decompileOp),
    file: `${name}.json`,
  });
}
