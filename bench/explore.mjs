// SPDX-License-Identifier: GPL-2.0-only
/** Exploration: time to the verdict, raw and by footprints. `node bench/explore.mjs` for itself. */

import { fileURLToPath } from 'node:url';
import { Search } from '../dist/explore/search/search.js';
import { DEFAULT_WORLD } from '../dist/explore/world/options.js';
import { makeWorld } from '../dist/explore/world/world.js';
import { findImplementation } from '../dist/implementations.js';
import { run } from './command.mjs';
import { row } from './figures.mjs';

const PAIR = [findImplementation('legacy'), findImplementation('direct')];

function explore(pages, debug, how, states) {
  const footprints = how !== 'executed';
  const symmetry = how === 'symmetry';
  const world = makeWorld({ ...DEFAULT_WORLD, pages, debug });
  const options = { level: 'exact', view: 'exact', invariants: false };
  const started = performance.now();
  const search = new Search(world, PAIR, { ...options, footprints, symmetry });
  search.advance(states);
  const seconds = (performance.now() - started) / 1000;
  const millions = (search.transitions / 1e6).toFixed(1);
  const rate = (search.transitions / seconds / 1e6).toFixed(2);
  const ends = search.isComplete ? 'to the verdict' : 'and stopped';
  console.log(
    `  ${pages} pages, debug ${debug ? 'on ' : 'off'}, ${how.padEnd(10)}` +
      ` ${seconds.toFixed(2).padStart(7)} s ${ends}, ${search.states} states,` +
      ` ${Math.round(search.states / seconds)} states/s, ${millions} M transitions,` +
      ` ${rate} M/s, ${Math.round(search.bytes / search.states)} bytes a state`,
  );
}

/** One core, booting included; three runs of the small worlds. */
export function exploreFigures() {
  explore(2, false, 'executed', Number.POSITIVE_INFINITY);
  explore(3, false, 'executed', 40_000);
  explore(3, false, 'footprints', Number.POSITIVE_INFINITY);
  for (let i = 0; i < 3; i++) explore(3, false, 'symmetry', Number.POSITIVE_INFINITY);
  explore(3, true, 'symmetry', Number.POSITIVE_INFINITY);
  explore(4, false, 'footprints', Number.POSITIVE_INFINITY);
  explore(4, false, 'symmetry', Number.POSITIVE_INFINITY);
}

/** Whole commands to the verdict, start-up included. */
export function exploreCommands() {
  for (const [pages, workers] of [
    [3, 1],
    [4, 1],
    [4, 2],
    [5, 2],
  ]) {
    const args = ['--pages', pages, '--debug', 'off', '--workers', workers].map(String);
    const { seconds, mib } = run(['explore', ...args]);
    const threads = workers === 1 ? 'one worker' : `${workers} workers`;
    row(`explore, ${pages} pages, debug off, ${threads}`, 's, MiB', seconds, mib);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  exploreFigures();
  exploreCommands();
}
