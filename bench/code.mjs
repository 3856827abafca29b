// SPDX-License-Identifier: GPL-2.0-only
/**
 * Two kernel trees as C against the two models: `node bench/code.mjs TREE TREE`. The trees must do the
 * same. Rates are of one run, so that their ratio holds on a machine that does other things too.
 */

import { CodeImplementation } from '../dist/code/index.js';
import { Lockstep } from '../dist/compare/lockstep.js';
import { Search } from '../dist/explore/search/search.js';
import { DEFAULT_WORLD } from '../dist/explore/world/options.js';
import { makeWorld } from '../dist/explore/world/world.js';
import { findImplementation } from '../dist/implementations.js';
import { median, row } from './figures.mjs';
import { compiledOps, MACHINE } from './workload.mjs';

const OPS = 500_000;
const ROUNDS = 5;
const MODELS = [findImplementation('legacy'), findImplementation('direct')];
const trees = process.argv.slice(2).map((path) => new CodeImplementation(path));
if (trees.length !== 2) throw new Error('name two trees');
for (const tree of trees) await tree.load({ cache: undefined, progress: () => undefined });

/** Millions of operations compared in a second. */
function rate(pair, ops) {
  const lockstep = new Lockstep(MACHINE, ...pair);
  const started = performance.now();
  lockstep.ahead(ops, 0);
  for (const op of ops) {
    if (lockstep.step(op) !== 0) throw new Error('the workload diverged');
    lockstep.commit();
  }
  return ops.length / (performance.now() - started) / 1000;
}

/** Seconds to close the default world. */
async function explored(pair) {
  const world = makeWorld({ ...DEFAULT_WORLD, debug: false });
  const started = performance.now();
  const options = { level: 'exact', view: 'exact', invariants: false };
  const search = new Search(world, pair, { ...options, footprints: true, symmetry: true });
  await search.advance(Number.POSITIVE_INFINITY);
  return (performance.now() - started) / 1000;
}

const ops = compiledOps(OPS);
const rates = { code: [], models: [] };
const seconds = { code: [], models: [] };
for (let round = 0; round < ROUNDS; round++) {
  rates.code.push(rate(trees, ops));
  rates.models.push(rate(MODELS, ops));
  seconds.code.push(await explored(trees));
  seconds.models.push(await explored(MODELS));
}
row('two trees in lockstep, every word', 'M ops/s', median(rates.code));
row('two models in lockstep, every word', 'M ops/s', median(rates.models));
row('two trees, the default world closed', 's', median(seconds.code));
row('two models, the default world closed', 's', median(seconds.models));
row('explore: trees to models', 'times', median(seconds.code) / median(seconds.models));
for (const tree of trees) await tree.close();
