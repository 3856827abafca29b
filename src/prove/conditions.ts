// SPDX-License-Identifier: GPL-2.0-only
/**
 * The conditions under which two implementations differ: for each transition the smallest conjunctions
 * of answers, with what each side then does. A difference comes if and only if one of them holds.
 */

import type { Helper, Operation } from '../branches/index.js';
import { outcomeText } from '../hyp/outcome.js';
import { type Argument, whyNot } from './arguments.js';
import { isGood, PANICS } from './answers.js';
import { type Cube, contains, domainsOf, primesOf } from './cubes.js';
import type { Difference, Leaf, PairTree } from './pair_tree.js';
import type { Behaviour } from './side_tree.js';
import { classesText } from './class_text.js';

/** The variable that stands for the class of the parameters. */
export const CLASS = 'parameters';

/** Combinations of a condition that come to the same on each side. */
export interface Case {
  readonly difference: Difference;
  /** `0`, `-EPERM`, `WARN`, `panic`. */
  readonly outcomes: readonly [string, string];
  /** Why it cannot come up, if there is an argument that it cannot. */
  readonly argument: Argument | undefined;
  readonly leaves: readonly Leaf[];
}

export interface Condition {
  readonly operation: Operation;
  readonly debug: boolean;
  readonly cube: Cube;
  /** Answers that lead there: checks that pass, changes that are done. */
  readonly given: readonly string[];
  /** What then makes the two differ. */
  readonly when: readonly string[];
  /** What can come up first; then what cannot, by argument. */
  readonly cases: readonly Case[];
}

/** The conditions of a transition. */
export function conditionsOf(tree: PairTree, debug: boolean): Condition[] {
  const { operation, leaves, helpers } = tree;
  const differing = leaves.filter(({ difference }) => difference !== undefined);
  const on = differing.map(cubeOf);
  const off = leaves.filter(({ difference }) => difference === undefined).map(cubeOf);
  const domains = domainsOf([...on, ...off]);
  return primesOf(on, off).map((cube) => {
    const literals = [...cube].map(([name, values]) =>
      name === CLASS
        ? { text: classesText(values), isGiven: false }
        : literalOf(name, values, domains.get(name) ?? values, helpers),
    );
    const texts = (isGiven: boolean) =>
      literals.filter((literal) => literal.isGiven === isGiven).map(({ text }) => text);
    const cases = casesOf(
      differing.filter((leaf) => contains(cube, cubeOf(leaf))),
      helpers,
    );
    return { operation, debug, cube, given: texts(true), when: texts(false), cases };
  });
}

/** A combination as a cube. */
export function cubeOf({ classes, answers }: Pick<Leaf, 'classes' | 'answers'>): Cube {
  const cube = new Map<string, ReadonlySet<string>>([[CLASS, new Set(classes)]]);
  for (const [key, answer] of answers) cube.set(key, new Set([answer]));
  return cube;
}

interface Literal {
  readonly text: string;
  readonly isGiven: boolean;
}

function literalOf(
  key: string,
  values: ReadonlySet<string>,
  domain: ReadonlySet<string>,
  helpers: ReadonlyMap<string, Helper>,
): Literal {
  const helper = helpers.get(key) ?? 'hyp_page_count';
  const good = [...domain].find((answer) => isGood(helper, answer));
  const isGiven = values.size === 1 && good !== undefined && values.has(good);
  const others = domain.size - 1 - values.size;
  const isFailure = good !== undefined && !values.has(good);
  const failsHow = others === 0 ? 'fails' : 'returns an error';
  const isAll = others === 0 || (others === 1 && !values.has(PANICS));
  const way = isGiven ? true : isFailure && isAll ? failsHow : undefined;
  return { text: literalText(key, helper, values, way), isGiven };
}

/** @param way true for what lets the transition go on; undefined where the answers are to be named */
function literalText(
  key: string,
  helper: Helper,
  values: ReadonlySet<string>,
  way: true | string | undefined,
): string {
  const [what, after] = key.split(/(?= after )/);
  const tail = after ?? '';
  if (way === undefined) return `${key} answers ${[...values].join(' or ')}`;
  if (helper === 'hyp_page_count')
    return `the reference count is ${way === true ? '' : 'not '}0${tail}`;
  if (way !== true) return `${what} ${way}${tail}`;
  return `${what} ${what.startsWith('check') ? 'passes' : 'is done'}${tail}`;
}

function casesOf(leaves: readonly Leaf[], helpers: ReadonlyMap<string, Helper>): Case[] {
  const cases = new Map<string, Case & { leaves: Leaf[] }>();
  for (const leaf of leaves) {
    const { difference = 'outcome' } = leaf;
    const argument = whyNot(leaf, helpers);
    const outcomes = [behaviourText(leaf.first), behaviourText(leaf.second)] as const;
    const key = argument?.id ?? JSON.stringify([difference, outcomes]);
    const known = cases.get(key);
    if (known) known.leaves.push(leaf);
    else cases.set(key, { difference, outcomes, argument, leaves: [leaf] });
  }
  return [...cases.values()].sort(
    (a, b) => Number(a.argument !== undefined) - Number(b.argument !== undefined),
  );
}

/** The outcome of a side in a word. */
export function behaviourText({ outcome }: Behaviour): string {
  if (typeof outcome === 'number') return outcomeText(outcome);
  return outcome.startsWith('panic') ? 'panic' : outcome;
}
