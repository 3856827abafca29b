// SPDX-License-Identifier: GPL-2.0-only
/** The C of a tree as an implementation: its machines run the compiled code. */

import { platform } from 'node:os';
import { basename } from 'node:path';
import type { Layout } from '../hyp/layout.js';
import type { OpName } from '../hyp/op.js';
import type { HypState } from '../hyp/state.js';
import type { Implementation, Transitions } from '../hyp/transitions.js';
import { SideError, type SideFact } from '../side/side.js';
import { type BuildOptions, buildProgram, type Program } from './build.js';
import { Child, DEFAULT_LIMITS, type Limits } from './child.js';
import { type ChildSource, CodeMachine } from './code_machine.js';
import { findCompiler } from './compiler.js';
import { dataAt } from './symbols.js';
import { type Probes, probe } from './probe.js';
import { readTree, type Tree } from './tree.js';

/** What the name of a tree begins with where an implementation is asked for: `c:TREE`. */
export const CODE_SCHEME = 'c';

/** The transitions are within the compiled code; nothing here ever calls one. */
const NONE: Transitions = {
  __pkvm_host_share_hyp: within,
  __pkvm_host_unshare_hyp: within,
  __pkvm_host_donate_hyp: within,
  __pkvm_hyp_donate_host: within,
  __pkvm_host_share_ffa: within,
  __pkvm_host_unshare_ffa: within,
};

function within(): never {
  throw new Error('the transitions of a tree are called within its code');
}

/** A tree by its name; `load()` reads and compiles it, and must have ended before it is used. */
export class CodeImplementation implements Implementation {
  readonly name: string;
  description: string;
  commit?: string;
  facts: readonly SideFact[] = [];
  shareGuestWarn: boolean | undefined;
  isUnexpected = false;
  private tree: Tree | undefined;
  private found: Probes | undefined;
  private programs: Program[] = [];
  private children: Children[] = [];
  private loading: Promise<void> | undefined;

  /** Is any state gone to again? To be said by who searches, before there is a machine. */
  isSearched = false;

  /** `path`: `FOLDER`, `REPOSITORY@REVISION` or a tarball. `name`: another than `c:PATH`. */
  constructor(
    readonly path: string,
    name = `${CODE_SCHEME}:${path}`,
  ) {
    this.name = name;
    this.description = `the C of ${path}, compiled for user space`;
  }

  /**
   * Reads and compiles the tree; once, however often it is called.
   * @throws SideError if there is none, or it does not compile, with what to do about it
   */
  load(options: BuildOptions, limits: Limits = DEFAULT_LIMITS): Promise<void> {
    this.loading ??= this.build(options, limits);
    return this.loading;
  }

  private async build(options: BuildOptions, limits: Limits): Promise<void> {
    if (platform() !== 'linux') {
      throw new SideError('the code of a tree is compiled and run on Linux only');
    }
    const tree = await readTree(this.path, options);
    const probes = probe(tree.files);
    const compiler = findCompiler(options.compiler);
    options.progress(`compiling ${this.path}`);
    const settings = probes.debugAtBuildTime ? [false, true] : [false];
    this.programs = await Promise.all(
      settings.map((debug) => buildProgram(tree, probes, compiler, debug, options)),
    );
    this.children = this.programs.map((program) => new Children(this, program, limits));
    this.tree = tree;
    this.found = probes;
    this.shareGuestWarn = probes.hasGuests ? probes.shareGuestWarn : undefined;
    this.isUnexpected = !this.keepsAsModel;
    if (tree.commit) this.commit = tree.commit.slice(0, 12);
    const described = [tree.version, this.commit].filter(Boolean).join(', ');
    this.description = `the C of ${described || this.path}, compiled for user space`;
    this.facts = factsOf(this.path, tree, probes, compiler.version);
  }

  // Properties of their own: whoever wraps an implementation copies those.
  readonly create = (): Transitions => NONE;

  readonly machine = (layout: Layout, spare?: HypState): CodeMachine => {
    const debug = layout.config.nvhe_el2_debug && this.children.length > 1;
    const children = this.children[debug ? 1 : 0];
    if (!children) throw new Error(`${this.name} is not compiled yet`);
    return new CodeMachine(layout, this, children, spare);
  };

  /** What the tree has, as far as its text says. */
  get probes(): Probes {
    if (!this.found) throw new Error(`${this.name} is not compiled yet`);
    return this.found;
  }

  /** Are its words those of the models, so that every one of them can be compared? */
  get keepsAsModel(): boolean {
    return this.probes.hostState !== 'ptes';
  }

  /** Does the tree have the operation? */
  supports(op: OpName): boolean {
    const { hasFfa, hasGuests, hostState } = this.probes;
    if (op === 'poke') return hostState === 'vmemmap';
    if (/^ffa_/.test(op)) return hasFfa;
    return hasGuests || !/_guest$|_vcpu|_vm$/.test(op);
  }

  /** Keys of all that was compiled; two trees with the same keys run the same code. */
  get builds(): string[] {
    return this.programs.map(({ folder }) => basename(folder));
  }

  get version(): string | undefined {
    return this.tree?.version;
  }

  /** Ends all processes, and removes what is not kept. May be called twice. */
  async close(): Promise<void> {
    for (const source of this.children) source.close();
    for (const program of this.programs) await program.dispose();
  }
}

function factsOf(
  path: string,
  { version, commit }: Tree,
  probes: Probes,
  compiler: string,
): SideFact[] {
  return [
    { name: 'tree', value: [path, version, commit?.slice(0, 12)].filter(Boolean).join(', ') },
    { name: 'compiled by', value: compiler },
    {
      name: "the host's page states",
      value: probes.hostState === 'ptes' ? 'in its stage 2' : 'in the vmemmap',
    },
  ];
}

/** One process a machine; a machine that is made from a spare one takes over its process. */
class Children implements ChildSource {
  private readonly byState = new Map<HypState, Child>();
  /** Processes of machines that nobody runs any more. */
  private readonly free: Child[] = [];

  constructor(
    private readonly owner: { readonly isSearched: boolean },
    private readonly program: Program,
    private readonly limits: Limits,
  ) {}

  get isSearched(): boolean {
    return this.owner.isSearched;
  }

  nameOf(offset: number): string {
    return dataAt(this.program.path, offset) ?? `${offset} bytes into the tree's data`;
  }

  start(state: HypState): Child {
    const child = this.free.pop() ?? new Child(this.program.path, this.limits);
    this.byState.set(state, child);
    return child;
  }

  inherit(spare: HypState, state: HypState): Child | undefined {
    const child = this.byState.get(spare);
    if (!child) return undefined;
    this.byState.delete(spare);
    this.byState.set(state, child);
    return child;
  }

  forget(state: HypState): void {
    this.byState.get(state)?.close();
    this.byState.delete(state);
  }

  release(state: HypState): void {
    const child = this.byState.get(state);
    if (child) this.free.push(child);
    this.byState.delete(state);
  }

  close(): void {
    for (const child of [...this.byState.values(), ...this.free]) child.close();
    this.byState.clear();
    this.free.length = 0;
  }
}
