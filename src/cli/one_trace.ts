// SPDX-License-Identifier: GPL-2.0-only
/** The one trace a command is about. */

import { Option } from 'commander';
import type { Trace } from '../trace/index.js';
import type { Context } from './context.js';
import { EXIT_BAD_INPUT, EXIT_INCONCLUSIVE } from './exit_codes.js';
import { tracesOf } from './traces.js';

export function nameOption(): Option {
  return new Option('--name <name>', 'which trace of the file');
}

/** The trace of a file, or of several the one that is named; else the exit code, after saying why. */
export async function oneTrace(
  input: string,
  name: string | undefined,
  context: Context,
): Promise<Trace | number> {
  const traces: Trace[] = [];
  for await (const trace of tracesOf([input], context, false)) {
    if (name === undefined || trace.name === name) traces.push(trace);
  }
  if (context.problems > 0) return EXIT_BAD_INPUT;
  if (context.stopped) return EXIT_INCONCLUSIVE;
  if (traces.length === 1) return traces[0];
  context.complain(
    traces.length === 0
      ? `${input}: no trace${name === undefined ? '' : ` named "${name}"`}`
      : `${input}: ${traces.length} traces; choose one with --name`,
  );
  return EXIT_BAD_INPUT;
}
