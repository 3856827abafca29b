// SPDX-License-Identifier: GPL-2.0-only
/** Two implementations on the same answers: every combination that either asks for. */

import type { Helper, Operation } from '../branches/index.js';
import type { Parameters } from './parameters.js';
import {
  type Behaviour,
  isAsked,
  isSame,
  type Node,
  type SideTree,
  type SideTrees,
} from './side_tree.js';

/** How two runs differ; as of a divergence. */
export type Difference = 'outcome' | 'state' | 'state-at-panic';

/** One combination of answers, and what the two made of it. */
export interface Leaf {
  /** Names of the classes of parameters in which it is the same. */
  readonly classes: readonly string[];
  /** Answers by question, of the questions that either asked. */
  readonly answers: ReadonlyMap<string, string>;
  /** Undefined where the two agree. */
  readonly difference: Difference | undefined;
  readonly first: Behaviour;
  readonly second: Behaviour;
}

/** All combinations for a transition. */
export interface PairTree {
  readonly operation: Operation;
  /** Combinations of answers, in every class of parameters. */
  readonly combinations: number;
  /** Each combination, if there is one in which the two differ. */
  readonly leaves: readonly Leaf[];
  /** Helper of each question. */
  readonly helpers: ReadonlyMap<string, Helper>;
  /**
   * Parameters whose class does not go one way: an implementation computes with them in a way that is
   * not known. The leaves are of these values, and nothing holds for all of their class.
   */
  readonly unknown: readonly Parameters[];
}

/** A pair of trees, and the classes of parameters that have it. */
interface Group {
  readonly first: Node;
  readonly second: Node;
  readonly classes: string[];
}

/** Walks two trees of a transition together. */
export function pairTree(operation: Operation, first: SideTrees, second: SideTrees): PairTree {
  const groups: Group[] = [];
  const unknown: Parameters[] = [];
  const seconds = second.of(operation);
  first.of(operation).forEach(({ parameters, trees }, i) => {
    const examples = examplesOf(trees, seconds[i].trees);
    const shown = examples.find(([a, b]) => !isSame(a.root, b.root)) ?? examples[0];
    const [a, b] = shown;
    if (examples.length > 1) unknown.push(trees.length > 1 ? a.example : b.example);
    const known = groups.find((group) => group.first === a.root && group.second === b.root);
    if (known) known.classes.push(parameters.name);
    else groups.push({ first: a.root, second: b.root, classes: [parameters.name] });
  });

  const helpers = new Map<string, Helper>();
  if (groups.every((group) => isSame(group.first, group.second))) {
    const combinations = groups.reduce(
      (sum, group) => sum + group.classes.length * leafCount(group.first),
      0,
    );
    return { operation, combinations, leaves: [], helpers, unknown };
  }
  const leaves = groups.flatMap((group) => leavesOf(group, helpers));
  const combinations = leaves.reduce((sum, { classes }) => sum + classes.length, 0);
  return { operation, combinations, leaves, helpers, unknown };
}

type Example = SideTree['trees'][number];

/** The trees of two sides, example by example; a side with one tree has it for every example. */
function examplesOf(
  first: readonly Example[],
  second: readonly Example[],
): (readonly [Example, Example])[] {
  const examples = Math.max(first.length, second.length);
  return Array.from({ length: examples }, (_, n) => [
    first[Math.min(n, first.length - 1)],
    second[Math.min(n, second.length - 1)],
  ]);
}

function leafCount(node: Node): number {
  if (!isAsked(node)) return 1;
  let leaves = 0;
  for (const child of node.next.values()) leaves += leafCount(child);
  return leaves;
}

function leavesOf({ first, second, classes }: Group, helpers: Map<string, Helper>): Leaf[] {
  const leaves: Leaf[] = [];
  const answers = new Map<string, string>();
  const visit = (a: Node, b: Node): void => {
    const one = follow(a, answers);
    const other = follow(b, answers);
    const asked = isAsked(one) ? one : other;
    if (isAsked(asked)) {
      helpers.set(asked.key, asked.helper);
      for (const answer of asked.next.keys()) {
        answers.set(asked.key, answer);
        visit(one, other);
      }
      answers.delete(asked.key);
      return;
    }
    if (isAsked(one) || isAsked(other)) return;
    leaves.push({
      classes,
      answers: new Map(answers),
      difference: differenceOf(one, other),
      first: one,
      second: other,
    });
  };
  visit(first, second);
  return leaves;
}

/** Goes on as far as the answers there are lead. */
function follow(from: Node, answers: ReadonlyMap<string, string>): Node {
  let node = from;
  while (isAsked(node)) {
    const answer = answers.get(node.key);
    const next = answer === undefined ? undefined : node.next.get(answer);
    if (next === undefined) return node;
    node = next;
  }
  return node;
}

function differenceOf(first: Behaviour, second: Behaviour): Difference | undefined {
  if (isSame(first, second)) return undefined;
  if (first.outcome !== second.outcome) return 'outcome';
  return typeof first.outcome === 'number' ? 'state' : 'state-at-panic';
}
