// SPDX-License-Identifier: GPL-2.0-only
/**
 * What a comparison of JSON Lines takes beyond parsing and comparing: processor time, as ratios within
 * one run. `node bench/json_lines.mjs [OTHER_TREE] [OPERATIONS]` for itself, with another built tree beside it.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Lockstep } from '../dist/compare/lockstep.js';
import { findImplementation } from '../dist/implementations.js';
import { run } from './command.mjs';
import { median, row } from './figures.mjs';
import { compiledOps, MACHINE } from './workload.mjs';
import { writeWorkload } from './workload_file.mjs';

const OPS = 2_000_000;
const ROUNDS = 5;
export const LINES = [1000, 100_000];

function cpuSeconds(work) {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function parseAlone(file) {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return cpuSeconds(() => {
    for (const line of lines) JSON.parse(line);
  });
}

function compareAlone(ops) {
  const pair = [findImplementation('legacy'), findImplementation('direct')];
  const lockstep = new Lockstep(MACHINE, ...pair);
  return cpuSeconds(() => {
    for (const op of ops) {
      lockstep.step(op);
      lockstep.commit();
    }
  });
}

/** Processor time of parsing the lines of a file and of comparing operations in memory, added. */
export function partsAlone(file, ops) {
  return parseAlone(file) + compareAlone(ops);
}

/** @param other a built tree to measure by turns with this one */
export function jsonLinesFigures(other, count = OPS) {
  const folder = mkdtempSync(join(tmpdir(), 'pkvm-tracediff-bench-'));
  const trees = { 'this tree': undefined };
  if (other !== undefined) trees.other = join(other, 'bin/pkvm-tracediff');
  const ratios = {};
  const add = (what, ratio) => {
    ratios[what] ??= [];
    ratios[what].push(ratio);
  };
  try {
    const files = LINES.map((perLine) => [perLine, join(folder, `${perLine}.jsonl`)]);
    for (const [perLine, file] of files) writeWorkload(file, count, perLine);
    const ops = compiledOps(count);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [perLine, file] of files) {
        const alone = partsAlone(file, ops);
        for (const [tree, bin] of Object.entries(trees)) {
          const whole = run(['replay', '--quiet', file], bin);
          const what = `${tree}, ${perLine} operations a line`;
          add(`${what}: replay / (parse + compare)`, whole.cpuSeconds / alone);
          add(`${what}: MiB`, whole.mib);
        }
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  for (const [what, values] of Object.entries(ratios)) {
    row(what, `median of ${ROUNDS}`, median(values));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [other, count] = process.argv.slice(2);
  jsonLinesFigures(other || undefined, count === undefined ? OPS : Number(count));
}
