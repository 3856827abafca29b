// SPDX-License-Identifier: GPL-2.0-only
/** `export`: a trace in the form that another test runs. */

import { Command, Option } from 'commander';
import { exportSelftest } from '../../export/selftest.js';
import type { Implementation } from '../../hyp/transitions.js';
import { findImplementation } from '../../implementations.js';
import { opText } from '../../ops/index.js';
import { STDOUT } from '../../output/place.js';
import { writeWhole } from '../../output/write_file.js';
import type { Context } from '../context.js';
import { EXIT_BAD_INPUT, EXIT_EQUAL } from '../exit_codes.js';
import { nameOption, oneTrace } from '../one_trace.js';
import { parseImplementation } from '../options.js';
import { booted } from '../traces.js';

interface ExportFlags {
  impl: Implementation;
  name?: string;
  out: string;
  force?: boolean;
}

export function exportCommand(context: Context): Command {
  return new Command('export')
    .description("write a trace as C for the kernel's own pkvm_ownership_selftest()")
    .argument('<trace>', 'a file with one trace (- for stdin), or with --name one of its traces')
    .addOption(
      new Option('--format <format>', 'what is written').choices(['selftest']).default('selftest'),
    )
    .addOption(nameOption())
    .addOption(
      new Option('--impl <name>', 'whose results the test is to expect')
        .argParser(parseImplementation)
        .default(findImplementation('direct'), 'direct'),
    )
    .option('--out <file>', 'where to, "-" for standard output', STDOUT)
    .option('--force', 'replace a file that is there')
    .addHelpText(
      'after',
      `
The test has one page, one VM that is set up, and two guest frames; it runs with
CONFIG_NVHE_EL2_DEBUG. A trace that needs more is refused, operation by
operation. What is written goes into the function, before the page is put back.

Example:
  $ pkvm-tracediff export traces/selftest/selftest.json --impl direct`,
    )
    .action(async (input: string, flags: ExportFlags) => {
      process.exitCode = await exportTrace(input, flags, context);
    });
}

async function exportTrace(input: string, flags: ExportFlags, context: Context): Promise<number> {
  const trace = await oneTrace(input, flags.name, context);
  if (typeof trace === 'number') return trace;
  const made = booted(trace, context, () => exportSelftest(trace, flags.impl));
  if (!made) return EXIT_BAD_INPUT;
  if (!made.ok) {
    for (const { op, reason } of made.refused) {
      const message = `${opText(trace.source[op])}: ${reason}`;
      context.problem({ file: trace.file, line: trace.line, pointer: `/ops/${op}`, message });
    }
    return EXIT_BAD_INPUT;
  }
  const problem = await writeWhole(flags.out, made.text, { overwrite: flags.force === true });
  if (!problem) return EXIT_EQUAL;
  context.problem(problem);
  return EXIT_BAD_INPUT;
}
