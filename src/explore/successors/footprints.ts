// SPDX-License-Identifier: GPL-2.0-only
/**
 * Footprints: for each action a decision tree over component ids. An operation is deterministic, so
 * which word it reads next depends only on what it has read; a path of the tree is the components
 * it read with the ids it found there, and the leaf is its effect. A state that agrees with a path
 * needs no machine. Words outside all components are constant; when one turns out not to be, all
 * trees are thrown away.
 */

/** A action that is not enabled. Effects follow from 1 on, as -1 - effect in the trees. */
const UNKNOWN = 0;

export class Footprints {
  /** What each action asks first: a node, or -1 - leaf, or 0 for nothing known. */
  roots: Int32Array;
  /** By node: the component it asks for, and where its children are, one an id. */
  nodeVariable = new Int32Array(256);
  nodeBase = new Int32Array(256);
  nodeCapacity = new Int32Array(256);
  children = new Int32Array(4096);
  /** Leaves learned, also those that were thrown away. */
  learned = 0;

  private nrNodes = 1;
  private nrChildren = 0;

  constructor(private readonly actions: number) {
    this.roots = new Int32Array(actions);
  }

  /** Bytes of the trees. */
  get bytes(): number {
    return 12 * this.nodeBase.length + this.children.byteLength;
  }

  clear(): void {
    this.roots = new Int32Array(this.actions);
    this.nrNodes = 1;
    this.nrChildren = 0;
    this.children.fill(0);
  }

  /** The leaf for an action in a state, or -1 if it has to be executed. */
  find(action: number, ids: Int32Array): number {
    const { nodeVariable, nodeBase, nodeCapacity, children } = this;
    let at = this.roots[action];
    while (at > 0) {
      const id = ids[nodeVariable[at]];
      at = id < nodeCapacity[at] ? children[nodeBase[at] + id] : UNKNOWN;
    }
    return -1 - at;
  }

  /** What is asked on the way to the leaf for an action in a state, which is known. */
  variables(action: number, ids: Int32Array): number[] {
    const asked: number[] = [];
    for (let at = this.roots[action]; at > 0; ) {
      const variable = this.nodeVariable[at];
      asked.push(variable);
      at = this.children[this.nodeBase[at] + ids[variable]];
    }
    return asked;
  }

  /**
   * Remembers a leaf. `path`: the components that were read, in order of their first read. A walk may
   * look at more or fewer of them first, by what was walked before; whatever a path of the tree asks
   * for beyond what was read only makes the leaf narrower than it need be.
   */
  learn(action: number, path: readonly number[], ids: Int32Array, leaf: number): void {
    this.learned++;
    const left = new Set(path);
    let at = this.roots[action];
    let parent = -1;
    for (;;) {
      if (at < 0) throw new Error('an operation is executed again in a state that is known');
      if (at === UNKNOWN) {
        const next = left.values().next();
        if (next.done) break;
        at = this.newNode(next.value, ids[next.value]);
        this.set(parent, action, at);
      }
      const component = this.nodeVariable[at];
      left.delete(component);
      const id = ids[component];
      if (id >= this.nodeCapacity[at]) this.widen(at, id);
      parent = this.nodeBase[at] + id;
      at = this.children[parent];
    }
    this.set(parent, action, -1 - leaf);
  }

  private set(child: number, action: number, value: number): void {
    if (child < 0) this.roots[action] = value;
    else this.children[child] = value;
  }

  private newNode(component: number, id: number): number {
    const node = this.nrNodes++;
    if (node === this.nodeBase.length) {
      this.nodeVariable = grown(this.nodeVariable, 2 * node);
      this.nodeBase = grown(this.nodeBase, 2 * node);
      this.nodeCapacity = grown(this.nodeCapacity, 2 * node);
    }
    this.nodeVariable[node] = component;
    this.nodeCapacity[node] = 0;
    this.nodeBase[node] = 0;
    this.widen(node, id);
    return node;
  }

  /** Moves a node's children to where there is room for an id. */
  private widen(node: number, id: number): void {
    let capacity = 4;
    while (capacity <= id) capacity *= 2;
    const base = this.nrChildren;
    this.nrChildren += capacity;
    if (this.nrChildren > this.children.length) {
      this.children = grown(this.children, Math.max(2 * this.children.length, this.nrChildren));
    }
    const from = this.nodeBase[node];
    this.children.copyWithin(base, from, from + this.nodeCapacity[node]);
    this.nodeBase[node] = base;
    this.nodeCapacity[node] = capacity;
  }
}

function grown(array: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const result = new Int32Array(length);
  result.set(array);
  return result;
}
