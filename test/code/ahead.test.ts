// SPDX-License-Identifier: GPL-2.0-only
/** Operations that are sent before they are asked for, to a process that only writes down what it is sent. */
import { describe, expect, it } from 'vitest';
import { Ahead } from '../../src/code/ahead.js';
import { AHEAD, BUGGED, Request, RETURNED, REWIND } from '../../src/code/protocol.js';
import { Op } from '../../src/hyp/op.js';

/** As the process: runs batches at once, stops at an operation that panics, and takes back what it is told to. */
class Process {
  capacity = 1 << 16;
  /** Operations in effect, by their page number. */
  readonly ran: number[] = [];
  readonly batches: number[] = [];
  rewound = 0;
  private readonly answers: Int32Array[] = [];
  private isCut = false;

  constructor(private readonly panicAt = -1) {}

  send(bytes: Uint8Array): void {
    const words = new Uint32Array(bytes.slice().buffer);
    if (words[1] === REWIND) {
      this.rewound += words[2];
      this.ran.length -= words[2];
      this.answers.push(Int32Array.of(0));
      return;
    }
    const [, , flags, , count] = words;
    this.batches.push(count);
    const heads: number[] = [];
    if (!(flags & AHEAD)) this.isCut = false;
    for (let i = 0, at = 6; i < count && !this.isCut; i++, at += 2) {
      this.isCut = words[at + 1] === this.panicAt;
      heads.push(this.isCut ? BUGGED : RETURNED, words[at + 1], 0);
      if (!this.isCut) this.ran.push(words[at + 1]);
    }
    const done = heads.length / 3;
    this.answers.push(Int32Array.of(done, this.isCut && done > 0 ? done - 1 : done, ...heads));
  }

  receive(): Int32Array {
    return this.answers.shift() ?? new Int32Array(2);
  }

  ask(bytes: Uint8Array): Int32Array {
    this.send(bytes);
    return this.receive();
  }
}

const opsOf = (count: number) => Array.from({ length: count }, (_, i) => new Op(0, i + 1));

function started(child: Process, ops: readonly Op[], from = 0): Ahead {
  const ahead = new Ahead(new Request(), (request) => request.putNoWords());
  ahead.begin(ops, from);
  ahead.feed(child);
  return ahead;
}

/** Takes an operation; the page number it was run with. */
function taken(ahead: Ahead, child: Process): number {
  ahead.take(child);
  const value = ahead.answer[ahead.at + 1];
  ahead.at += 3;
  return value;
}

describe('operations that are sent ahead', () => {
  it('are answered in order, each once, in few batches', () => {
    const child = new Process();
    const ahead = started(child, opsOf(10_000));
    const values = Array.from({ length: 10_000 }, () => taken(ahead, child));
    expect(values).toEqual(opsOf(10_000).map(({ a }) => a));
    expect(child.ran).toEqual(values);
    expect(child.batches.length).toBeLessThan(12);
  });

  it('are on their way in two batches before any is taken', () => {
    const child = new Process();
    started(child, opsOf(10_000));
    expect(child.batches.length).toBe(2);
  });

  it('are taken back beyond the one that was taken last', () => {
    const child = new Process();
    const ahead = started(child, opsOf(1000));
    for (let i = 0; i < 7; i++) taken(ahead, child);
    ahead.stop(child);
    expect(child.ran).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(taken(ahead, child)).toBe(8);
  });

  it('end with one that panics, and go on behind it', () => {
    const child = new Process(5);
    const ahead = started(child, opsOf(1000));
    for (let i = 0; i < 5; i++) taken(ahead, child);
    expect(ahead.answer[ahead.at - 3]).toBe(BUGGED);
    ahead.stop(child);
    expect(child.rewound).toBe(0);
    expect(child.ran).toEqual([1, 2, 3, 4]);
    expect(taken(ahead, child)).toBe(6);
  });

  it('fit into the pipe while the process does not read', () => {
    const child = new Process();
    child.capacity = 512;
    const ahead = started(child, opsOf(2000));
    expect(child.batches[1]).toBeLessThan(512 / 8);
    const values = Array.from({ length: 2000 }, () => taken(ahead, child));
    expect(values).toEqual(opsOf(2000).map(({ a }) => a));
  });

  it('begin where they are said to', () => {
    const child = new Process();
    const ops = opsOf(20);
    const ahead = started(child, ops, 12);
    expect([ahead.expects(ops[12]), ahead.expects(ops[11])]).toEqual([true, false]);
    expect(taken(ahead, child)).toBe(13);
  });
});
