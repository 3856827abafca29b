// SPDX-License-Identifier: GPL-2.0-only
/**
 * One implementation on every combination of answers, by running it again and again, each time with
 * the next answers.
 */

import type { Helper, Operation } from '../branches/index.js';
import type { Implementation } from '../hyp/transitions.js';
import { normalForm } from './effects.js';
import { CHANGES_ITS_MIND, ProofError, type Run } from './oracle.js';
import { classesOf, type ParameterClass, type Parameters } from './parameters.js';
import { Path, type Step } from './path.js';
import { Scripted } from './scripted.js';

/** What an implementation did, in words that can be compared; the same behaviour is one object. */
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

/** Behaviours, each one object, of all sides that are compared. */
export class Behaviours {
  private readonly known = new Map<string, Behaviour>();

  of({ outcome, changes, held }: Run): Behaviour {
    const behaviour = { outcome, changes: normalForm(changes), held };
    const key = JSON.stringify(behaviour);
    const known = this.known.get(key);
    if (known === undefined) this.known.set(key, behaviour);
    return known ?? behaviour;
  }
}

/** What an implementation does in a transition, class by class. */
interface Found {
  readonly trees: readonly SideTree[];
  /** It did not look at NVHE_EL2_DEBUG, so it does the same with the other setting. */
  readonly isOfBoth: boolean;
}

/** One implementation, asked about each transition. */
export class SideTrees {
  private readonly scripted: Scripted;
  private readonly known = new Map<Operation, Found>();

  /**
   * @param behaviours those of the sides that this one is compared with
   * @param other the same implementation with the other setting of debug
   */
  constructor(
    implementation: Implementation,
    debug: boolean,
    private readonly behaviours: Behaviours,
    private readonly other?: SideTrees,
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
    const elsewhere = this.other?.known.get(operation);
    if (elsewhere?.isOfBoth) return elsewhere.trees;
    const known = this.known.get(operation);
    if (known) return known.trees;
    this.scripted.forgetDebug();
    const roots: Node[] = [];
    const trees = classesOf(operation).map((parameters) =>
      this.treeOf(operation, parameters, roots),
    );
    this.known.set(operation, { trees, isOfBoth: !this.scripted.readsDebug });
    return trees;
  }

  /** @param roots trees of other classes, of which one may be the same */
  private treeOf(operation: Operation, parameters: ParameterClass, roots: Node[]): SideTree {
    const { examples } = parameters;
    const tree = (example: Parameters, root: Node) => {
      const known = roots.find((one) => isSame(one, root));
      if (known === undefined) roots.push(root);
      return { example, root: known ?? root };
    };
    const { root, isUniform } = this.grow(operation, examples);
    const first = tree(examples[0], root);
    if (isUniform) return { parameters, trees: [first] };
    const rest = examples
      .slice(1)
      .map((example) => tree(example, this.grow(operation, [example]).root));
    return { parameters, trees: [first, ...rest] };
  }

  /**
   * Runs every path of the first example, each twice: the second time on an instance that has run
   * nothing. `isUniform`: the other examples go the same ways.
   */
  private grow(
    operation: Operation,
    [first, ...others]: readonly Parameters[],
  ): { readonly root: Node; readonly isUniform: boolean } {
    const { scripted } = this;
    const path = new Path();
    const tree = new GrowingTree();
    let isUniform = true;
    do {
      const run = scripted.run(operation, first, path);
      if (!isSameEnd(run, scripted.runAfresh(operation, first, path))) {
        throw new ProofError(this.name, operation, CHANGES_ITS_MIND);
      }
      for (let i = 0; i < others.length && isUniform; i++) {
        isUniform = isSameEnd(run, scripted.runAlike(operation, others[i], path, i + 1));
      }
      tree.add(path.steps, this.behaviours.of(run));
    } while (path.next((step) => tree.leave(step)));
    return { root: tree.root, isUniform };
  }
}

/** Two runs along one path, which asked and changed the same: did they come to the same? */
function isSameEnd(a: Run, b: Run | undefined): boolean {
  return b !== undefined && a.outcome === b.outcome && a.held === b.held;
}

/** A tree to which one path after the other is added, in the order of a search in depth. */
class GrowingTree {
  root: Node = { outcome: 0, changes: [], held: 0 };
  /** What follows the answers to the steps of the path, but for those asked again. */
  private readonly open: { readonly step: Step; readonly next: Map<string, Node> }[] = [];

  add(steps: readonly Step[], leaf: Behaviour): void {
    let depth = 0;
    for (const step of steps) {
      if (step.again) continue;
      if (depth++ < this.open.length) continue;
      const next = new Map<string, Node>();
      this.attach({ key: step.key, helper: step.helper, next });
      this.open.push({ step, next });
    }
    this.attach(leaf);
  }

  /** A step has had all its answers. */
  leave(step: Step): void {
    if (this.open.at(-1)?.step === step) this.open.pop();
  }

  private attach(node: Node): void {
    const last = this.open.at(-1);
    if (last) last.next.set(last.step.answer, node);
    else this.root = node;
  }
}

/** Do two nodes ask and do the same, down to their ends? */
export function isSame(a: Node, b: Node): boolean {
  if (a === b) return true;
  if (!isAsked(a) || !isAsked(b) || a.key !== b.key || a.next.size !== b.next.size) return false;
  for (const [answer, node] of a.next) {
    const other = b.next.get(answer);
    if (other === undefined || !isSame(node, other)) return false;
  }
  return true;
}
