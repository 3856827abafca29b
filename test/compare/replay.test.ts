// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { expectedOf } from '../../src/compare/expected.js';
import { Replayer, replayTrace, runTo } from '../../src/compare/replay.js';
import { direct } from '../../src/direct/index.js';
import { Machine } from '../../src/hyp/machine.js';
import { PANIC_WARN } from '../../src/hyp/outcome.js';
import { legacy, legacyBeforeFix } from '../../src/legacy/index.js';
import { BUSY, EARLY_PANIC, GREEDY, LATE_PANIC, traceOf } from '../support/pairs.js';
import { parsed } from '../trace/helpers.js';

const EXACT = { level: 'exact' } as const;
const shareFfa = { op: '__pkvm_host_share_ffa', pfn: '0x40100', nr_pages: 1 };
const unshareFfa = { op: '__pkvm_host_unshare_ffa', pfn: '0x40100', nr_pages: 1 };
const shareHyp = { op: '__pkvm_host_share_hyp', pfn: '0x40300' };
const unshareHyp = { op: '__pkvm_host_unshare_hyp', pfn: '0x40100' };

describe('two sides that do the same', () => {
  it('have no divergence, and every operation is compared', () => {
    const result = replayTrace(traceOf([shareFfa, shareHyp, unshareFfa]), legacy, direct, EXACT);
    expect(result.divergences).toEqual([]);
    expect([result.compared, result.notCompared]).toEqual([3, 0]);
    expect(result.wordsCompared).toBeGreaterThan(3);
    expect(result.implementations).toEqual(['legacy', 'direct']);
    expect(result.debug).toBe(false);
  });

  it('may panic together', () => {
    const trace = traceOf([shareFfa, shareHyp]);
    const result = replayTrace(trace, LATE_PANIC, LATE_PANIC, EXACT);
    expect(result.divergences).toEqual([]);
    expect([result.compared, result.notCompared]).toEqual([1, 1]);
  });
});

describe('a side that becomes undefined', () => {
  const text = readFileSync('traces/undefined/reuse-host-only.json', 'utf8');
  const document = JSON.parse(text);

  it('ends the comparison: neither equal nor a divergence', () => {
    const ops = document.ops.map(({ expect: _, ...op }: Record<string, unknown>) => op);
    const last = ops.length - 1;
    const more = [...ops, shareFfa];
    const result = replayTrace(parsed({ ...document, ops: more }), legacy, direct, EXACT);
    expect(result.divergences).toEqual([]);
    expect([result.compared, result.notCompared]).toEqual([last, 2]);
    expect(result.undefined).toMatchObject({ opIndex: last, expected: false });
    const { sides } = result.undefined ?? {};
    expect(sides?.[0]).toBe(sides?.[1]);
    expect(sides?.[0]).toMatch(
      /^page 0x40101 is used as table of VM 0x1001, and is page of a free/,
    );
  });

  it('may be what the trace expects', () => {
    const { undefined: at, divergences } = replayTrace(parsed(document), legacy, direct, EXACT);
    expect(at?.expected).toBe(true);
    expect(divergences).toEqual([]);
  });
});

describe('an outcome that differs', () => {
  it('is reported with the state before, and replay goes on as the first did', () => {
    const trace = traceOf([shareFfa, unshareFfa]);
    const { divergences, compared } = replayTrace(trace, direct, BUSY, EXACT);
    expect(divergences).toHaveLength(1);
    expect(divergences[0]).toMatchObject({
      kind: 'outcome',
      opIndex: 0,
      op: '__pkvm_host_share_ffa',
      opText: '__pkvm_host_share_ffa(pfn=0x40100, nr_pages=1)',
      outcomes: ['0', '-EBUSY'],
      before: 'page 0x40100: host OWNED, hyp NOPAGE, refcount 0',
      columns: ['host_state'],
      words: 1,
      resynced: true,
    });
    expect(divergences[0].differences).toEqual([
      {
        column: 'host_state',
        subject: 'page 0x40100',
        first: 'host SHARED_OWNED',
        second: 'host OWNED',
      },
    ]);
    expect(compared).toBe(2);
  });

  it('may leave the state the same', () => {
    const poke = {
      op: 'poke',
      pfn: '0x40100',
      host_state: 'SHARED_OWNED',
      refcount: 1,
      hyp_state: 'NOPAGE',
    };
    const { divergences } = replayTrace(traceOf([poke, unshareHyp]), legacy, direct, EXACT);
    expect(divergences).toHaveLength(1);
    expect(divergences[0]).toMatchObject({
      kind: 'outcome',
      opIndex: 1,
      outcomes: ['-EBUSY', '-EPERM'],
      columns: [],
      words: 0,
    });
  });
});

