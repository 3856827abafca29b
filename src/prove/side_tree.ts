// SPDX-License-Identifier: GPL-2.0-only
/**
 * One implementation on every combination of answers, by running it again and again: with the answers
 * there are, until it asks for another; then with each that can be given.
 */

import type { Helper, Operation } from '../branches/index.js';
import type { Implementation } from '../hyp/transitions.js';
import { normalForm } from './effects.js';
import { ProofError, type Run, type Script, Scripted, Unanswered } from './oracle.js';
import { classesOf, type ParameterClass, type Parameters } from './parameters.js';

/** What an implementation did, in words that can be compared. */
export interface Behaviour {
  readonly outcome: number | string;
  /** Changes in normal form. */
  readonly changes: readonly string[];
  /** Locks held at a panic. */
  readonly held: number;
}

/** Where a question is asked: what follows each answer to it. */
export interface Asked {
  readonly key: string;
  readonly helper: Helper;
  readonly next: ReadonlyMap<string, Node>;
}

export type Node = Asked | Behaviour;

export function isAsked(node: Node): node is Asked {
  return 'key' in node;
}

/** What an implementation does with one class of parameters. */
export interface SideTree {
  readonly parameters: ParameterClass;
  /**
   * One for each example of the class; a single one where they are all the same. Classes with the same
   * tree have one object for it.
   */
  readonly trees: readonly { readonly example: Parameters; readonly root: Node }[];
}

/** One implementation, asked about each transition. */
export class SideTrees {
  private readonly scripted: Scripted;
  private readonly known = new Map<Operation, readonly SideTree[]>();

  constructor(
    implementation: Implementation,
    readonly debug: boolean,
  ) {
    this.scripted = new Scripted(implementation, debug);
  }

  get name(): string {
    return this.scripted.name;
  }

  /**
   * What it does in a transition, class by class.
   * @throws ProofError when the implementation does what none may
   */
  of(operation: Operation): readonly SideTree[] {
    const known = this.known.get(operation);
    if (known) return known;
    const roots: Node[] = [];
    const found = classesOf(operation).map((parameters) => {
      const [example, ...others] = parameters.examples;
      const grown = this.grow(operation, example);
      const root = roots.find((other) => isSame(other, grown)) ?? grown;
      if (root === grown) roots.push(root);
      const first = { example, root };
      const isUniform = others.every((other) => this.goesAlong(operation, other, first.root));
      if (isUniform) return { parameters, trees: [first] };
      const rest = others.map((other) => ({ example: other, root: this.grow(operation, other) }));
      return { parameters, trees: [first, ...rest] };
    });
    this.known.set(operation, found);
    return found;
  }

  private grow(operation: Operation, parameters: Parameters): Node {
    const script = new Map<string, string>();
    const visit = (): Node => {
      const run = this.run(operation, parameters, script);
      if (!(run instanceof Unanswered)) return behaviourOf(run);
      const { key, answers, helper } = run.question;
      const next = new Map<string, Node>();
      for (const { name } of answers) {
        script.set(key, name);
        next.set(name, visit());
      }
      script.delete(key);
      return { key, helper, next };
    };
    return visit();
  }

  /** Does it go the ways of a tree with other parameters too, and no others? */
  private goesAlong(operation: Operation, parameters: Parameters, root: Node): boolean {
    const script = new Map<string, string>();
    const sizes = new Map<string, number>();
    const visit = (node: Node): boolean => {
      if (!isAsked(node)) {
        const run = this.attempt(() => this.scripted.run(operation, parameters, script));
        if (run instanceof Unanswered || run.asked.size !== script.size) return false;
        for (const [key, answers] of run.asked) if (sizes.get(key) !== answers) return false;
        return isSame(behaviourOf(run), node);
      }
      const { key, next } = node;
      sizes.set(key, next.size);
      for (const [name, child] of next) {
        script.set(key, name);
        if (!visit(child)) return false;
      }
      script.delete(key);
      return true;
    };
    return visit(root);
  }

  private run(operation: Operation, parameters: Parameters, script: Script): Run | Unanswered {
    const run = this.attempt(() => this.scripted.run(operation, parameters, script));
    if (run instanceof Unanswered) return run;
    const again = this.attempt(() => this.scripted.runAfresh(operation, parameters, script));
    if (!(again instanceof Unanswered) && isSameRun(run, again)) return run;
    const what = 'does not do the same twice: it keeps state between calls, or answers at random';
    throw new ProofError(this.name, operation, what);
  }

  private attempt(run: () => Run): Run | Unanswered {
    try {
      return run();
    } catch (error) {
      if (error instanceof Unanswered) return error;
      throw error;
    }
  }
}

function behaviourOf({ outcome, changes, held }: Run): Behaviour {
  return { outcome, changes: normalForm(changes), held };
}

function isSameRun(a: Run, b: Run): boolean {
  if (a.outcome !== b.outcome || a.held !== b.held || a.asked.size !== b.asked.size) return false;
  if (a.changes.length !== b.changes.length) return false;
  for (const key of a.asked.keys()) if (!b.asked.has(key)) return false;
  return a.changes.every(({ text }, i) => text === b.changes[i].text);
}

/** Do two nodes ask and do the same, down to their ends? */
export function isSame(a: Node, b: Node): boolean {
  if (!isAsked(a)) {
    if (isAsked(b)) return false;
    return a.outcome === b.outcome && a.held === b.held && a.changes.join() === b.changes.join();
  }
  if (!isAsked(b) || a.key !== b.key || a.next.size !== b.next.size) return false;
  for (const [answer, node] of a.next) {
    const other = b.next.get(answer);
    if (other === undefined || !isSame(node, other)) return false;
  }
  return true;
}
