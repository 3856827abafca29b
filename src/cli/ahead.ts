// SPDX-License-Identifier: GPL-2.0-only
/**
 * Replays through sides that take their time, begun some traces ahead, so that several kernels work
 * at once. Who takes them gets them in the order of the traces.
 */

import { availableParallelism } from 'node:os';
import type { OutcomeObserver, TraceResult } from '../compare/trace_result.js';
import type { SidePair } from '../side/side_pair.js';
import type { Trace } from '../trace/index.js';

/** What a trace is replayed through. */
export interface AheadRun {
  readonly replayer: SidePair;
  /** NVHE_EL2_DEBUG; undefined: as the trace says. */
  readonly debug: boolean | undefined;
}

/** A replay that was begun, and what its observer is still to hear. */
interface Begun extends AheadRun {
  readonly result: Promise<TraceResult>;
  readonly heard: Parameters<OutcomeObserver>[];
}

export class Ahead {
  readonly #begun = new Map<Trace, Begun[]>();

  constructor(private readonly runs: readonly AheadRun[]) {}

  /** The traces, each with its replays begun; as many of them ahead as there are processors. */
  async *of(traces: AsyncIterable<Trace>): AsyncGenerator<Trace> {
    const waiting: Trace[] = [];
    const most = this.runs.length > 0 ? availableParallelism() : 1;
    for await (const trace of traces) {
      this.#begin(trace);
      waiting.push(trace);
      const next = waiting.length >= most ? waiting.shift() : undefined;
      if (next) yield next;
    }
    yield* waiting;
  }

  #begin(trace: Trace): void {
    const begun = this.runs.map(({ replayer, debug }) => {
      const heard: Begun['heard'] = [];
      const result = replayer.replay(trace, debug, (...said) => heard.push(said));
      // Whoever takes it hears of the error; nobody may be left to.
      result.catch(() => {});
      return { replayer, debug, result, heard };
    });
    this.#begun.set(trace, begun);
  }

  /** The result of a replay that was begun; the observer hears of its operations first. */
  async take(
    trace: Trace,
    { replayer, debug }: AheadRun,
    observe: OutcomeObserver,
  ): Promise<TraceResult> {
    const begun = this.#begun.get(trace) ?? [];
    const at = begun.findIndex((one) => one.replayer === replayer && one.debug === debug);
    const [replay] = begun.splice(at, 1);
    if (begun.length === 0) this.#begun.delete(trace);
    if (!replay) throw new Error(`${trace.name} was not begun`);
    const result = await replay.result;
    for (const said of replay.heard) observe(...said);
    return result;
  }
}