describe('a state that differs', () => {
  it('is reported once, after which the sides are equal again', () => {
    const trace = traceOf([shareFfa, shareHyp, unshareFfa]);
    const { divergences } = replayTrace(trace, direct, GREEDY, EXACT);
    expect(divergences).toHaveLength(1);
    expect(divergences[0]).toMatchObject({ kind: 'state', opIndex: 0, outcomes: ['0', '0'] });
    expect(divergences[0].differences[0].subject).toBe('page 0x40101');
  });

  it('is not looked at on the level outcome', () => {
    const trace = traceOf([shareFfa, shareHyp]);
    const { divergences } = replayTrace(trace, direct, GREEDY, { level: 'outcome' });
    expect(divergences).toEqual([]);
  });
});

describe('a panic', () => {
  it('of the first side alone ends the comparison', () => {
    const trace = traceOf([shareFfa, unshareHyp, shareHyp]);
    const result = replayTrace(trace, legacyBeforeFix, legacy, EXACT);
    expect(result.divergences).toHaveLength(1);
    expect(result.divergences[0]).toMatchObject({
      kind: 'outcome',
      opIndex: 1,
      outcomes: ['WARN', '-EPERM'],
      columns: ['host_state', 'locks'],
      resynced: false,
    });
    expect([result.compared, result.notCompared]).toEqual([2, 1]);
  });

  it('of the second side alone does not: it is brought back', () => {
    const trace = traceOf([shareFfa, unshareHyp, shareHyp]);
    const result = replayTrace(trace, legacy, legacyBeforeFix, EXACT);
    expect(result.divergences).toHaveLength(1);
    expect(result.divergences[0]).toMatchObject({ outcomes: ['-EPERM', 'WARN'], resynced: true });
    expect([result.compared, result.notCompared]).toEqual([3, 0]);
  });

  it('of both in different states is a kind of its own', () => {
    const machine = { hyp_carveout: { pfn: '0x40e00', hpool_pages: 4, host_s2_pages: 40 } };
    const share = { op: '__pkvm_host_share_hyp', pfn: '0x40001' };
    const result = replayTrace(traceOf([share, shareFfa], { machine }), legacy, direct, EXACT);
    expect(result.divergences).toHaveLength(1);
    expect(result.divergences[0]).toMatchObject({
      kind: 'state-at-panic',
      outcomes: ['WARN', 'WARN'],
      columns: ['host_state'],
      resynced: false,
    });
    expect(result.divergences[0].differences).toEqual([
      {
        column: 'host_state',
        subject: 'page 0x40001',
        first: 'host SHARED_OWNED',
        second: 'host OWNED',
      },
    ]);
    expect([result.compared, result.notCompared]).toEqual([1, 1]);
  });
});

describe('expectations', () => {
  const kinds = (ops: object[], first = legacy, second = direct, debug?: boolean) =>
    replayTrace(traceOf(ops), first, second, { ...EXACT, debug }).divergences.map(
      ({ kind, opIndex, expected }) => ({ kind, opIndex, expected }),
    );

  it('that hold are not reported', () => {
    expect(
      kinds([
        { ...shareFfa, expect: 0 },
        { ...shareFfa, expect: '-EPERM' },
      ]),
    ).toEqual([]);
  });

  it('are held against each side', () => {
    expect(kinds([{ ...shareFfa, expect: '-EPERM' }])).toEqual([
      { kind: 'expectation', opIndex: 0, expected: ['-EPERM', '-EPERM'] },
    ]);
    expect(kinds([{ ...shareFfa, expect: 0 }], direct, BUSY)).toEqual([
      { kind: 'outcome', opIndex: 0, expected: undefined },
      { kind: 'expectation', opIndex: 0, expected: [undefined, '0'] },
    ]);
  });

  it('may be one for each implementation', () => {
    const expect_ = { direct: 0, busy: '-EBUSY' };
    expect(kinds([{ ...shareFfa, expect: expect_ }], direct, BUSY)).toEqual([
      { kind: 'outcome', opIndex: 0, expected: undefined },
    ]);
    expect(kinds([{ ...shareFfa, expect: { direct: 'WARN' } }])).toEqual([
      { kind: 'expectation', opIndex: 0, expected: [undefined, 'WARN'] },
    ]);
  });

  it('of the second side hold on after the first has panicked', () => {
    const ops = [
      { ...shareFfa, expect: { 'early-panic': 'WARN', direct: 0 } },
      { ...unshareFfa, expect: '-EBUSY' },
      { ...shareFfa, expect: 0 },
    ];
    const { divergences } = replayTrace(traceOf(ops), EARLY_PANIC, direct, EXACT);
    expect(divergences.map(({ kind, opIndex }) => [kind, opIndex])).toEqual([
      ['outcome', 0],
      ['expectation', 1],
    ]);
    expect(divergences[1]).toMatchObject({
      outcomes: ['(ended)', '0'],
      expected: [undefined, '-EBUSY'],
    });
  });

  it('of the first side alone say nothing of the second', () => {
    const ofFirst = (outcome: number | string) => [{ ...shareFfa, expect: { direct: outcome } }];
    expect(kinds(ofFirst(0), direct, GREEDY)).toEqual([
      { kind: 'state', opIndex: 0, expected: undefined },
    ]);
    expect(kinds(ofFirst('WARN'), direct, legacy)).toEqual([
      { kind: 'expectation', opIndex: 0, expected: ['WARN', undefined] },
    ]);
  });

  it('that do not hold are told with the state before, and with no difference', () => {
    const at = (operation: object) =>
      replayTrace(traceOf([{ ...operation, expect: 'WARN' }]), legacy, direct, EXACT).divergences;
    expect(at({ op: '__pkvm_vcpu_put' })).toMatchObject([{ before: undefined }]);
    expect(at({ op: '__pkvm_host_share_hyp', pfn: '0x0' })).toMatchObject([
      { before: 'page 0x0: no memory' },
    ]);
    expect(at(shareFfa)).toEqual([
      {
        kind: 'expectation',
        opIndex: 0,
        op: '__pkvm_host_share_ffa',
        opText: '__pkvm_host_share_ffa(pfn=0x40100, nr_pages=1)',
        outcomes: ['0', '0'],
        before: 'page 0x40100: host OWNED, hyp NOPAGE, refcount 0',
        expected: ['WARN', 'WARN'],
        columns: [],
        differences: [],
        words: 0,
        resynced: false,
      },
    ]);
  });

  it('end with a panic of the second side', () => {
    const ops = [
      { ...shareFfa, expect: { 'early-panic': 'WARN', 'legacy-before-fix': 0 } },
      { ...unshareHyp, expect: 'WARN' },
      { ...shareFfa, expect: '-EBUSY' },
    ];
    expect(kinds(ops, EARLY_PANIC, legacyBeforeFix).map(({ kind }) => kind)).toEqual(['outcome']);
    expect(kinds(ops, EARLY_PANIC, LATE_PANIC)).toMatchObject([
      { kind: 'state-at-panic', opIndex: 0 },
    ]);
  });

  it('are not held when nvhe_el2_debug is another than the trace’s', () => {
    const wrong = [{ ...shareFfa, expect: 'BUG' }];
    expect(kinds(wrong, legacy, direct, false)).toHaveLength(1);
    expect(kinds(wrong, legacy, direct, true)).toEqual([]);
    expect(replayTrace(traceOf(wrong), legacy, direct, { ...EXACT, debug: true }).debug).toBe(true);
  });
});

