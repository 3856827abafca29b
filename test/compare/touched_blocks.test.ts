// SPDX-License-Identifier: GPL-2.0-only
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BootWords } from '../../src/compare/boot_words.js';
import { Lockstep } from '../../src/compare/lockstep.js';
import { TouchedBlocks } from '../../src/compare/touched_blocks.js';
import { direct } from '../../src/direct/index.js';
import { findImplementation } from '../../src/implementations.js';
import { legacy } from '../../src/legacy/index.js';
import { op, PAGE, smallConfig } from '../support/machines.js';
import { EARLY_PANIC, GREEDY, LATE_PANIC, UNTIDY } from '../support/pairs.js';

const WORDS = 5000;

/** The first word in which a state is not as it was; there was zero behind what is known of it. */
function firstDifference(words: Int32Array, before: Int32Array): number {
  return words.findIndex((word, i) => word !== (before[i] ?? 0));
}

describe('putBack', () => {
  it('puts back every word that was added, on both sides, and zero where nothing was', () => {
    const words = fc.array(fc.nat(WORDS - 1), { maxLength: 40 });
    fc.assert(
      fc.property(words, words, fc.nat(WORDS), fc.boolean(), (inFirst, inSecond, kept, isSmall) => {
        const start = Int32Array.from({ length: WORDS }, (_, i) => (i < kept ? i + 1 : 0));
        const sides = [start.slice(), start.slice()];
        const touched = new TouchedBlocks();
        touched.ensure(WORDS);
        for (const [side, list] of [inFirst, inSecond].entries()) {
          for (const word of list) sides[side][word] = -1;
          touched.add(Int32Array.from([...list, 0]), list.length);
        }
        const every = () => true;
        const boot = new BootWords(start, kept, 512, every, isSmall ? WORDS + 1 : 0);
        touched.putBack(boot, sides[0], sides[1]);
        expect(sides.map((side) => firstDifference(side, start))).toEqual([-1, -1]);
      }),
    );
  });

  it('keeps marks when there is to be more room', () => {
    const touched = new TouchedBlocks();
    touched.ensure(10);
    touched.add(Int32Array.of(3), 1);
    touched.ensure(1_000_000);
    touched.add(Int32Array.of(999_999), 1);
    const side = new Int32Array(1_000_000).fill(7);
    touched.putBack(new BootWords(Int32Array.of(1, 2, 3, 4), 4), side, side);
    expect([...side.subarray(0, 5), side[999_999]]).toEqual([1, 2, 3, 4, 0, 0]);
    expect(side[500_000]).toBe(7);
  });
});

describe('addUnlessDiffering', () => {
  it('says whether two differ in a word of the list, and in no other', () => {
    const touched = new TouchedBlocks();
    touched.ensure(8);
    const a = Int32Array.of(0, 1, 2, 3, 4);
    const b = Int32Array.of(0, 1, 9, 3, 4);
    expect(touched.addUnlessDiffering(Int32Array.of(1, 4, 2), 2, a, b)).toBe(false);
    expect(touched.addUnlessDiffering(Int32Array.of(1, 4, 2), 3, a, b)).toBe(true);
  });
});

describe('reset of a lockstep', () => {
  const ops = [
    op('__pkvm_host_donate_hyp', PAGE, 3),
    op('__pkvm_host_share_hyp', PAGE + 3),
    op('__pkvm_host_share_ffa', PAGE + 4, 1),
    op('__pkvm_hyp_donate_host', PAGE, 3),
  ];

  it.each([
    ['equal sides', legacy, direct],
    ['a page more shared on one', direct, GREEDY],
    ['an empty table more on one', direct, UNTIDY],
    ['a panic of the first', EARLY_PANIC, direct],
    ['panics in different states', EARLY_PANIC, LATE_PANIC],
    ['sides that were made equal again', findImplementation('legacy-before-fix') ?? direct, direct],
  ])('leaves nothing of what was run: %s', (_name, first, second) => {
    const lockstep = new Lockstep(smallConfig(), first, second);
    const boot = lockstep.snapshot();
    for (let round = 0; round < 2; round++) {
      for (const each of ops) {
        if (lockstep.first.panic !== 0) lockstep.runAlone(lockstep.second, each);
        else lockstep.settle(lockstep.step(each));
      }
      lockstep.reset();
      for (const { state, panic } of [lockstep.first, lockstep.second]) {
        expect(firstDifference(state.words, boot)).toBe(-1);
        expect([panic, state.journalLength]).toEqual([0, 0]);
      }
    }
  });
});
