// SPDX-License-Identifier: GPL-2.0-only
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { direct } from '../../src/direct/index.js';
import { Layout } from '../../src/hyp/layout.js';
import { Machine } from '../../src/hyp/machine.js';
import { RunJournal } from '../../src/hyp/run_journal.js';
import type { Implementation } from '../../src/hyp/transitions.js';
import { legacy } from '../../src/legacy/index.js';
import { op } from '../support/machines.js';

const FIRST = 0x40000;
const PAGES = 2048;
const SHARED = '__pkvm_host_share_ffa';
/** Transitions of ranges. */
const NAMES = [
  '__pkvm_host_donate_hyp',
  '__pkvm_hyp_donate_host',
  SHARED,
  '__pkvm_host_unshare_ffa',
] as const;

function config(spare: number) {
  return {
    nvhe_el2_debug: true,
    share_guest_warn: true,
    memory: [{ pfn: FIRST, pages: PAGES + 64, nomap: false }],
    carveout: { pfn: FIRST + PAGES, hpool_pages: 8 + spare, host_s2_pages: 12 + spare },
  };
}

/** Two machines of one layout: one keeps runs, one changes word by word. */
function twins(implementation: Implementation, spare: number) {
  const layout = new Layout(config(spare));
  const inRuns = new Machine(layout, implementation);
  const singly = new Machine(layout, implementation);
  inRuns.state.keepsRuns = true;
  return { inRuns, singly };
}

function firstDifference(a: Machine, b: Machine): number {
  a.state.ensure();
  b.state.ensure();
  const { words } = b.state;
  return a.state.words.findIndex((word, i) => word !== words[i]);
}

const range = fc.oneof(
  fc.record({ at: fc.nat(1200), pages: fc.integer({ min: 1, max: 800 }) }),
  fc.constantFrom({ at: 0, pages: 1024 }, { at: 512, pages: 512 }, { at: 100, pages: 33 }),
);
const transition = fc
  .tuple(fc.constantFrom(...NAMES), range)
  .map(([name, { at, pages }]) => op(name, FIRST + at, pages));
/** What no machine has of itself: entries of another kind within a range, tables counted wrong. */
const constructed = fc
  .tuple(
    fc.nat(PAGES + 20),
    fc.integer({ min: -1, max: 3 }),
    fc.constantFrom(-1, 0, 1, 700, 65_535),
  )
  .map(([at, host, refcount]) => ({ at, host, refcount }));
const steps = fc.array(
  fc.oneof({ weight: 5, arbitrary: transition }, { weight: 1, arbitrary: constructed }),
  { maxLength: 12 },
);

describe.each([legacy, direct])('ranges on $name, as runs and word by word', (implementation) => {
  it('come to the same outcome, words and number of changes, and back', () => {
    fc.assert(
      fc.property(steps, fc.nat(4), (list, spare) => {
        const { inRuns, singly } = twins(implementation, spare);
        for (const step of list) {
          if ('at' in step) {
            for (const machine of [inRuns, singly]) {
              machine.poke(FIRST + step.at, step.host, step.refcount, -1, -1);
              machine.state.commit();
            }
            continue;
          }
          const before = inRuns.state.snapshot();
          expect(inRuns.run(step)).toBe(singly.run(step));
          expect(firstDifference(inRuns, singly)).toBe(-1);
          expect(inRuns.state.changes).toBe(singly.state.journalLength);
          const sameBefore = inRuns.state.undone(() =>
            before.every((word, i) => word === inRuns.state.words[i]),
          );
          expect(sameBefore).toBe(true);
          expect(firstDifference(inRuns, singly)).toBe(-1);
          if (inRuns.panic === 0) {
            inRuns.state.commit();
            singly.state.commit();
            continue;
          }
          inRuns.state.undoTo(0);
          singly.state.undoTo(0);
          expect(inRuns.state.changes).toBe(0);
          expect(firstDifference(inRuns, singly)).toBe(-1);
          break;
        }
      }),
      { numRuns: 20 },
    );
  });

  it('are runs: a table of pages takes an entry or two', () => {
    const { inRuns, singly } = twins(implementation, 4);
    for (const machine of [inRuns, singly]) {
      machine.run(op('__pkvm_host_donate_hyp', FIRST, 1024));
    }
    expect(inRuns.state.journalLength).toBeLessThan(singly.state.journalLength / 20);
  });
});

describe('RunJournal', () => {
  it('puts back single values, values by turns and any others, the last run first', () => {
    const words = Int32Array.from({ length: 200 }, (_, i) => i);
    words.fill(7, 0, 50);
    for (let i = 50; i < 100; i++) words[i] = i % 2;
    const before = words.slice();
    const runs = new RunJournal();
    const ranges = [
      [0, 50],
      [50, 50],
      [100, 100],
      [40, 120],
      [3, 1],
      [3, 2],
    ] as const;
    const states: Int32Array[] = [];
    for (const [start, length] of ranges) {
      states.push(words.slice());
      runs.add(0, words, start, length);
      runs.addChanges(length);
      words.fill(-start - 1, start, start + length);
    }
    expect(runs.extraChanges).toBe(323);
    while (runs.count > 0) {
      runs.undoLast(words);
      expect(words).toEqual(states.pop());
    }
    expect([runs.extraChanges, words]).toEqual([0, before]);
  });

  it('holds more runs than there was room for', () => {
    const words = new Int32Array(100_000);
    const runs = new RunJournal();
    for (let run = 0; run < 300; run++) {
      for (let i = 0; i < 300; i++) words[run * 300 + i] = i;
      runs.add(run, words, run * 300, 300);
      words.fill(0, run * 300, run * 300 + 300);
    }
    for (let run = 0; run < 300; run++) runs.undoLast(words);
    expect(words.subarray(0, 90_000).every((word, i) => word === i % 300)).toBe(true);
  });
});
