// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { compileOp } from '../../src/ops/index.js';
import { boardFor } from '../../src/real/boot/board.js';
import { Mover, machineProblem, placeTrace } from '../../src/real/place.js';
import { DEFAULT_MACHINE, type Trace } from '../../src/trace/index.js';

const { memory } = DEFAULT_MACHINE;
const board = boardFor(memory);
const mover = new Mover(board.shift, memory);
const GIB_PAGES = 0x40000;

function placed(...ops: Parameters<typeof compileOp>[0][]) {
  const trace = { machine: DEFAULT_MACHINE, ops: ops.map(compileOp) } as unknown as Trace;
  const place = placeTrace(trace, DEFAULT_MACHINE, mover, () => undefined);
  if ('notCompared' in place) throw new Error(place.notCompared);
  return place;
}

describe('the memory of a trace', () => {
  it('moves by whole GiB, so that blocks stay blocks', () => {
    expect(Math.abs(board.shift % GIB_PAGES)).toBe(0);
    const far = boardFor([{ pfn: 0x8000000, pages: 6000, nomap: false }]);
    expect(Math.abs(far.shift % GIB_PAGES)).toBe(0);
  });

  it('moves there and back', () => {
    for (const pfn of [0, 0x3ffff, 0x40000, 0x41fff, 0x42000, 0x80000, 0x90000]) {
      expect(mover.original(mover.page(pfn))).toBe(pfn);
    }
  });

  it('leaves addresses beyond the host’s stage 2 where they are', () => {
    expect(mover.page(2 ** 52 - 1)).toBe(2 ** 52 - 1);
    expect(mover.page(2 ** 28)).toBe(2 ** 28);
  });
});

describe('a trace that is moved', () => {
  it('keeps the lengths of its ranges', () => {
    const { trace } = placed(
      { op: '__pkvm_host_donate_hyp', pfn: '0x41fff', nr_pages: 2 },
      { op: 'hyp_pin_shared_mem', from: '0x40100000', to: '0x40103000' },
    );
    const [donate, pin] = trace.ops;
    expect(donate).toEqual(
      compileOp({ op: '__pkvm_host_donate_hyp', pfn: 0x41fff + board.shift, nr_pages: 2 }),
    );
    const from = (0x40100 + board.shift) * 4096;
    expect(pin).toEqual(compileOp({ op: 'hyp_pin_shared_mem', from, to: from + 3 * 4096 }));
  });

  it('leaves an operation out, with the reason, when only part of its range could move', () => {
    const { without } = placed(
      { op: '__pkvm_host_share_hyp', pfn: '0x40100' },
      { op: '__pkvm_host_donate_hyp', pfn: '0x40100', nr_pages: 2 ** 28 },
    );
    expect([...(without?.keys() ?? [])]).toEqual([1]);
    expect(without?.get(1)).toContain('0x40100');
  });
});

describe('a machine that cannot be had', () => {
  it('is one with pools of a few pages', () => {
    const carveout = { ...DEFAULT_MACHINE.carveout, hpool_pages: 3 };
    expect(machineProblem({ ...DEFAULT_MACHINE, carveout })).toContain('pools of 3 and 552 pages');
  });

  it('is one whose regions touch', () => {
    const touching = [
      { pfn: 0x40000, pages: 4096, nomap: false },
      { pfn: 0x41000, pages: 4096, nomap: false },
    ];
    expect(machineProblem({ ...DEFAULT_MACHINE, memory: touching })).toContain('touch');
  });

  it('is not the one of most traces', () => {
    expect(machineProblem(DEFAULT_MACHINE)).toBeUndefined();
  });
});
