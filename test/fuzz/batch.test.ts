// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { BATCH_RUNS, replayRun, runBatch } from '../../src/fuzz/batch.js';
import { CampaignProgress } from '../../src/fuzz/campaign.js';
import { cellsMet } from '../../src/fuzz/corpus.js';
import { findingName, minimizeFound } from '../../src/fuzz/finding.js';
import { stateFrom, stateText } from '../../src/fuzz/state.js';
import { hostStateOf } from '../../src/hyp/lookup.js';
import { Machine } from '../../src/hyp/machine.js';
import { OpCode } from '../../src/hyp/op.js';
import { campaign, SMALL_BATCHES } from './campaigns.js';

const BEFORE_FIX = campaign('legacy-before-fix', 'legacy');
const SERIES = campaign('legacy', 'direct');

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

describe('runBatch', () => {
  it('gives the same for the same seed and batch, and other for others', () => {
    expect(runBatch(SERIES, 0)).toEqual(runBatch(SERIES, 0));
    expect(runBatch(SERIES, 1).ops).not.toBe(runBatch(SERIES, 0).ops);
    expect(runBatch({ ...SERIES, seed: 2 }, 0).ops).not.toBe(runBatch(SERIES, 0).ops);
  });

  it('counts every operation once, as agreed or as one that differed', () => {
    const { ops, agreed, findings, runs } = runBatch(BEFORE_FIX, 0);
    const differed = findings.filter(({ key }) => key.kind === 'outcome');
    expect(runs).toBe(BATCH_RUNS);
    expect(sum(agreed.map(([, , count]) => count)) + sum(differed.map((f) => f.count))).toBe(ops);
  });

  it('finds nothing between an implementation and itself', () => {
    const self = campaign('direct', 'direct');
    expect(SMALL_BATCHES.flatMap((batch) => runBatch(self, batch).findings)).toEqual([]);
  });

  it('finds the bug of November 2024', () => {
    const causes = SMALL_BATCHES.flatMap((batch) => runBatch(BEFORE_FIX, batch).findings);
    expect([...new Set(causes.map(({ cause }) => cause))]).toEqual([
      '__pkvm_host_unshare_hyp: outcome WARN | -EPERM; debug off; reachable',
    ]);
  });

  it('lets the hypervisor give away or unpin nothing of its own, unless misuse is asked for', () => {
    const misused = [false, true].map((misuse) =>
      SMALL_BATCHES.some((batch) => isMisused({ ...SERIES, misuse }, batch)),
    );
    expect(misused).toEqual([false, true]);
  });

  it('varies the corpus', () => {
    const seedling = replayRun(SERIES, 0, 0, 20);
    const varied = { ...SERIES, corpus: [seedling] };
    const kinds = new Set(SMALL_BATCHES.map((batch) => runBatch(varied, batch).kind));
    expect(kinds).toContain('corpus');
    expect(cellsMet([seedling], [SERIES.first, SERIES.second]).size).toBeGreaterThan(0);
  });
});

function isMisused(given: typeof SERIES, batch: number): boolean {
  for (let run = 0; run < 40; run++) {
    const { machine: config, ops } = replayRun(given, batch, run, 1000);
    const { pfn, hpool_pages, host_s2_pages } = config.carveout;
    const end = pfn + hpool_pages + host_s2_pages;
    const machine = Machine.alone(config, given.first);
    for (const op of ops) {
      const isOwn = op.a < end && op.a + op.b > pfn;
      if (op.code === OpCode.__pkvm_hyp_donate_host && isOwn) return true;
      if (op.code === OpCode.hyp_unpin_shared_mem && hostStateOf(machine, op.a) === 4) return true;
      machine.run(op);
      machine.state.commit();
    }
  }
  return false;
}

describe('replayRun', () => {
  it('makes the operations of a finding again', () => {
    const [finding] = runBatch(BEFORE_FIX, 0).findings;
    const again = replayRun(BEFORE_FIX, 0, finding.run, finding.ops.length - 1);
    expect(again).toEqual({ machine: finding.machine, ops: finding.ops });
  });
});

describe('minimizeFound', () => {
  it('reduces the bug of November 2024 to its two operations', () => {
    const progress = new CampaignProgress({ index: 0, of: 1 });
    const [found] = progress.take(runBatch(BEFORE_FIX, 0));
    const search = minimizeFound(BEFORE_FIX, found, 'found.json');
    let step = search.next();
    while (!step.done) step = search.next();
    const trace = step.value;
    expect(trace.name).toBe('fuzz-pkvm-host-unshare-hyp-warn-eperm-debug-off');
    expect(findingName(found)).toBe(trace.name);
    expect(trace.source.map(({ op, expect: outcome }) => [op, outcome])).toEqual([
      ['__pkvm_host_share_ffa', 0],
      ['__pkvm_host_unshare_hyp', { 'legacy-before-fix': 'WARN', legacy: '-EPERM' }],
    ]);
    expect(trace.description).toContain(
      'Found again by: pkvm-tracediff fuzz --impl legacy-before-fix,legacy --seed 1 --runs 256',
    );
  });
});

describe('CampaignProgress', () => {
  const results = [0, 1, 3, 4].map((batch, i) => ({ ...runBatch(SERIES, batch), batch: i }));

  function taken(order: readonly number[], of = 1, index = 0): CampaignProgress {
    const progress = new CampaignProgress({ index, of });
    for (const i of order) progress.take(results[i]);
    return progress;
  }

  it('comes to the same in whatever order results arrive', () => {
    expect(taken([3, 1, 0, 2]).state()).toEqual(taken([0, 1, 2, 3]).state());
  });

  it('waits for the batches before', () => {
    const progress = taken([3, 1, 2]);
    expect([progress.done, progress.ops, progress.found]).toEqual([0, 0, []]);
  });

  it('finds in shards together what it finds alone', () => {
    const alone = taken([0, 1, 2, 3]);
    const shards = [taken([0, 2], 2, 0), taken([1, 3], 2, 1)];
    expect(sum(shards.map(({ ops }) => ops))).toBe(alone.ops);
    for (const found of alone.found) {
      const batches = shards.flatMap((shard) =>
        shard.found.filter(({ cause }) => cause === found.cause).map(({ batch }) => batch),
      );
      expect(Math.min(...batches)).toBe(found.batch);
      const counts = shards.map(({ counts: times }) => times.get(found.cause) ?? 0);
      expect(sum(counts)).toBe(alone.counts.get(found.cause));
    }
  });

  it('goes on from its state as if it had never stopped', () => {
    const half = taken([0, 1]);
    const state = stateFrom(stateText('mine', half.state()), 'mine');
    if (!state) throw new Error('no state');
    const resumed = new CampaignProgress({ index: 0, of: 1 });
    resumed.restore(state);
    resumed.take(results[2]);
    resumed.take(results[3]);
    const whole = taken([0, 1, 2, 3]);
    expect(JSON.stringify(resumed.state())).toBe(JSON.stringify(whole.state()));
    expect(resumed.cellCount).toBe(whole.cellCount);
  });

  it('goes on from nothing but its own state', () => {
    const text = stateText('mine', taken([0]).state());
    expect(stateFrom(text, 'another')).toBeUndefined();
    expect(stateFrom(text.slice(0, 100), 'mine')).toBeUndefined();
    expect(stateFrom('null', 'mine')).toBeUndefined();
  });
});
