// SPDX-License-Identifier: GPL-2.0-only
/** Keeps what an instrumented machine does as a tree of calls, as a list of effects, and as a cost. */

import type { Machine } from '../hyp/machine.js';
import { ChangeDecoder, type WordChange } from './change_decoder.js';
import { Digest } from './digest.js';
import { phaseOf } from './phases.js';
import {
  type CallNode,
  type Effect,
  emptyRecord,
  type OpRecord,
  type TreeNode,
} from './trace_tree.js';

/** Most nodes of a tree, and most calls of one function side by side, that are spelled out. */
const MOST_NODES = 4000;
const MOST_ALIKE = 8;
/** Most effects of one step in a row that are kept one by one. */
const MOST_EFFECTS = 4000;

/** A call that is open: its node, unless it is one too many to be spelled out. */
interface Frame {
  readonly name: string;
  readonly node: CallNode | undefined;
  readonly phase: string;
  lastName: string;
  alike: number;
}

export class Recorder {
  active = false;
  /** Depth of what reads words without counting. */
  private muted = 0;
  /** Whole pages are being cleared. */
  zeroing = false;
  record: OpRecord = emptyRecord();
  private readonly decoder: ChangeDecoder;
  private frames: Frame[] = [];
  private readonly pending: WordChange[] = [];
  private nodes = 0;
  private lastWritten = -1;
  private panicking = false;
  /** The step the last effect belongs to, effects of it in a row, and those beyond the limit. */
  private runPhase = '';
  private runLength = 0;
  private rest = new Digest();
  /** The state has changed unseen since the last record. */
  private stale = true;

  constructor(readonly machine: Machine) {
    this.decoder = new ChangeDecoder(machine);
  }

  /** Starts a record, of the operation that comes next. */
  begin(): void {
    this.record = emptyRecord();
    this.frames = [];
    this.pending.length = 0;
    this.nodes = 0;
    this.runPhase = '';
    this.runLength = 0;
    this.rest = new Digest();
    this.lastWritten = -1;
    this.panicking = false;
    this.muted = 0;
    this.zeroing = false;
    if (this.stale) this.decoder.rescan();
    this.stale = false;
    this.active = true;
  }

  end(): OpRecord {
    this.flush();
    this.tellRest();
    this.active = false;
    return this.record;
  }

  /** The whole state is about to be replaced. */
  forget(): void {
    this.stale = true;
  }

  /** Name of the innermost open call. */
  get innermost(): string | undefined {
    return this.frames[this.frames.length - 1]?.name;
  }

  /** A traced function is called; its arguments are asked for only if it is spelled out. */
  enter(name: string, args: () => string): void {
    this.flush();
    const { cost } = this.record;
    cost.calls++;
    const parent = this.frames[this.frames.length - 1];
    const phase = parent?.phase || phaseOf(name) || '';
    const node = this.isSpelledOut(parent, name) ? this.open(parent, name, args) : undefined;
    if (!node) this.countMore(parent, name);
    this.frames.push({ name, node, phase, lastName: '', alike: 0 });
    if (this.frames.length > cost.depth) cost.depth = this.frames.length;
  }

  /** The innermost call returns. */
  leave(result: () => string, found: string | undefined): void {
    this.flush();
    const frame = this.frames.pop();
    if (!frame) return;
    if (frame.node) {
      frame.node.result = result();
      if (found !== undefined) frame.node.found = found;
    }
    if (found !== undefined) this.effect('check', found, frame.phase);
  }

  /** A panic leaves the innermost call. */
  unwind(code: string): void {
    this.flush();
    const frame = this.frames.pop();
    if (frame?.node) frame.node.panic = { code, here: !this.panicking };
    this.panicking = true;
  }

  lock(lock: string, taken: boolean): void {
    this.flush();
    this.attach({ kind: 'lock', lock, taken });
    this.effect('lock', `${taken ? 'lock' : 'unlock'} ${lock}`, 'lock');
  }

  tlbFlush(name: string): void {
    this.flush();
    this.record.cost.tlbi++;
    this.attach({ kind: 'flush', name });
    this.effect('flush', 'TLB invalidation', this.phase());
  }

