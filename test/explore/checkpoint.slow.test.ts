// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { explored } from '../../src/explore/certificate/explored.js';
import {
  CheckpointError,
  restoreCheckpoint,
  takeCheckpoint,
} from '../../src/explore/search/checkpoint.js';
import { explore, search } from './helpers.js';

/** As a checkpoint comes back from a file. */
function throughText<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

describe('a search that was stopped', () => {
  const world = { pages: 2 };

  it.each([1, 40, 700, 3000])('after %i states goes on and loses nothing', async (states) => {
    const whole = (await explore({ world })).certificate;
    const first = search({ world });
    first.advance(states);
    const { header, states: kept } = takeCheckpoint(first, 3);

    const second = search({ world });
    restoreCheckpoint(second, { header: throughText(header), states: kept });
    second.advance(Number.POSITIVE_INFINITY);
    const { certificate } = await explored(second, undefined, 1);
    expect(certificate).toEqual({
      ...whole,
      executed: certificate.executed,
      bytes: certificate.bytes,
    });
  });

  it('is not gone on with in another world', async () => {
    const first = search({ world });
    first.advance(10);
    const checkpoint = takeCheckpoint(first, 1);
    const other = search({ world: { pages: 2, maxPins: 1 } });
    expect(() => restoreCheckpoint(other, checkpoint)).toThrow(CheckpointError);
  });
});
