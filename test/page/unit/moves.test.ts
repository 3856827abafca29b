// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { treeLines } from '../../../page/causes/functions.js';
import { heatOf } from '../../../page/coverage_heat.js';
import { Model } from '../../../page/model.js';
import { movesOf } from '../../../page/trace/moves.js';
import { documentOf, hostileTrace } from '../documents.js';

describe('effects that moved', () => {
  const model = new Model(documentOf([hostileTrace()]));
  const [share] = model.replays[0].ops;
  const explanation = share.explanation;
  if (!explanation) throw new Error('the first operation is not explained');
  const text = (index: number) => model.text(index);
  const trees = explanation.trees.map((tree) => treeLines(tree, text));
  const moves = movesOf(explanation, trees, text);

  it('are all found in both trees', () => {
    expect(explanation.moved).toBeGreaterThan(0);
    expect(moves).toHaveLength(explanation.moved);
  });

  it('stand on lines that say the same', () => {
    for (const { from, to } of moves) expect(trees[0][from].text).toBe(trees[1][to].text);
  });
});

describe('the heat of a cell', () => {
  it('rises with each power of ten', () => {
    expect([1, 9, 10, 99, 100, 9999, 10000, 5000000].map(heatOf)).toEqual([0, 0, 1, 1, 2, 3, 4, 4]);
  });
});
