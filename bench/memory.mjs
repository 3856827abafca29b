// SPDX-License-Identifier: GPL-2.0-only
/** Lockstep from memory: compared operations a second, boot time, the 2 GiB operations. */

import { Lockstep } from '../dist/compare/lockstep.js';
import { Layout } from '../dist/hyp/layout.js';
import { Machine } from '../dist/hyp/machine.js';
import { Op, OpCode } from '../dist/hyp/op.js';
import { findImplementation } from '../dist/implementations.js';
import { best, median, row } from './figures.mjs';
import { compiledOps, MACHINE } from './workload.mjs';

const legacy = findImplementation('legacy');
const direct = findImplementation('direct');

const OPS = 1_000_000;
const ROUNDS = 11;

/** Compared operations a second, of `ROUNDS` rounds over one pair of machines. */
export function lockstepFigures() {
  const ops = compiledOps(OPS);
  const lockstep = new Lockstep(MACHINE, legacy, direct);
  const rates = [];
  const before = process.memoryUsage.rss();
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (const op of ops) {
      if (lockstep.step(op) !== 0) throw new Error('the workload diverged');
      lockstep.commit();
    }
    rates.push(OPS / (performance.now() - start) / 1000);
  }
  const grown = (process.memoryUsage.rss() - before) / 2 ** 20;
  row('both implementations, compared exactly', 'M ops/s', median(rates), best(rates));
  row(`resident memory gained over ${(OPS * ROUNDS) / 1e6} M operations`, 'MiB', grown);
}

/** One machine alone, to see what comparing costs. */
export function aloneFigures() {
  const ops = compiledOps(OPS);
  for (const implementation of [legacy, direct]) {
    const machine = Machine.alone(MACHINE, implementation);
    const rates = [];
    for (let round = 0; round < ROUNDS; round++) {
      const start = performance.now();
      for (const op of ops) {
        machine.run(op);
        machine.state.commit();
      }
      rates.push(OPS / (performance.now() - start) / 1000);
    }
    row(`${implementation.name} alone`, 'M ops/s', median(rates), best(rates));
  }
}

export function bootFigures() {
  const times = [];
  for (let i = 0; i < 40; i++) {
    const layout = new Layout(MACHINE);
    const start = performance.now();
    new Machine(layout, direct);
    times.push(performance.now() - start);
  }
  row('boot of one machine', 'ms', median(times), Math.min(...times));
}

export function twoGibFigures() {
  const config = {
    ...MACHINE,
    memory: [
      { pfn: 0x40000, pages: 8192, nomap: false },
      { pfn: 0x100000, pages: 0x80000, nomap: false },
    ],
    carveout: { pfn: 0x40100, hpool_pages: 2048, host_s2_pages: 2048 },
  };
  const start = performance.now();
  const lockstep = new Lockstep(config, legacy, direct);
  for (const code of [OpCode.__pkvm_host_donate_hyp, OpCode.__pkvm_hyp_donate_host]) {
    lockstep.step(new Op(code, 0x100000, 0x80000));
    lockstep.commit();
  }
  row('2 GiB to hyp and back, both, boot included', 'ms', performance.now() - start);
}
