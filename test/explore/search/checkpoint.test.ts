// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { explored } from '../../../src/explore/certificate/explored.js';
import {
  CheckpointError,
  identityOf,
  restoreCheckpoint,
  takeCheckpoint,
} from '../../../src/explore/search/checkpoint.js';
import { explore, search } from '../helpers.js';

/** As a header comes back from a file. */
function throughText<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

const WORLD = { pages: 2, gfns: 0, vms: 0 } as const;

describe('a search that was stopped', () => {
  it.each([1, 40, 150])('after %i states goes on and loses nothing', async (states) => {
    const whole = (await explore({ world: WORLD })).certificate;
    const first = search({ world: WORLD });
    first.advance(states);
    const { header, states: kept } = takeCheckpoint(first, 3);

    const second = search({ world: WORLD });
    restoreCheckpoint(second, { header: throughText(header), states: kept });
    second.advance(Number.POSITIVE_INFINITY);
    const { certificate } = await explored(second, undefined, 1);
    expect(certificate).toEqual({
      ...whole,
      executed: certificate.executed,
      bytes: certificate.bytes,
    });
  });

  it('may be of states told apart by ownership, or of two machines that may differ', () => {
    for (const options of [{ view: 'ownership' }, { level: 'outcome' }] as const) {
      const [whole, first, second] = [1, 2, 3].map(() => search({ world: WORLD, ...options }));
      whole.advance(Number.POSITIVE_INFINITY);
      first.advance(50);
      restoreCheckpoint(second, structuredClone(takeCheckpoint(first, 1)));
      second.advance(Number.POSITIVE_INFINITY);
      expect([second.states, second.digest]).toEqual([whole.states, whole.digest]);
    }
  });

  it('is not gone on with in another world', () => {
    const first = search({ world: WORLD });
    first.advance(10);
    const checkpoint = takeCheckpoint(first, 1);
    const other = search({ world: { ...WORLD, maxPins: 1 } });
    expect(() => restoreCheckpoint(other, checkpoint)).toThrow(CheckpointError);
    expect(identityOf(first)).not.toBe(identityOf(other));
    expect(identityOf(first)).not.toBe(identityOf(search({ world: WORLD, symmetry: false })));
  });

  it('is not gone on with when the machine boots into another state', () => {
    const first = search({ world: WORLD });
    first.advance(10);
    const { header, states } = takeCheckpoint(first, 1);
    const components = header.components.map((component) => ({
      ...component,
      ids: component.ids.map((values) => values.map((value) => value + 1)),
    }));
    const other = search({ world: WORLD });
    const checkpoint = { header: { ...header, components }, states };
    expect(() => restoreCheckpoint(other, checkpoint)).toThrow('does not boot into the state');
  });
});