  config(name: string, on: boolean): void {
    this.flush();
    this.attach({ kind: 'config', name, on });
  }

  walk(): void {
    this.record.cost.walks++;
  }

  /** Do reads of words count just now? Those of the comparison do not. */
  get counts(): boolean {
    return this.active && this.muted === 0 && this.frames.length > 0;
  }

  /** Runs something whose accesses to words are not accesses of the C code. */
  quietly<T>(run: () => T): T {
    this.muted++;
    try {
      return run();
    } finally {
      this.muted--;
    }
  }

  /** Runs something within `quietly()` whose accesses count after all. */
  loudly<T>(run: () => T): T {
    const { muted } = this;
    this.muted = 0;
    try {
      return run();
    } finally {
      this.muted = muted;
    }
  }

  /** A word is read; counted if it is the low half of a descriptor. */
  read(word: number): void {
    if (this.muted === 0 && (word & 1) === 0 && this.decoder.isPte(word)) {
      this.record.cost.pteReads++;
    }
  }

  /** A word is about to be written. */
  write(word: number, before: number, after: number): void {
    if (!this.active) {
      this.stale = true;
      return;
    }
    if (!this.zeroing && this.decoder.isPte(word)) this.countPteWrite(word);
    if (before !== after) this.pending.push({ word, before, after, zeroed: this.zeroing });
  }

  /** A descriptor is one write, whether both halves of it are stored or one. */
  private countPteWrite(word: number): void {
    const isSecondHalf = (word & 1) === 1 && this.lastWritten === word - 1;
    if (!isSecondHalf) this.record.cost.pteWrites++;
    this.lastWritten = word;
  }

  private flush(): void {
    this.lastWritten = -1;
    if (this.pending.length === 0) return;
    const changes = this.quietly(() => this.decoder.decode(this.pending));
    this.pending.length = 0;
    for (const change of changes) {
      this.attach(change);
      const text = `${change.subject}: ${change.before} => ${change.after}`;
      this.effect('change', text, this.phase());
    }
  }

  private effect(kind: Effect['kind'], text: string, phase: string): void {
    if (phase !== this.runPhase) {
      this.tellRest();
      this.runPhase = phase;
      this.runLength = 0;
    }
    if (++this.runLength <= MOST_EFFECTS) this.record.effects.push({ kind, text, phase });
    else this.rest.add(text);
  }

  /** Ends a run of effects of one step: those beyond the limit are told as one. */
  private tellRest(): void {
    if (this.rest.count === 0) return;
    this.record.effects.push({ kind: 'change', text: this.rest.text, phase: this.runPhase });
    this.rest = new Digest();
  }

  private phase(): string {
    return this.frames[this.frames.length - 1]?.phase ?? '';
  }

  private isSpelledOut(parent: Frame | undefined, name: string): boolean {
    if (!parent) return true;
    if (!parent.node || this.nodes >= MOST_NODES) return false;
    parent.alike = parent.lastName === name ? parent.alike + 1 : 1;
    parent.lastName = name;
    return parent.alike <= MOST_ALIKE;
  }

  private open(parent: Frame | undefined, name: string, args: () => string): CallNode {
    const node: CallNode = { kind: 'call', name, args: args(), result: '', body: [] };
    this.nodes++;
    (parent?.node?.body ?? this.record.tree).push(node);
    return node;
  }

  /** Counts a call that is not spelled out, where its node would be. */
  private countMore(parent: Frame | undefined, name: string): void {
    const body = parent?.node?.body;
    if (!body) return;
    const last = body[body.length - 1];
    if (last?.kind === 'more' && last.name === name) last.calls++;
    else body.push({ kind: 'more', name, calls: 1 });
  }

  /** Hangs a node under the innermost call that is spelled out. */
  private attach(node: TreeNode): void {
    const frame = this.frames[this.frames.length - 1];
    if (!frame) this.record.tree.push(node);
    else if (frame.node && this.nodes < MOST_NODES) {
      this.nodes++;
      frame.node.body.push(node);
    }
  }
}
