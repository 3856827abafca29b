// SPDX-License-Identifier: GPL-2.0-only
/** Implementations that are the C of a tree: named on the command line, compiled before it runs. */

import { InvalidArgumentError } from 'commander';
import { CODE_SCHEME, CodeImplementation } from '../code/index.js';
import type { CompareLevel } from '../compare/lockstep.js';
import type { OpName } from '../hyp/op.js';
import type { Implementation } from '../hyp/transitions.js';
import { SideError } from '../side/side.js';
import { cacheFolder } from './cache_folder.js';
import type { Context } from './context.js';

/** The tree that `c:TREE` names, not read yet; undefined for another name. */
export function codeOf(name: string): CodeImplementation | undefined {
  if (!name.startsWith(`${CODE_SCHEME}:`)) return undefined;
  const path = name.slice(CODE_SCHEME.length + 1);
  if (path === '')
    throw new InvalidArgumentError('name a kernel tree, as in c:TREE or c:TREE@REV.');
  return new CodeImplementation(path);
}

/** Do both of a pair have an operation? Models have all; an older tree may have none on guests. */
export function haveOp(pair: readonly Implementation[], op: OpName): boolean {
  return pair.every((one) => !(one instanceof CodeImplementation) || one.supports(op));
}

/**
 * How much of the state two can be compared in: not word by word if one is the C of a tree that keeps it
 * in another way than the other does.
 */
export function comparableLevel(
  pair: readonly Implementation[],
  wanted: CompareLevel,
): CompareLevel {
  const keepings = new Set(
    pair.map((one) => one instanceof CodeImplementation && !one.keepsAsModel),
  );
  return wanted === 'exact' && keepings.size > 1 ? 'ownership' : wanted;
}

/** Says that states of a pair are gone to again, so that what a tree changes must all be told. */
export function forSearch(pair: readonly Implementation[]): void {
  for (const one of pair) if (one instanceof CodeImplementation) one.isSearched = true;
}

/** Is one of a pair the C of a tree, whose processes belong to one thread? */
export function hasCode(pair: readonly Implementation[]): boolean {
  return pair.some((one) => one instanceof CodeImplementation);
}

/** Why two cannot be compared word by word; undefined if they can. */
export function whyNotExact(pair: readonly Implementation[]): string | undefined {
  if (comparableLevel(pair, 'exact') === 'exact') return undefined;
  const [one] = pair.filter((each) => each instanceof CodeImplementation && !each.keepsAsModel);
  return (
    `${one.name} keeps the host's page states in its stage 2 and the other does not: ` +
    'replay, check, explore and minimize compare the two by ownership'
  );
}

/** Everything among values of options that is the C of a tree, each tree once. */
function codesIn(value: unknown, found = new Set<CodeImplementation>()): Set<CodeImplementation> {
  if (value instanceof CodeImplementation) found.add(value);
  else if (Array.isArray(value)) for (const item of value) codesIn(item, found);
  return found;
}

/**
 * Compiles the trees that options name; their processes end with this one.
 * @throws SideError if one cannot be compiled
 */
export async function loadCode(
  options: Readonly<Record<string, unknown>>,
  context: Context,
): Promise<CodeImplementation[]> {
  const codes = [...codesIn(Object.values(options))];
  const stop = new AbortController();
  const watch = () => stop.abort();
  process.once('SIGINT', watch);
  try {
    await Promise.all(
      codes.map((code) =>
        code.load({
          cache: cacheFolder(),
          progress: (message) => {
            if (process.stderr.isTTY && !options.quiet) context.complain(`${message} ...`);
          },
          signal: stop.signal,
          compiler: process.env.CC || undefined,
        }),
      ),
    );
  } finally {
    process.off('SIGINT', watch);
  }
  return codes;
}

/** What is to be said of a side that cannot be had. */
export function sideErrorText({ message, seen }: SideError): string {
  return [message, ...seen.map((line) => `  ${line}`)].join('\n');
}

export { SideError };
