// SPDX-License-Identifier: GPL-2.0-only
/** The command line: puts the commands together and turns what they end with into an exit code. */

import { Command, CommanderError } from 'commander';
import type { CodeImplementation } from '../../code/index.js';
import { NotComparable } from '../../hyp/not_comparable.js';
import { loadCode, SideError, sideErrorText } from '../code.js';
import { checkCommand } from './check.js';
import { completionCommands } from './completion.js';
import { conformCommand } from './conform.js';
import { dumpCommand } from './dump.js';
import { explainCommand } from './explain.js';
import { exploreCommand } from './explore.js';
import { exportCommand } from './export.js';
import { fuzzCommand } from './fuzz.js';
import { implsCommand } from './impls.js';
import { kernelCommand } from './kernel.js';
import { mergeCommand } from './merge.js';
import { minimizeCommand } from './minimize.js';
import { mutantsCommand } from './mutants.js';
import { proveCommand } from './prove.js';
import { recordCommand } from './record.js';
import { replayCommand } from './replay.js';
import { reportCommand } from './report.js';
import { schemaCommand } from './schema.js';
import { seriesCommand } from './series.js';
import { stepCommand } from './step.js';
import { validateCommand } from './validate.js';
import { Context } from '../context.js';
import { EXIT_BAD_INPUT, EXIT_HELP, EXIT_INCONCLUSIVE, EXIT_INTERNAL } from '../exit_codes.js';
import { manualOf } from '../manual.js';
import { packageVersion } from '../../package/version.js';

const HELP_WIDTH = 80;

/** Runs the command line given in `argv`, as in `process.argv`. */
export async function main(argv: readonly string[]): Promise<void> {
  const context = new Context();
  context.watch();
  const codes: CodeImplementation[] = [];
  try {
    const program = buildProgram(context);
    program.hook('preAction', async (_program, action) => {
      codes.push(...(await loadCode(action.opts(), context)));
    });
    await program.parseAsync([...argv]);
  } catch (error) {
    process.exitCode = exitCodeOf(error, context);
  } finally {
    for (const code of codes) await code.close();
  }
}

/** The manual page as Markdown, for the build. */
export function manual(): string {
  return manualOf(buildProgram(new Context()));
}

function buildProgram(context: Context): Command {
  const program = new Command('pkvm-tracediff')
    .description(
      "Replays traces through two implementations of pKVM's memory-ownership " +
        'transitions and reports every divergence in state or error code.',
    )
    .version(packageVersion())
    .addHelpText('after', EXIT_HELP);
  for (const make of [
    replayCommand,
    reportCommand,
    checkCommand,
    seriesCommand,
    stepCommand,
    validateCommand,
    schemaCommand,
    conformCommand,
    dumpCommand,
    explainCommand,
    exploreCommand,
    proveCommand,
    exportCommand,
    fuzzCommand,
    mergeCommand,
    minimizeCommand,
    mutantsCommand,
    implsCommand,
    kernelCommand,
    recordCommand,
  ]) {
    program.addCommand(make(context));
  }
  const { completion, complete } = completionCommands(program);
  program.addCommand(completion).addCommand(complete, { hidden: true });
  for (const command of [program, ...program.commands]) {
    command.exitOverride().showSuggestionAfterError().showHelpAfterError('(--help tells more)');
    command.configureOutput({
      writeErr: (text) => context.complain(text.trimEnd()),
    });
    command.configureHelp({
      helpWidth: Math.min(HELP_WIDTH, process.stdout.columns ?? HELP_WIDTH),
    });
  }
  return program;
}

function exitCodeOf(error: unknown, context: Context): number {
  if (error instanceof SideError) {
    context.complain(sideErrorText(error));
    return EXIT_BAD_INPUT;
  }
  if (error instanceof NotComparable) {
    context.complain(`not comparable: ${error.message}`);
    return EXIT_INCONCLUSIVE;
  }
  if (context.interrupted) return EXIT_INCONCLUSIVE;
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_BAD_INPUT;
  const message = error instanceof Error ? error.message : String(error);
  context.complain(
    `internal error: ${message}\nThis is a bug of pkvm-tracediff; please report it.`,
  );
  if (process.env.PKVM_TRACEDIFF_DEBUG && error instanceof Error) {
    context.complain(error.stack ?? '');
  }
  return EXIT_INTERNAL;
}
