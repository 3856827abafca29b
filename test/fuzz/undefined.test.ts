// SPDX-License-Identifier: GPL-2.0-only
/** Fuzzing comes to pages that are put to another use by itself, and counts them as such. */
import { describe, expect, it } from 'vitest';
import { replayTrace } from '../../src/compare/replay.js';
import { runBatch } from '../../src/fuzz/batch.js';
import { CampaignProgress } from '../../src/fuzz/campaign.js';
import { minimizeUndefined } from '../../src/fuzz/finding.js';
import { Machine } from '../../src/hyp/machine.js';
import { OP_NAMES } from '../../src/hyp/op.js';
import { UNDEFINED } from '../../src/hyp/outcome.js';
import { findImplementation } from '../../src/implementations.js';

const first = findImplementation('legacy');
const second = findImplementation('direct');
if (!first || !second) throw new Error('no implementations');
const campaign = { first, second, seed: 3, misuse: true, corpus: [] };

describe('a batch in which hyp does nothing that it would not do', () => {
  const reachable = { first, second, seed: 1, misuse: false, corpus: [] };
  const example = runBatch(reachable, 7).undefinedExample;
  if (!example) throw new Error('no example');

  it('has a host that makes hyp free a table in use, by operations of the host alone', () => {
    expect(example.misuse).toBe(false);
    const names = new Set(example.ops.map(({ code }) => OP_NAMES[code]));
    const search = minimizeUndefined(reachable, { ...example, batch: 7 }, 'found.json');
    let step = search.next();
    while (!step.done) step = search.next();
    const ops = step.value.source.map(({ op }) => op);
    expect(ops.filter((op) => !isOfHost(op))).toEqual([]);
    expect(ops.every((op) => names.has(op))).toBe(true);
    expect(step.value.source.at(-1)?.expect).toBe('UNDEFINED');
    expect(step.value.name).toBe('fuzz-undefined-debug-off');
    expect(step.value.description).toContain('--seed 1 --runs 2048');
    const again = replayTrace(step.value, first, second, { level: 'exact' });
    expect([again.undefined?.expected, again.undefined?.misuse]).toEqual([true, false]);
    expect(again.divergences).toEqual([]);
  });
});

/** An operation that the host makes; not one that hyp makes of its own accord. */
function isOfHost(op: string): boolean {
  return !['__pkvm_hyp_donate_host', 'hyp_pin_shared_mem', 'hyp_unpin_shared_mem'].includes(op);
}

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
