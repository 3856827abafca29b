// SPDX-License-Identifier: GPL-2.0-only
/** `conform`: the implementations against recordings of the compiled kernel code. */

import { Command } from 'commander';
import { createTwoFilesPatch } from 'diff';
import {
  conform,
  type Mismatch,
  RECORDED_IMPLEMENTATIONS,
  type RecordedName,
} from '../../compare/conform.js';
import { findImplementation } from '../../implementations.js';
import { printable, shownName } from '../../input/printable.js';
import { colourLine } from '../../report/divergence_text.js';
import { type Recording } from '../../trace/index.js';
import type { Context } from '../context.js';
import { EXIT_BAD_INPUT, EXIT_DIVERGED, EXIT_EQUAL, EXIT_INCONCLUSIVE } from '../exit_codes.js';
import { booted, recordingsOf } from '../traces.js';

export function conformCommand(context: Context): Command {
  return new Command('conform')
    .description('replay recordings and compare with what the compiled kernel code did')
    .argument('<recordings...>', 'files, folders or globs of recordings')
    .addHelpText(
      'after',
      `
Every recording that fails is shown. One that is undefined for the model (a page in use was put to
another use, and what C makes of that depends on addresses) is equal up to there, and counted apart.
Every result is compared, and the final state to the bit: of legacy and direct, and of
legacy-before-fix where its results are those of legacy. The recordings come from the kernel's C
sources compiled for user space; docs/adr/ says how and why they are the oracle.

Example:
  $ pkvm-tracediff conform test/golden

Exit codes: 0 all passed, 1 a mismatch, 2 bad input, 4 interrupted or nothing recorded`,
    )
    .action(async (inputs: string[]) => {
      process.exitCode = await conformAll(inputs, context);
    });
}

async function conformAll(inputs: string[], context: Context): Promise<number> {
  const passed = new Map<RecordedName, number>();
  const failed = new Map<RecordedName, number>();
  const notKnown = new Map<RecordedName, number>();
  for await (const recording of recordingsOf(inputs, context)) {
    for (const name of RECORDED_IMPLEMENTATIONS) {
      const result = booted(recording, context, () => conformOne(recording, name));
      if (!result) continue;
      const { mismatch } = result;
      const counts = mismatch?.notKnown !== undefined ? notKnown : mismatch ? failed : passed;
      counts.set(name, (counts.get(name) ?? 0) + 1);
      if (mismatch) context.print(mismatchText(recording, name, mismatch, context));
    }
  }
  for (const name of RECORDED_IMPLEMENTATIONS) {
    const unknown = notKnown.get(name) ?? 0;
    context.print(
      `${name}: ${passed.get(name) ?? 0} passed, ${failed.get(name) ?? 0} failed` +
        (unknown > 0 ? `, ${unknown} undefined` : ''),
    );
  }
  if (context.problems > 0) return EXIT_BAD_INPUT;
  if (failed.size > 0) return EXIT_DIVERGED;
  return context.stopped || passed.size === 0 ? EXIT_INCONCLUSIVE : EXIT_EQUAL;
}

function conformOne(recording: Recording, name: RecordedName): { mismatch: Mismatch | undefined } {
  const implementation = findImplementation(name);
  if (!implementation) throw new Error(`no implementation ${name}`);
  return { mismatch: conform(recording, name, implementation) };
}

function mismatchText(
  recording: Recording,
  name: RecordedName,
  mismatch: Mismatch,
  context: Context,
): string {
  const title = context.chalk.bold(
    `${printable(recording.file)}:${recording.line}: ${shownName(recording.name)}: ${mismatch.where}`,
  );
  if (mismatch.notKnown !== undefined) {
    return `${title}\n    undefined, ${name}: ${mismatch.notKnown}`;
  }
  const patch = createTwoFilesPatch(
    'recorded',
    name,
    `${mismatch.recorded}\n`,
    `${mismatch.replayed}\n`,
    undefined,
    undefined,
    { context: 1 },
  );
  const lines = patch.split('\n').filter((line) => line !== '' && !line.startsWith('==='));
  return [title, ...lines.map((line) => `    ${colourLine(line, context.chalk)}`)].join('\n');
}
