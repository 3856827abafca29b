// SPDX-License-Identifier: GPL-2.0-only
/** What tracing costs: nothing before it is asked for, next to nothing after, and with it on. */

import { Lockstep } from '../dist/compare/lockstep.js';
import { instrument } from '../dist/explain/instrument.js';
import { findImplementation } from '../dist/implementations.js';
import { best, median, row } from './figures.mjs';
import { compiledOps, MACHINE } from './workload.mjs';

const OPS = 1_000_000;
const TRACED_OPS = 20_000;
const ROUNDS = 5;

export function explainFigures() {
  const ops = compiledOps(OPS);
  const lockstep = newLockstep();
  row('replay, nothing traced in this process yet', 'M ops/s', ...rounds(lockstep, ops));

  // Machines with and without tracing in one process share call sites, which costs the plain ones:
  // that is why a run traces only after all of its replays.
  const traced = newLockstep();
  const recorders = [instrument(traced.first), instrument(traced.second)];
  const rates = [];
  for (let round = 0; round < ROUNDS; round++) rates.push(tracedRate(traced, recorders, ops));
  row('every operation traced and decoded', 'k ops/s', median(rates), best(rates));

  row('replay again, other machines traced before', 'M ops/s', ...rounds(lockstep, ops));
}

function newLockstep() {
  return new Lockstep(MACHINE, findImplementation('legacy'), findImplementation('direct'));
}

function rounds(lockstep, ops) {
  const rates = [];
  for (let round = 0; round < ROUNDS; round++) rates.push(replayRate(lockstep, ops));
  return [median(rates), best(rates)];
}

function replayRate(lockstep, ops) {
  lockstep.reset();
  const start = performance.now();
  for (const op of ops) {
    lockstep.step(op);
    lockstep.commit();
    if (lockstep.drift.size > 0) lockstep.resync();
  }
  return ops.length / (performance.now() - start) / 1000;
}

function tracedRate(lockstep, recorders, ops) {
  lockstep.reset();
  const start = performance.now();
  for (const op of ops.slice(0, TRACED_OPS)) {
    for (const recorder of recorders) recorder.begin();
    lockstep.step(op);
    for (const recorder of recorders) recorder.end();
    lockstep.commit();
  }
  return TRACED_OPS / (performance.now() - start);
}
