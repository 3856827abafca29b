// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { Lockstep } from '../../../src/compare/lockstep.js';
import { ReadRecorder } from '../../../src/explore/successors/reads.js';
import { DEFAULT_MACHINE } from '../../../src/trace/index.js';
import { LEGACY_DIRECT } from '../helpers.js';

const { first, second, layout } = new Lockstep(DEFAULT_MACHINE, ...LEGACY_DIRECT);
const word = layout.refcount + 3;

function recorded(joint: boolean, run: () => void): number[] {
  return new ReadRecorder(first, second, joint).record(run)[1];
}

describe('what is read', () => {
  it('is recorded in order, each word once', () => {
    const reads = recorded(false, () => {
      for (const at of [word + 1, word, word + 1]) first.state.words[at];
      second.state.words[word];
    });
    expect(reads).toEqual([word + 1, 0, word, 0]);
  });

  it('of two machines that may differ is told apart', () => {
    const reads = recorded(true, () => {
      first.state.words[word];
      second.state.words[word];
    });
    expect(reads).toEqual([word, 0, word, 1]);
  });

  it('includes what is written: it is compared with what is there', () => {
    const reads = recorded(false, () => first.state.set(word, first.state.words[word] + 1));
    expect(reads).toEqual([word, 0]);
    expect(first.state.journalLength).toBe(1);
    first.state.undoTo(0);
  });

  it('is empty the next time if nothing is read', () => {
    const recorder = new ReadRecorder(first, second, false);
    expect(recorder.record(() => first.state.words[word])[1]).toEqual([word, 0]);
    expect(recorder.record(() => 'seen')).toEqual(['seen', []]);
    expect(recorder.record(() => first.state.words[word])[1]).toEqual([word, 0]);
  });

  it('is recorded no more when something throws, and the machine works on', () => {
    const words = first.state.words;
    expect(() =>
      recorded(false, () => {
        throw new Error('on purpose');
      }),
    ).toThrow('on purpose');
    expect(first.state.words).toBe(words);
  });
});
