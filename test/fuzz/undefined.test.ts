// SPDX-License-Identifier: GPL-2.0-only
/** Fuzzing comes to pages that are put to another use by itself, and counts them as such. */
import { describe, expect, it } from 'vitest';
import { runBatch } from '../../src/fuzz/batch.js';
import { CampaignProgress } from '../../src/fuzz/campaign.js';
import { Machine } from '../../src/hyp/machine.js';
import { UNDEFINED } from '../../src/hyp/outcome.js';
import { findImplementation } from '../../src/implementations.js';

const first = findImplementation('legacy');
const second = findImplementation('direct');
if (!first || !second) throw new Error('no implementations');
const campaign = { first, second, seed: 3, misuse: true, corpus: [] };

describe('a batch that makes hyp misuse its pages', () => {
  it('meets runs that are undefined, and gives one that is so again', () => {
    const result = runBatch(campaign, 38);
    expect(result.undefined).toBeGreaterThan(0);
    const example = result.undefinedExample;
    if (!example) throw new Error('no example');
    const machine = Machine.alone(example.machine, campaign.first);
    const outcomes = example.ops.map((op) => machine.run(op));
    expect(outcomes[outcomes.length - 1]).toBe(UNDEFINED);
    expect(outcomes.indexOf(UNDEFINED)).toBe(outcomes.length - 1);
    const progress = new CampaignProgress({ index: 38, of: 39 });
    progress.take(result);
    expect(progress.undefinedRuns).toBe(result.undefined);
    expect(progress.undefinedExample).toEqual({ ...example, batch: 38 });
    expect([...progress.counts.keys()].join()).not.toContain('UNDEFINED');
  });
});
