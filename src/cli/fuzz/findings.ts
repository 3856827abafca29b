// SPDX-License-Identifier: GPL-2.0-only
/** Findings of a campaign on their way out: minimised, shown, saved, each cause once. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { replayTrace } from '../../compare/replay.js';
import type { Campaign } from '../../fuzz/batch.js';
import type { Found } from '../../fuzz/campaign.js';
import type { Minimised } from '../../fuzz/document.js';
import { findingName, minimizeFound } from '../../fuzz/finding.js';
import { count } from '../../report/words.js';
import type { KnownDifferences } from '../../result/index.js';
import { opText, type Trace, writeTrace } from '../../trace/index.js';
import type { Context } from '../context.js';

/** A machine with more pages takes seconds a try: minimised when the campaign is over. */
const MOST_PAGES_AT_ONCE = 2 ** 17;
const MS_BETWEEN_BREATHS = 50;

/** Where findings come from and where they go. */
export interface FindingsOptions {
  readonly campaign: Campaign;
  /** Where new ones are saved. */
  readonly folder: string | undefined;
  readonly known: KnownDifferences;
  /** Traces say what pages are after each operation. */
  readonly withStates?: boolean | undefined;
  /** New ones are shown as they come. */
  readonly isShown: boolean;
}

export class Findings {
  readonly minimised: Minimised[] = [];
  private readonly later: Found[] = [];

  constructor(
    private readonly options: FindingsOptions,
    private readonly context: Context,
  ) {}

  /** Takes a new cause: now, or where minimising takes long, at the end. */
  async add(found: Found): Promise<void> {
    const pages = found.machine.memory.reduce((total, region) => total + region.pages, 0);
    if (pages > MOST_PAGES_AT_ONCE) this.later.push(found);
    else await this.minimise(found);
  }

  /** Minimises what was left for the end. */
  async finish(): Promise<void> {
    for (const found of this.later.splice(0)) await this.minimise(found);
  }

  private async minimise(found: Found): Promise<void> {
    const { context, options } = this;
    const file = join(options.folder ?? '.', `${findingName(found)}.json`);
    const search = minimizeFound(options.campaign, found, file, options.withStates);
    let breath = performance.now();
    for (;;) {
      const { done, value } = search.next();
      if (done) {
        await this.finished(found, value);
        return;
      }
      if (performance.now() - breath < MS_BETWEEN_BREATHS) continue;
      await context.breathe();
      breath = performance.now();
    }
  }

  private async finished(found: Found, trace: Trace): Promise<void> {
    const { folder, isShown } = this.options;
    this.minimised.push({ found, trace });
    if (this.isKnown(trace)) return;
    if (isShown) this.show(found, trace);
    if (folder === undefined || existsSync(trace.file)) return;
    const problem = await writeTrace(trace.file, trace);
    if (problem) this.context.problem(problem);
  }

  private isKnown(trace: Trace): boolean {
    const { campaign, known } = this.options;
    const { first, second } = campaign;
    const { divergences, debug } = replayTrace(trace, first, second, { level: 'exact' });
    const divergence = divergences.at(-1);
    if (!divergence) return false;
    const entry = known.find(divergence, {
      pair: [first.name, second.name],
      debug,
      constructed: trace.constructed,
      trace: trace.name,
    });
    return entry !== undefined;
  }

  private show(found: Found, trace: Trace): void {
    const { context } = this;
    const lengths = `${count(found.ops.length, 'operation')}, minimised to ${trace.ops.length}`;
    context.print(context.chalk.bold(found.cause));
    context.print(`  batch ${found.batch}, run ${found.run}: ${lengths}`);
    for (const [i, op] of trace.source.entries()) context.print(`  ${i}  ${opText(op)}`);
    context.print('');
  }
}
