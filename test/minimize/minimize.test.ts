// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { bucketKey, bucketText } from '../../src/compare/bucket.js';
import { replayTrace } from '../../src/compare/replay.js';
import { replayRun } from '../../src/fuzz/batch.js';
import { Op, OpCode } from '../../src/hyp/op.js';
import { candidateOf, minimize, Oracle, traceOf } from '../../src/minimize/index.js';
import { decompileOp } from '../../src/ops/index.js';
import {
  DEFAULT_MACHINE,
  madeTrace,
  Parser,
  type Trace,
  traceToJson,
} from '../../src/trace/index.js';
import { campaign, implementation } from '../fuzz/campaigns.js';

const PAIR = [implementation('legacy'), implementation('direct')] as const;

function made(ops: readonly Op[], machine = DEFAULT_MACHINE): Trace {
  return madeTrace({ name: 't', machine, source: ops.map(decompileOp), file: 't.json' });
}

/** The minimised trace of a trace's first divergence; undefined if there is none. */
function minimized(
  trace: Trace,
  pair: readonly [(typeof PAIR)[0], (typeof PAIR)[1]] = PAIR,
): Trace | undefined {
  const result = replayTrace(trace, ...pair, { level: 'exact' });
  const [divergence] = result.divergences;
  if (!divergence) return undefined;
  const key = bucketKey(divergence, result.debug, trace.constructed);
  const oracle = new Oracle(...pair, 'exact', { key, text: bucketText });
  const search = minimize(candidateOf(result, divergence.kind === 'expectation'), oracle);
  let step = search.next();
  while (!step.done) step = search.next();
  if (!step.value) throw new Error('the oracle does not see what replay sees');
  return traceOf(step.value, pair, { name: 't', description: '', file: 't.json' });
}

/** The seven operations to -EBUSY or -EPERM, from the model text. */
function busy(page: number): Op[] {
  return [
    new Op(OpCode.__pkvm_host_share_hyp, page),
    new Op(OpCode.hyp_pin_shared_mem, page, page + 1),
    new Op(OpCode.__pkvm_host_unshare_ffa, page, 1),
    new Op(OpCode.__pkvm_host_donate_hyp, page, 1),
    new Op(OpCode.__pkvm_hyp_donate_host, page, 1),
    new Op(OpCode.__pkvm_host_share_ffa, page, 1),
    new Op(OpCode.__pkvm_host_unshare_hyp, page),
  ];
}

/** Ten thousand operations on other pages, with the seven strewn over them. */
function strewn(): Op[] {
  const ops: Op[] = [];
  const seven = busy(0x40700);
  for (let i = 0; i < 10_000; i++) {
    const page = 0x40100 + ((i * 7) % 64);
    if (i % 1429 === 700) ops.push(seven[Math.floor(i / 1429)]);
    else
      ops.push(new Op(i % 2 ? OpCode.__pkvm_host_unshare_hyp : OpCode.__pkvm_host_share_hyp, page));
  }
  return ops;
}

/** A page of the carve-out that hyp counts references on, as in traces/misuse. */
const COUNTED = 0x41010;