describe('expectedOf', () => {
  it('is one outcome for all, one by name, or none', () => {
    expect(expectedOf(-1, 'legacy')).toBe(-1);
    expect(expectedOf(new Map([['legacy', -2]]), 'legacy')).toBe(-2);
    expect(expectedOf(new Map([['legacy', -2]]), 'direct')).toBeUndefined();
    expect(expectedOf(undefined, 'legacy')).toBeUndefined();
  });
});

describe('an observer', () => {
  it('sees every operation before it is committed', () => {
    const seen: number[][] = [];
    replayTrace(traceOf([shareFfa, shareFfa]), legacy, direct, {
      ...EXACT,
      observe: (index, lockstep, step) =>
        seen.push([index, lockstep.firstOutcome, step, lockstep.first.state.journalLength]),
    });
    expect(seen).toEqual([
      [0, 0, 0, 1],
      [1, -1, 0, 0],
    ]);
  });
});

describe('Replayer', () => {
  it('replays trace after trace as if each were the first', () => {
    const machine = { hyp_carveout: { pfn: '0x40e00', hpool_pages: 4, host_s2_pages: 40 } };
    const far = { op: '__pkvm_host_share_hyp', pfn: '0x40001' };
    const traces = [
      traceOf([shareFfa, unshareHyp, shareHyp]),
      traceOf([shareHyp, shareFfa]),
      traceOf([far, shareFfa], { machine }),
      traceOf([shareFfa, shareHyp], { machine }),
      traceOf([shareHyp, shareFfa, unshareFfa]),
      traceOf([shareFfa, unshareHyp, shareHyp]),
    ];
    for (const [first, second] of [
      [legacyBeforeFix, legacy],
      [direct, GREEDY],
      [legacy, direct],
    ]) {
      const replayer = new Replayer(first, second, 'exact');
      for (const trace of traces) {
        expect(replayer.replay(trace)).toEqual(replayTrace(trace, first, second, EXACT));
      }
      for (const debug of [true, false]) {
        const alone = replayTrace(traces[0], first, second, { ...EXACT, debug });
        expect(replayer.replay(traces[0], debug)).toEqual(alone);
      }
    }
  });
});

describe('runTo', () => {
  it('runs one machine up to an operation, or to its panic', () => {
    const trace = traceOf([shareFfa, unshareHyp, shareHyp]);
    const run = (last: number) => runTo(Machine.alone(trace.machine, legacyBeforeFix), trace, last);
    expect(run(0)).toEqual([0]);
    expect(run(9)).toEqual([0, PANIC_WARN]);
    expect(runTo(Machine.alone(trace.machine, legacy), trace, 9)).toEqual([0, -1, 0]);
  });
});
