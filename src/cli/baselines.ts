// SPDX-License-Identifier: GPL-2.0-only
/** Baselines on the command line: read before a run, updated after it. */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import {
  Baseline,
  type BaselineDocument,
  baselineValidators,
  bucketsOfConditions,
  type Entry,
  entriesFor,
  readBaselines,
  withEntries,
} from '../baseline/index.js';
import { type Problem } from '../input/problem.js';
import { readDocument } from '../input/read_document.js';
import { writeWhole } from '../output/write_file.js';
import type { ResultDocument } from '../result/index.js';
import type { Context } from './context.js';
import { implementationNames } from './options.js';

export interface BaselineFlags {
  /** Files, or false for --no-baseline. */
  baseline?: string[] | false;
  updateBaseline?: boolean;
}

/** Adds the options of baselines to a command. */
export function addBaselineOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--baseline <file>',
        'differences that are known (repeatable; default: none)',
      ).argParser((file, others: string[] | boolean | undefined) => [
        ...(Array.isArray(others) ? others : []),
        file,
      ]),
    )
    .option('--no-baseline', 'forget the baselines named so far')
    .option('--update-baseline', 'add new differences to the --baseline file, without a reason');
}

/** The baselines of a run. */
export class Baselines {
  private constructor(
    readonly known: Baseline,
    private readonly ids: ReadonlySet<string>,
    private readonly updated: string | undefined,
  ) {}

  /** Those that the flags name; undefined, with the problems told, if they cannot be. */
  static async load(flags: BaselineFlags, context: Context): Promise<Baselines | undefined> {
    const files = flags.baseline || [];
    if (flags.updateBaseline && files.length !== 1) {
      context.problem({
        file: '--update-baseline',
        message: `needs exactly one --baseline file to write to, not ${files.length}`,
      });
      return undefined;
    }
    const isNew = flags.updateBaseline && !existsSync(files[0]);
    const { entries, problems } = await readBaselines(isNew ? [] : files, implementationNames());
    for (const problem of problems) context.problem(problem);
    if (problems.length > 0) return undefined;
    const today = new Date().toISOString().slice(0, 10);
    return new Baselines(
      new Baseline(files, entries, today),
      new Set(entries.map(({ entry }) => entry.id)),
      flags.updateBaseline ? files[0] : undefined,
    );
  }

  /** Writes the new differences of a run to the baseline, if that was asked for. */
  async update(document: ResultDocument, context: Context): Promise<void> {
    if (this.updated === undefined) return;
    const added = entriesFor([...document.buckets, ...bucketsOfConditions(document)], this.ids);
    const problem = added.length === 0 ? undefined : await addEntries(this.updated, added);
    if (problem) context.problem(problem);
    else {
      const what = added.length === 1 ? '1 entry' : `${added.length} entries`;
      const fails = added.length > 0 ? '; each fails until it has a reason and an owner' : '';
      context.complain(`${this.updated}: ${what} added${fails}`);
    }
  }
}

async function addEntries(file: string, added: readonly Entry[]): Promise<Problem | undefined> {
  if (!existsSync(file))
    return writeWhole(file, withEntries(undefined, added), { overwrite: true });
  const read = await readDocument<BaselineDocument>(file, baselineValidators);
  if (!read.ok) return read.problems[0];
  const text = withEntries(await readFile(file, 'utf8'), added);
  return writeWhole(file, text, { overwrite: true });
}
