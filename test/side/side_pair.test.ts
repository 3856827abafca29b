// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { replayTrace } from '../../src/compare/replay.js';
import { direct } from '../../src/direct/index.js';
import type { Implementation } from '../../src/hyp/transitions.js';
import { legacy, legacyBeforeFix } from '../../src/legacy/index.js';
import { MachineSide } from '../../src/side/machine_side.js';
import type { Side, SideView } from '../../src/side/side.js';
import { SidePair } from '../../src/side/side_pair.js';
import { BUSY, EARLY_PANIC, GREEDY, LATE_PANIC, traceOf } from '../support/pairs.js';

const shareFfa = { op: '__pkvm_host_share_ffa', pfn: '0x40100', nr_pages: 1 };
const unshareFfa = { op: '__pkvm_host_unshare_ffa', pfn: '0x40100', nr_pages: 1 };
const shareHyp = { op: '__pkvm_host_share_hyp', pfn: '0x40300' };
const unshareHyp = { op: '__pkvm_host_unshare_hyp', pfn: '0x40100' };
const trace = traceOf([shareFfa, shareHyp, unshareHyp, unshareFfa]);

/** A machine that tells no more than `view`, and runs no more operations than `most`. */
function seenAs(implementation: Implementation, view: SideView, most = Infinity): Side {
  const inner = new MachineSide(implementation);
  return {
    ...inner,
    name: inner.name,
    description: inner.description,
    view,
    facts: [],
    run: async (machine, ops) => {
      const { steps } = await inner.run(machine, ops);
      const isCut = steps.length > most;
      return isCut ? { steps: steps.slice(0, most), stopped: 'it is tired' } : { steps };
    },
    close: () => inner.close(),
  };
}

function pairOf(a: Implementation, b: Implementation, view: SideView = 'exact'): SidePair {
  return new SidePair(seenAs(a, view), seenAs(b, view), 'exact', direct);
}

describe('two sides that agree', () => {
  it('are compared in every operation, at the level that both can tell', async () => {
    const pair = new SidePair(
      seenAs(legacy, 'ownership'),
      new MachineSide(direct),
      'exact',
      direct,
    );
    const result = await pair.replay(trace);
    expect(pair.level).toBe('ownership');
    expect(result.divergences).toEqual([]);
    expect([result.compared, result.notCompared]).toEqual([4, 0]);
    expect(result.wordsCompared).toBeGreaterThan(0);
  });

  it('end together in a panic', async () => {
    const result = await pairOf(LATE_PANIC, LATE_PANIC).replay(trace);
    expect(result.divergences).toEqual([]);
    expect([result.compared, result.notCompared]).toEqual([1, 3]);
  });
});

describe('two sides that differ', () => {
  it.each(['exact', 'ownership'] as const)(
    'have the divergences that lockstep finds, seen as %s',
    async (view) => {
      for (const [a, b] of [
        [direct, BUSY],
        [direct, GREEDY],
        [legacyBeforeFix, legacy],
        [EARLY_PANIC, LATE_PANIC],
      ]) {
        const expected = replayTrace(trace, a, b, { level: view });
        const result = await pairOf(a, b, view).replay(trace);
        const shown = ({ divergences }: typeof result) =>
          divergences.map(({ kind, opIndex, outcomes }) => ({ kind, opIndex, outcomes }));
        expect(shown(result).slice(0, 1)).toEqual(shown(expected).slice(0, 1));
      }
    },
  );

  it('go on without the operation that differed', async () => {
    const result = await pairOf(legacyBeforeFix, legacy).replay(trace);
    expect(result.divergences).toMatchObject([
      { kind: 'outcome', opIndex: 2, outcomes: ['WARN', '-EPERM'] },
    ]);
    expect([result.compared, result.notCompared]).toEqual([4, 0]);
  });

  it('differ word by word where both tell words, decoded as lockstep decodes them', async () => {
    const expected = replayTrace(trace, direct, GREEDY, { level: 'exact' });
    const result = await pairOf(direct, GREEDY).replay(trace);
    expect(result.divergences[0].differences).toEqual(expected.divergences[0].differences);
    expect(expected.divergences[0].differences.length).toBeGreaterThan(0);
  });

  it('differ page by page where one tells ownership only', async () => {
    const result = await pairOf(EARLY_PANIC, LATE_PANIC, 'ownership').replay(trace);
    expect(result.divergences[0].differences).toEqual([
      {
        column: 'host_state',
        subject: 'page 0x40100',
        first: 'host OWNED',
        second: 'host SHARED_OWNED',
      },
    ]);
  });
});

describe('what cannot be compared', () => {
  it('is counted under its reason, and what comes after it is compared', async () => {
    const pair = new SidePair(seenAs(legacy, 'exact', 3), new MachineSide(direct), 'exact', direct);
    const result = await pair.replay(trace);
    expect([result.compared, result.notCompared]).toEqual([3, 1]);
    expect(result.reasons).toEqual(new Map([['it is tired', 1]]));
  });

  it('is the whole trace where a side cannot place it', async () => {
    const placed = { ...seenAs(legacy, 'exact'), place: () => ({ notCompared: 'no such memory' }) };
    const result = await new SidePair(placed, new MachineSide(direct), 'exact', direct).replay(
      trace,
    );
    expect([result.compared, result.notCompared]).toEqual([0, 4]);
    expect(result.reasons).toEqual(new Map([['no such memory', 4]]));
  });
});
