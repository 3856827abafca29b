// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { Sum64 } from '../../../src/explore/state/hash.js';
import { KnownSuccessors } from '../../../src/explore/successors/known_successors.js';
import { search } from '../helpers.js';

const SHARING = {
  pages: 1,
  gfns: 0,
  vms: 0,
  ops: ['__pkvm_host_share_hyp', '__pkvm_host_unshare_hyp'],
} as const;

describe('successors that are known', () => {
  const found = search({ world: SHARING, symmetry: false });
  found.advance(Number.POSITIVE_INFINITY);
  const { knowledge } = found.expander;
  if (!knowledge) throw new Error('nothing was learned');
  const { keys, layout } = found.visited;

  function expand(key: number) {
    const taken: number[] = [];
    const counts = { hits: new Float64Array(16), digest: new Sum64() };
    const successors = {
      take(
        _state: number,
        from: Int32Array,
        at: number,
        count: number,
        _actions: Int32Array,
        effects: Int32Array,
        delta: Int32Array,
      ) {
        for (let i = 0; i < count; i++) taken.push(from[at] ^ delta[effects[i]]);
      },
    };
    const known = new KnownSuccessors(
      knowledge as NonNullable<typeof knowledge>,
      successors,
      counts,
    );
    const ids = found.expander.idsOf(key);
    return { isKnown: known.expand(key, ids, keys, key * layout.words), taken, counts };
  }

  it('are handed on: share leads from one state to the other, unshare back', () => {
    expect(found.visited.size).toBe(2);
    expect(layout.words).toBe(1);
    expect(expand(0)).toMatchObject({ isKnown: true, taken: [keys[1]] });
    expect(expand(1)).toMatchObject({ isKnown: true, taken: [keys[0]] });
  });

  it('are not there for an id that was never met, and then nothing is done', () => {
    const ids = found.expander.idsOf(0);
    ids[0] = 4000;
    const counts = { hits: new Float64Array(16), digest: new Sum64() };
    const take = () => expect.unreachable();
    const known = new KnownSuccessors(knowledge, { take }, counts);
    expect(known.expand(0, ids, keys, 0)).toBe(false);
    expect(counts.digest).toEqual(new Sum64());
  });

  it('give the share in the digest that the search counted', () => {
    const whole = new Sum64();
    for (const state of [0, 1]) {
      const { lo, hi } = expand(state).counts.digest;
      whole.add(lo, hi);
    }
    expect(whole.toString()).toBe(found.digest);
  });
});