describe('minimize', () => {
  it('reduces ten thousand operations to the seven that matter', () => {
    const small = minimized(made(strewn()));
    expect(small?.ops.map(({ code }) => code)).toEqual(busy(0).map(({ code }) => code));
    expect(new Set(small?.ops.map(({ a }) => a)).size).toBe(1);
  });

  it('leaves one region, no page to spare, and the page next to the carve-out', () => {
    const small = minimized(made(busy(0x40700)));
    const { memory, carveout } = small?.machine ?? DEFAULT_MACHINE;
    const end = carveout.pfn + carveout.hpool_pages + carveout.host_s2_pages;
    expect(memory).toEqual([{ pfn: 0x40000, pages: end + 1 - 0x40000, nomap: false }]);
    expect(small?.ops[0].a).toBe(end);
  });

  it('changes nothing of what it made', () => {
    const once = minimized(made(strewn()));
    if (!once) throw new Error('no divergence');
    expect(minimized(once)).toEqual(once);
  });

  it('gives a valid trace that diverges in the same bucket and as it expects', () => {
    const trace = minimized(made(busy(0x40700)));
    if (!trace) throw new Error('no divergence');
    const parsed = Parser.ofTraces().parse(traceToJson(trace), 't.json');
    if (!parsed.ok) throw new Error(parsed.problems[0].message);
    const { divergences } = replayTrace(parsed.trace, ...PAIR, { level: 'exact' });
    expect(divergences.map(({ kind, outcomes }) => [kind, ...outcomes])).toEqual([
      ['outcome', '-EBUSY', '-EPERM'],
    ]);
  });

  it('makes parameters simpler: sizes, counts, ranges, list entries', () => {
    const ffa = new Op(OpCode.ffa_host_share_ranges, 0, 0, 0, 0, 0, 0, [0x40200, 9, 0x40300, 2]);
    const pair = [implementation('legacy-before-fix'), implementation('legacy')] as const;
    const small = minimized(made([ffa, new Op(OpCode.__pkvm_host_unshare_hyp, 0x40203)]), pair);
    expect(small?.ops[0].list).toEqual([small?.ops[1].a, 1]);
  });

  it('keeps a state that was poked, and that it was', () => {
    const poke = new Op(OpCode.poke, 0x40100, 1, 3, 5, 4);
    const small = minimized(made([poke, new Op(OpCode.__pkvm_host_unshare_hyp, 0x40100)]));
    expect(small?.constructed).toBe(true);
    const [op] = small?.ops ?? [];
    expect([op.b, op.c > 0, op.d, op.e]).toEqual([1, true, -1, -1]);
  });

  it('keeps that hyp gives away a page that it uses itself', () => {
    const debug = { ...DEFAULT_MACHINE, nvhe_el2_debug: true };
    const noise = [1, 2, 3].map((n) => new Op(OpCode.__pkvm_host_share_hyp, 0x40100 + n));
    const misuse = [
      new Op(OpCode.__pkvm_hyp_donate_host, COUNTED, 1),
      new Op(OpCode.__pkvm_host_share_ffa, COUNTED, 1),
      new Op(OpCode.__pkvm_host_unshare_hyp, COUNTED),
    ];
    const small = minimized(made([...noise, ...misuse], debug));
    expect(small?.ops.map(({ code }) => code)).toEqual(misuse.map(({ code }) => code));
    if (!small) throw new Error('no divergence');
    const { divergences } = replayTrace(small, ...PAIR, { level: 'exact' });
    expect(divergences.map(({ misuse: label }) => label)).toEqual([true]);
  });

  it('keeps an expectation that is not met', () => {
    const share = { op: '__pkvm_host_share_hyp', pfn: '0x40100' } as const;
    const wrong = { op: '__pkvm_host_share_hyp', pfn: '0x40200', expect: '-EPERM' } as const;
    const source = [share, wrong, share];
    const trace = madeTrace({ name: 't', machine: DEFAULT_MACHINE, source, file: 't' });
    const small = minimized(trace);
    expect(small?.source.map((op) => op.expect)).toEqual(['-EPERM']);
  });

  it('shrinks machines on which tables run out', () => {
    const found = replayRun(campaign('legacy', 'direct'), 0, 0, 400);
    expect(minimized(made([], found.machine))).toBeUndefined();
    const scarce = {
      ...DEFAULT_MACHINE,
      memory: [{ pfn: 0x40000, pages: 4096, nomap: false }],
      carveout: { pfn: 0x40000, hpool_pages: 4, host_s2_pages: 32 },
    };
    const ops = [1, 2].map((n) => new Op(OpCode.__pkvm_host_share_hyp, 0x40000 + n * 512));
    const small = minimized(made(ops, scarce));
    expect(small?.source.map((op) => op.expect)).toEqual(['WARN']);
    expect(small?.machine.memory[0].pages).toBe(513);
    expect(small?.machine.carveout.hpool_pages).toBe(4);
  });

  it('says when there is nothing to keep', () => {
    const [divergence] = replayTrace(made(busy(0x40700)), ...PAIR, { level: 'exact' }).divergences;
    const key = bucketKey(divergence, false, false);
    const oracle = new Oracle(...PAIR, 'exact', { key, text: bucketText });
    const steps = busy(0x40700)
      .slice(1)
      .map((op) => ({ op }));
    const search = minimize({ machine: DEFAULT_MACHINE, steps }, oracle);
    expect(search.next()).toEqual({ done: true, value: undefined });
  });
});
