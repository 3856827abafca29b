// SPDX-License-Identifier: GPL-2.0-only
/** Options that several commands share, and how their values are read. */

import { InvalidArgumentError, Option } from 'commander';
import { COMPARE_LEVELS, type CompareLevel } from '../compare/lockstep.js';
import type { Implementation } from '../hyp/transitions.js';
import { findImplementation, IMPLEMENTATIONS } from '../implementations.js';
import { didYouMean } from '../input/suggest.js';
import { codeOf } from './code.js';

export type Pair = readonly [Implementation, Implementation];
export type DebugChoice = 'on' | 'off' | 'both';

export function implementationNames(): string[] {
  return IMPLEMENTATIONS.map((implementation) => implementation.name);
}

/** An implementation by name. */
export function parseImplementation(name: string): Implementation {
  const found = findImplementation(name) ?? codeOf(name);
  if (found) return found;
  const names = implementationNames();
  throw new InvalidArgumentError(
    `unknown implementation "${name}"${didYouMean(name, names)} (there are ${names.join(', ')}, and c:TREE)`,
  );
}

function parsePair(text: string): Pair {
  const names = text.split(',').map((name) => name.trim());
  if (names.length !== 2) throw new InvalidArgumentError('name two implementations, as in A,B.');
  return pairOf(parseImplementation(names[0]), parseImplementation(names[1]));
}

/** Whatever is compared with itself is equal, which says nothing. */
export function pairOf<T extends { readonly name: string }>(first: T, second: T): readonly [T, T] {
  if (first.name !== second.name) return [first, second];
  throw new InvalidArgumentError(`${first.name} compared with itself says nothing: name two.`);
}

/**
 * Each implementation with the next: `A,B,C` stands for the pairs A,B and B,C. Of this program only:
 * helpers can answer nobody else from a script.
 */
export function parseModels(text: string): Pair[] {
  const names = text.split(',').map((name) => name.trim());
  const side = names.find((name) => name.includes(':'));
  if (side !== undefined) {
    throw new InvalidArgumentError(
      `"${side}" runs elsewhere: name implementations of this program; replay and check compare others.`,
    );
  }
  if (names.length < 2) throw new InvalidArgumentError('name two or more, as in A,B,C.');
  const chain = names.map(parseImplementation);
  return chain.slice(1).map((second, index) => [chain[index], second]);
}

/** A whole number from `least` on. */
export function parseCount(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`give a whole number of at least ${least}.`);
    }
    return value;
  };
}

export function pairOption(): Option {
  return new Option('--impl <A,B>', 'the two implementations to compare')
    .argParser(parsePair)
    .default([findImplementation('legacy'), findImplementation('direct')], 'legacy,direct');
}

export function compareOption(): Option {
  return new Option('--compare <level>', 'what must agree after each operation')
    .choices([...COMPARE_LEVELS])
    .default('exact' satisfies CompareLevel);
}

export function debugOption(): Option {
  return new Option(
    '--debug <setting>',
    'CONFIG_NVHE_EL2_DEBUG, overriding the traces; expectations hold for their own setting only',
  ).choices(['on', 'off', 'both']);
}

/** The settings to replay a trace with: undefined stands for the trace's own. */
export function debugSettings(choice: DebugChoice | undefined): (boolean | undefined)[] {
  if (choice === undefined) return [undefined];
  return choice === 'both' ? [false, true] : [choice === 'on'];
}
