// SPDX-License-Identifier: GPL-2.0-only
/** Where the reports of a run go: what was asked for, checked before the run, written after it. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Problem } from '../input/problem.js';
import { didYouMean } from '../input/suggest.js';
import { isStdout, placeKey, STDOUT, whyNotWritable } from '../output/place.js';
import { writeWhole } from '../output/write_file.js';
import { findReporter, REPORTERS, type Reporter } from '../report/registry.js';
import type { ResultDocument } from '../result/index.js';
import type { Context } from './context.js';
import { pageAssets } from '../package/page_assets.js';

/** A report and where it goes; `-` is standard output. */
export interface Report {
  readonly reporter: Reporter;
  readonly path: string;
}

export interface ReportFlags {
  format?: Reporter;
  out?: string;
  report?: Report[];
  force?: boolean;
}

/** Adds the options of reports to a command. */
export function addReportOptions(command: Command): Command {
  const names = REPORTERS.map(({ name }) => name).join(', ');
  return command
    .addOption(
      new Option('--format <format>', `what goes to standard output: ${names}`).argParser(
        parseReporter,
      ),
    )
    .option('--out <file>', 'write that there instead, whole or not at all')
    .addOption(
      new Option(
        '--report <format=file>',
        'one more report, "-" for standard output (repeatable)',
      ).argParser((text, others: Report[] | undefined) => [...(others ?? []), parseReport(text)]),
    )
    .option('--force', 'replace files that are there');
}

const WITH_VALUE = ['--format', '--out', '--report'];

/** The arguments that say what is compared, without those that say where it is reported. */
export function withoutReports(args: readonly string[]): string[] {
  return args.filter((arg, index) => {
    const isValue = WITH_VALUE.includes(args[index - 1]);
    const isOption = WITH_VALUE.some((name) => arg === name || arg.startsWith(`${name}=`));
    return !isValue && !isOption && arg !== '--force';
  });
}

function parseReporter(name: string): Reporter {
  const reporter = findReporter(name);
  if (reporter) return reporter;
  const names = REPORTERS.map((known) => known.name);
  throw new InvalidArgumentError(
    `unknown format "${name}"${didYouMean(name, names)}; there are ${names.join(', ')}.`,
  );
}

function parseReport(text: string): Report {
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  const path = equals < 0 ? STDOUT : text.slice(equals + 1);
  if (path === '') throw new InvalidArgumentError(`"${text}" names no file.`);
  return { reporter: parseReporter(name), path };
}

/** The reports of a run. */
export class Reports {
  private constructor(
    private readonly files: readonly Report[],
    /** What goes to standard output in place of the text for people. */
    readonly printed: Reporter | undefined,
    private readonly force: boolean,
  ) {}

  /** Whether a report needs every replay listed. */
  get listsAll(): boolean {
    return [...this.files.map(({ reporter }) => reporter), this.printed].some(
      (reporter) => reporter?.listsAll,
    );
  }

  /** Whether a report shows single operations. */
  get showsEvidence(): boolean {
    return [...this.files.map(({ reporter }) => reporter), this.printed].some(
      (reporter) => reporter?.showsEvidence,
    );
  }

  /** The reports that the flags ask for; undefined, with the problem told, if they cannot be. */
  static plan(flags: ReportFlags, context: Context): Reports | undefined {
    const all = (flags.report ?? []).map(toStdout);
    const main = flags.format ?? findReporter('text');
    if (main && (flags.format || flags.out !== undefined)) {
      all.unshift(toStdout({ reporter: main, path: flags.out ?? STDOUT }));
    }
    const force = flags.force ?? false;
    const problems = [
      ...samePlace(all),
      ...all.flatMap(({ path }) => whyNotWritable(path, force) ?? []),
    ];
    for (const problem of problems) context.problem(problem);
    if (problems.length > 0) return undefined;
    const printed = all.find(({ path }) => path === STDOUT);
    return new Reports(
      all.filter(({ path }) => path !== STDOUT),
      printed?.reporter,
      force,
    );
  }

  /** Writes every report; false, with the problem told, if one could not be written. */
  async write(document: ResultDocument, context: Context): Promise<boolean> {
    let isWritten = true;
    for (const { reporter, path } of this.files) {
      const text = reporter.render(document, pageAssets);
      const problem = await writeWhole(path, text, { overwrite: this.force });
      if (problem === undefined) continue;
      context.problem(problem);
      isWritten = false;
    }
    if (this.printed) context.print(this.printed.render(document, pageAssets).replace(/\n$/, ''));
    return isWritten;
  }
}

/** `/dev/stdout` as the `-` that it is. */
function toStdout(report: Report): Report {
  return isStdout(report.path) ? { ...report, path: STDOUT } : report;
}

function samePlace(reports: readonly Report[]): Problem[] {
  const problems: Problem[] = [];
  const taken = new Map<string, string>();
  for (const { reporter, path } of reports) {
    const place = placeKey(path);
    const other = taken.get(place);
    if (other === undefined) {
      taken.set(place, reporter.name);
      continue;
    }
    const file = path === STDOUT ? 'standard output' : path;
    problems.push({ file, message: `both ${other} and ${reporter.name} are to go here` });
  }
  return problems;
}
