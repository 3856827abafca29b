// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { KeyLayout } from '../../../src/explore/state/key.js';
import { absorb, Outboxes, partOf } from '../../../src/explore/threads/outboxes.js';
import { VisitedStates } from '../../../src/explore/visited/by_state.js';

const LAYOUT = KeyLayout.ofBits([20, 20]);
const { words } = LAYOUT;

/** Keys of the states `[n, n]`, and what takes a first key to each of them. */
function successors(count: number) {
  const keys = new Int32Array((1 + count) * words);
  for (let n = 0; n <= count; n++) LAYOUT.pack(Int32Array.of(n, n), keys, n * words);
  const delta = new Int32Array(count * words);
  for (let n = 0; n < count; n++) {
    for (let w = 0; w < words; w++) delta[n * words + w] = keys[w] ^ keys[(n + 1) * words + w];
  }
  const numbers = Int32Array.from({ length: count }, (_, n) => n);
  return { keys, delta, numbers };
}

describe('outboxes', () => {
  const count = 1000;
  const { keys, delta, numbers } = successors(count);

  it('keep what belongs here, and send each of the others to where it belongs, once', () => {
    const own = new VisitedStates(LAYOUT);
    const outboxes = new Outboxes(LAYOUT, 3, 1, own, undefined);
    for (let i = 0; i < 2; i++) outboxes.take(5, keys, 0, count, numbers, numbers, delta);
    const boxes = outboxes.empty();
    expect(boxes[1]).toHaveLength(0);
    const parts = boxes.map((box) => {
      const visited = new VisitedStates(LAYOUT);
      absorb(box, visited);
      return visited;
    });
    expect(own.size + parts[0].size + parts[2].size).toBe(count);
    for (const [part, { size, keys: kept }] of [parts[0], own, parts[2]].entries()) {
      expect(size).toBeGreaterThan(count / 5);
      for (let n = 0; n < size; n++) expect(partOf(kept, n * words, words, 3)).toBe(part);
    }
    expect(outboxes.empty().every((box) => box.length === 0)).toBe(true);
  });

  it('say from which state and by which action', () => {
    const outboxes = new Outboxes(LAYOUT, 1, -1, undefined, undefined);
    outboxes.take(5, keys, 0, 2, Int32Array.of(8, 9), numbers, delta);
    const visited = new VisitedStates(LAYOUT);
    absorb(outboxes.empty()[0], visited);
    expect([...visited.parents.subarray(0, 2)]).toEqual([5, 5]);
    expect([...visited.actions.subarray(0, 2)]).toEqual([8, 9]);
  });
});
