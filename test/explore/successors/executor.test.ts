// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { explored } from '../../../src/explore/certificate/explored.js';
import { Search } from '../../../src/explore/search/search.js';
import {
  type Answers,
  type Asked,
  type Asking,
  answer,
  type Executor,
} from '../../../src/explore/successors/executor.js';
import type { Machines } from '../../../src/explore/successors/machines.js';
import { explore, LEGACY_DIRECT } from '../helpers.js';
import { firstState, machinesOf, sharingWorld, smallWorld } from '../worlds.js';

/** Answers later and in batches, as a child process would. */
class LateExecutor implements Executor {
  readonly components;
  readonly reference;
  readonly sizes: number[] = [];

  constructor(
    private readonly machines: Machines,
    readonly batch: number,
  ) {
    this.components = machines.components;
    this.reference = machines.reference;
  }

  async execute(asked: readonly Asked[], withReads: boolean): Promise<Answers> {
    this.sizes.push(asked.length);
    const answers = this.machines.execute(asked, withReads);
    await Promise.resolve();
    return structuredClone(answers);
  }
}

describe('something that asks', () => {
  const machines = machinesOf(sharingWorld());
  const ids = firstState(machines);
  function* outcomes(): Asking<number[]> {
    const [share] = yield [{ action: 0, ids }];
    const [unshare] = yield [{ action: 1, ids }];
    return [share.firstOutcome, unshare.firstOutcome];
  }

  it('is answered at once by an executor that answers at once', () => {
    expect(answer(outcomes(), machines, false)).toEqual([0, -1]);
  });

  it('goes on when an answer comes later', async () => {
    const found = answer(outcomes(), new LateExecutor(machines, 8), false);
    expect(found).toBeInstanceOf(Promise);
    expect(await found).toEqual([0, -1]);
  });
});

describe('a search whose executor answers later, in batches', () => {
  it.each([true, false])('finds the same, with symmetry %s', async (symmetry) => {
    const world = smallWorld({ pages: 2 });
    const executor = new LateExecutor(machinesOf(world), 16);
    const options = {
      level: 'exact',
      view: 'exact',
      footprints: true,
      symmetry,
      invariants: false,
    } as const;
    const search = new Search(world, LEGACY_DIRECT, options, executor);
    await search.advance(Number.POSITIVE_INFINITY);
    const { certificate } = await explored(search, undefined, 1);
    const { certificate: whole } = await explore({
      world: { pages: 2, gfns: 0, vms: 0 },
      symmetry,
    });
    expect({ ...certificate, executed: 0, bytes: 0 }).toEqual({ ...whole, executed: 0, bytes: 0 });
    expect(Math.max(...executor.sizes)).toBeGreaterThan(4);
  });
});
