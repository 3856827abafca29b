// SPDX-License-Identifier: GPL-2.0-only
/** Which machines a replayer keeps, and where a replay in pieces stops. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Lockstep } from '../../src/compare/lockstep.js';
import { Replayer } from '../../src/compare/replay.js';
import { direct } from '../../src/direct/index.js';
import { legacy } from '../../src/legacy/index.js';
import type { Trace } from '../../src/trace/trace.js';
import { traceOf } from '../support/pairs.js';

const shareFfa = { op: '__pkvm_host_share_ffa', pfn: '0x40100', nr_pages: 1 };

describe('the machines of a replayer', () => {
  const MACHINE = {
    nvhe_el2_debug: false,
    share_guest_warn: true,
    memory: [
      { base: '0x40000000', pages: 4096 },
      { base: '0x80000000', pages: 16 },
    ],
    hyp_carveout: { pfn: '0x40e00', hpool_pages: 40, host_s2_pages: 40 },
  };
  const trace = (change: object) => traceOf([shareFfa], { machine: { ...MACHINE, ...change } });
  /** Which machines each trace ran on: 0, 1, ... in the order they were made. */
  const machinesOf = (...traces: Trace[]) => {
    const replayer = new Replayer(legacy, direct, 'exact');
    const seen: Lockstep[] = [];
    return traces.map((each) => {
      replayer.replay(each, undefined, undefined, (_index, lockstep) => {
        if (!seen.includes(lockstep)) seen.push(lockstep);
        expect(lockstep.layout.config).toEqual(each.machine);
      });
      return seen.length - 1;
    });
  };
  const memory = (index: number, change: object) => ({
    memory: MACHINE.memory.map((region, i) => (i === index ? { ...region, ...change } : region)),
  });

  it('are kept for the next trace that wants the same', () => {
    expect(machinesOf(trace({}), trace({}))).toEqual([0, 0]);
  });

  it.each<[string, object]>([
    ['nvhe_el2_debug', { nvhe_el2_debug: true }],
    ['share_guest_warn', { share_guest_warn: false }],
    ['carve-out', { hyp_carveout: { ...MACHINE.hyp_carveout, pfn: '0x40d00' } }],
    ['hpool', { hyp_carveout: { ...MACHINE.hyp_carveout, hpool_pages: 41 } }],
    ['host_s2_pool', { hyp_carveout: { ...MACHINE.hyp_carveout, host_s2_pages: 41 } }],
    ['number of regions', { memory: MACHINE.memory.slice(0, 1) }],
    ['start of a region', memory(1, { base: '0x90000000' })],
    ['size of a region', memory(0, { pages: 4095 })],
    ['kind of a region', memory(1, { nomap: true })],
  ])('are others for another %s', (_name, change) => {
    expect(machinesOf(trace({}), trace(change), trace({}))).toEqual([0, 1, 2]);
  });

  it('are kept however large they are', () => {
    const large = trace({ memory: [{ base: '0x40000000', pages: Math.ceil(2 ** 22 / 6) }] });
    expect(machinesOf(large, large)).toEqual([0, 0]);
  });
});

describe('a replay in pieces', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** Operations compared after each piece. `milliseconds` pass whenever somebody looks. */
  function pieces(trace: Trace, milliseconds: number): number[] {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => {
      now += milliseconds;
      return now;
    });
    const replay = new Replayer(legacy, direct, 'exact').begin(trace);
    const compared: number[] = [];
    while (replay.advance()) compared.push(replay.result().compared);
    const { compared: all, notCompared, divergences } = replay.result();
    expect([notCompared, divergences]).toEqual([0, []]);
    return [...compared, all];
  }

  const many = traceOf(Array.from({ length: 300 }, () => shareFfa));

  it('looks at the clock every 64 operations, and stops after more than 50 ms', () => {
    expect(pieces(many, 0)).toEqual([300]);
    // Looks at 0, 64, 128: 20, 40 and 60 ms after it began.
    expect(pieces(many, 20)).toEqual([128, 256, 300]);
    // 25, 50 and 75 ms.
    expect(pieces(many, 25)).toEqual([128, 256, 300]);
    // 30 and 60 ms.
    expect(pieces(many, 30)).toEqual([64, 128, 192, 256, 300]);
  });

  it('stops after more than 2^20 changed words', () => {
    const machine = {
      memory: [{ base: '0x40000000', pages: 2 ** 19 + 4096 }],
      hyp_carveout: { pfn: '0x40e00', hpool_pages: 40, host_s2_pages: 40 },
    };
    // A word a page, on each of two sides.
    const half = { op: '__pkvm_host_share_ffa', pfn: '0x41000', nr_pages: 2 ** 19 };
    expect(pieces(traceOf([half, shareFfa, shareFfa], { machine }), 0)).toEqual([2, 3]);
  });
});
