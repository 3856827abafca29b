// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { Coordinator } from '../../../src/explore/threads/coordinator.js';
import { search } from '../helpers.js';
import { localWorkers } from './local_workers.js';

const WORLD = { pages: 2, gfns: 0, vms: 0 } as const;

async function started(states: number, workers: number) {
  const found = search({ world: WORLD });
  found.advance(states, () => found.done > 0 && found.isBetweenLevels && found.frontier > 3);
  return { found, coordinator: await Coordinator.start(found, localWorkers(workers)) };
}

describe('a coordinator', () => {
  it('brings the workers through all depths', async () => {
    const whole = search({ world: WORLD });
    whole.advance(Number.POSITIVE_INFINITY);
    const { found, coordinator } = await started(100, 2);
    expect(found.kept).toBe(0);
    while (await coordinator.advance()) {}
    await coordinator.collectCounts();
    expect([coordinator.states, coordinator.kept, found.depth]).toEqual([
      whole.states,
      whole.kept,
      whole.depth,
    ]);
    expect([found.digest, found.transitions]).toEqual([whole.digest, whole.transitions]);
  });

  it('knows a shortest path to a state that a worker keeps', async () => {
    const { found, coordinator } = await started(100, 2);
    while (await coordinator.advance()) {}
    const [{ state }] = found.findings;
    expect(await coordinator.pathTo(state)).toHaveLength(6);
  });

  it('gives the search its states back at any time, and it goes on alone', async () => {
    const whole = search({ world: WORLD });
    whole.advance(Number.POSITIVE_INFINITY);
    const { found, coordinator } = await started(100, 3);
    for (let i = 0; i < 4; i++) await coordinator.advance();
    await coordinator.gather();
    expect(found.isComplete).toBe(false);
    found.advance(Number.POSITIVE_INFINITY);
    expect([found.states, found.digest, found.depth]).toEqual([
      whole.states,
      whole.digest,
      whole.depth,
    ]);
  });
});
