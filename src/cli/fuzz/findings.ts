// SPDX-License-Identifier: GPL-2.0-only
/** Findings of a campaign on their way out: minimised, shown, saved, each cause once. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { replayTrace } from '../../compare/replay.js';
import type { Campaign } from '../../fuzz/batch.js';
import type { Found, UndefinedFound } from '../../fuzz/campaign.js';
import type { Minimised } from '../../fuzz/document.js';
import {
  findingName,
  minimizeFound,
  minimizeUndefined,
  undefinedName,
} from '../../fuzz/finding.js';
import type { Progress } from '../../minimize/index.js';
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

type FoundAt = Pick<Found, 'ops' | 'batch' | 'run'>;

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

  /** Takes the run that became undefined, at the end: no difference, but a trace to look at. */
  async addUndefined(found: UndefinedFound): Promise<Trace> {
    const { campaign, folder, isShown } = this.options;
    const file = join(folder ?? '.', `${undefinedName(found)}.json`);
    const trace = await this.searched(minimizeUndefined(campaign, found, file));
    if (isShown) this.show(`undefined: ${found.what}`, found, trace);
    await this.save(trace);
    return trace;
  }

  private async minimise(found: Found): Promise<void> {
    const { options } = this;
    const file = join(options.folder ?? '.', `${findingName(found)}.json`);
    const trace = await this.searched(
      minimizeFound(options.campaign, found, file, options.withStates),
    );
    this.minimised.push({ found, trace });
    if (this.isKnown(trace)) return;
    if (options.isShown) this.show(found.cause, found, trace);
    await this.save(trace);
  }

  /** Runs a search to its end, with a breath now and then. */
  private async searched(search: Generator<Progress, Trace>): Promise<Trace> {
    let breath = performance.now();
    for (;;) {
      const { done, value } = search.next();
      if (done) return value;
      if (performance.now() - breath < MS_BETWEEN_BREATHS) continue;
      await this.context.breathe();
      breath = performance.now();
    }
  }

  private async save(trace: Trace): Promise<void> {
    if (this.options.folder === undefined || existsSync(trace.file)) return;
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

  private show(title: string, { ops, batch, run }: FoundAt, trace: Trace): void {
    const { context } = this;
    const lengths = `${count(ops.length, 'operation')}, minimised to ${trace.ops.length}`;
    context.print(context.chalk.bold(title));
    context.print(`  batch ${batch}, run ${run}: ${lengths}`);
    for (const [i, op] of trace.source.entries()) context.print(`  ${i}  ${opText(op)}`);
    context.print('');
  }
}
