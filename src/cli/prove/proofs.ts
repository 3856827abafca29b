// SPDX-License-Identifier: GPL-2.0-only
/** Theorems beside what a run finds: all that is found must satisfy one of their conditions. */

import type { TraceResult } from '../../compare/trace_result.js';
import { isLong } from '../../prove/settled.js';
import type { KnownDifferences, Theorem } from '../../result/index.js';
import type { Context } from '../context.js';
import type { Pair } from '../options.js';
import { type Finding, TheoremMaker } from './prover.js';

export class Proofs {
  /** Diverging replays by pair. */
  private readonly findings = new Map<string, Finding[]>();

  private compared = 0;

  private constructor(
    private readonly maker: TheoremMaker,
    private readonly pairs: readonly Pair[],
  ) {}

  /** Undefined, with the problems told, if what settles conditions cannot be read. */
  static async load(pairs: readonly Pair[], context: Context): Promise<Proofs | undefined> {
    const maker = await TheoremMaker.load(context);
    // Machines of their own kind, as of compiled code, have no helpers that could be given answers.
    const proved = pairs.filter((pair) => pair.every(({ machine }) => machine === undefined));
    return maker && new Proofs(maker, proved);
  }

  /** Operations that the run compared: where there are none, nothing is stated either. */
  get hasCompared(): boolean {
    return this.compared > 0;
  }

  /** Keeps a replay that diverged; of long ones the theorem has its own. */
  add(pair: readonly [string, string], result: TraceResult): void {
    const { trace, debug, divergences } = result;
    this.compared += result.compared;
    if (!divergences.some(({ kind }) => kind !== 'expectation') || isLong(trace)) return;
    const name = pair.join();
    this.findings.set(name, [...(this.findings.get(name) ?? []), { trace, debug }]);
  }

  /**
   * The theorems of all pairs.
   * @throws ProofError when an implementation does what none may
   */
  async settle(debugs: readonly boolean[], known: KnownDifferences): Promise<Theorem[]> {
    const theorems: Theorem[] = [];
    for (const pair of this.pairs) {
      const findings = this.findings.get(`${pair[0].name},${pair[1].name}`) ?? [];
      const { section } = await this.maker.prove(pair, debugs, known, {
        findings,
        takesOld: true,
      });
      theorems.push(section);
    }
    return theorems;
  }
}
