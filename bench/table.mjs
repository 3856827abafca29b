// SPDX-License-Identifier: GPL-2.0-only
/**
 * The table of docs/performance.md: `npm run bench -- --table [OTHER_TREE] [ROUNDS] [OPERATIONS]`, with
 * another built tree measured by turns with this one. Medians, as Markdown. Ratios are within a round.
 */

import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { run, runBoth, runNothing } from './command.mjs';
import { median } from './figures.mjs';
import { LINES, partsAlone } from './json_lines.mjs';
import { compiledOps, MACHINE } from './workload.mjs';
import { writeWorkload } from './workload_file.mjs';

const THIS_TREE = fileURLToPath(new URL('../', import.meta.url));
const ONE_TRACE = join(THIS_TREE, 'traces/findings/unshare-hyp-busy-or-refused.json');
const BASELINE = join(THIS_TREE, 'baselines/series-2025-01.json');
const ROUNDS = 5;
const OPERATIONS = 2_000_000;
const FUZZ_OPERATIONS = 10_000_000;
/** From so many pages on a machine is one of those that move 2 GiB. */
const PAGES_OF_2_GIB = 2 ** 20;

/** Collects figures by row and tree. */
class Figures {
  rows = new Map();

  add(what, unit, goal, tree, value) {
    if (!this.rows.has(what)) this.rows.set(what, { unit, goal, values: new Map() });
    const { values } = this.rows.get(what);
    values.set(tree, [...(values.get(tree) ?? []), value]);
  }

  *lines(trees) {
    yield `| what | ${trees.map(({ name }) => name).join(' | ')} | goal |`;
    yield `|---|${trees.map(() => '---').join('|')}|---|`;
    for (const [what, { unit, goal, values }] of this.rows) {
      const cells = trees.map(({ name }) => {
        const all = values.get(name);
        return all ? `${median(all).toFixed(2)} ${unit}`.trim() : '';
      });
      yield `| ${what} | ${cells.join(' | ')} | ${goal} |`;
    }
  }
}

function treesOf(other) {
  const here = { name: 'now', root: THIS_TREE };
  const trees = other === undefined ? [here] : [{ name: 'before', root: other }, here];
  return trees.map((tree) => ({ ...tree, bin: join(tree.root, 'bin/pkvm-tracediff') }));
}

/** A copy of a tree's bundled traces, without those of machines with 2 GiB to give. */
function smallTraces({ name: tree, root }, folder) {
  const small = join(folder, tree);
  cpSync(join(root, 'traces'), small, { recursive: true });
  for (const name of readdirSync(small, { recursive: true })) {
    if (!name.endsWith('.json')) continue;
    const { machine } = JSON.parse(readFileSync(join(small, name), 'utf8'));
    const pages = (machine?.memory ?? []).reduce((sum, region) => sum + Number(region.pages), 0);
    if (pages >= PAGES_OF_2_GIB) rmSync(join(small, name));
  }
  return small;
}

/** Operations a second, in millions, that a tree compares in memory. */
async function comparedInMemory({ root }, ops) {
  const load = (path) => import(pathToFileURL(join(root, 'dist', path)).href);
  const { Lockstep } = await load('compare/lockstep.js');
  const { findImplementation } = await load('implementations.js');
  const { Op } = await load('hyp/op.js');
  const own = ops.map(({ code, a, b }) => new Op(code, a, b));
  const lockstep = new Lockstep(
    MACHINE,
    findImplementation('legacy'),
    findImplementation('direct'),
  );
  const started = process.cpuUsage();
  for (const op of own) {
    lockstep.step(op);
    lockstep.commit();
  }
  const { user, system } = process.cpuUsage(started);
  return ops.length / (user + system);
}

function fuzzArgs(operations, jobs, seed = 1) {
  const limits = ['--ops', `${operations}`, '--jobs', `${jobs}`];
  // The first shard of four has no machine of 2 GiB in it.
  return [
    'fuzz',
    '--quiet',
    '--seed',
    `${seed}`,
    '--shard',
    '1/4',
    ...limits,
    '--baseline',
    BASELINE,
  ];
}

async function round(figures, trees, files, { ops, small }) {
  const nothing = runNothing();
  for (const [perLine, file] of files) {
    const alone = partsAlone(file, ops);
    for (const { name, bin } of trees) {
      const whole = run(['replay', '--quiet', file], bin);
      const what = `JSON Lines, ${perLine} operations a line`;
      const sum = 'parse alone + compare alone';
      figures.add(
        `${what}: replay / (${sum}), processor time`,
        'x',
        '1.3',
        name,
        whole.cpuSeconds / alone,
      );
      figures.add(`${what}: peak memory`, 'MiB', 'the same', name, whole.mib);
    }
  }
  for (const tree of trees) {
    const { name, bin } = tree;
    const check = run(['check', '--quiet'], bin);
    figures.add('check of the bundled traces: wall clock', 's', 'a third', name, check.seconds);
    figures.add('the same: processor time', 's', '', name, check.cpuSeconds);
    figures.add('the same: peak memory', 'MiB', '', name, check.mib);
    const all = run(['replay', '--quiet', join(tree.root, 'traces')], bin);
    const few = run(['replay', '--quiet', small.get(name)], bin);
    const what = 'bundled traces: replay / replay without those of 2 GiB, processor time';
    figures.add(what, 'x', '2', name, all.cpuSeconds / few.cpuSeconds);
    figures.add('the same: peak memory of all', 'MiB', '150', name, all.mib);
    const memory = await comparedInMemory(tree, ops);
    figures.add('compared in memory, a second of processor time', 'M ops', '', name, memory);
    const one = run(fuzzArgs(FUZZ_OPERATIONS, 1), bin);
    const two = run(fuzzArgs(FUZZ_OPERATIONS, 2), bin);
    const apart = runBoth(
      [fuzzArgs(FUZZ_OPERATIONS / 2, 1), fuzzArgs(FUZZ_OPERATIONS / 2, 1, 2)],
      bin,
    );
    const rate = FUZZ_OPERATIONS / 1e6 / one.cpuSeconds;
    figures.add('fuzz, a second of processor time, start-up included', 'M ops', '2', name, rate);
    figures.add(
      'fuzz: two workers against one, wall clock',
      'x',
      '1.8',
      name,
      one.seconds / two.seconds,
    );
    figures.add(
      'fuzz: two workers against two processes',
      'x',
      '1.05',
      name,
      (await apart) / two.seconds,
    );
    const start = run(['replay', ONE_TRACE], bin);
    const ratio = start.cpuSeconds / nothing.cpuSeconds;
    figures.add('replay of one short trace / node -e 0, processor time', 'x', '2.5', name, ratio);
  }
}

/** Prints the table. */
export async function printTable(other, rounds = ROUNDS, operations = OPERATIONS) {
  if (other !== undefined && !existsSync(join(other, 'dist')))
    throw new Error(`${other} is not built`);
  const folder = mkdtempSync(join(tmpdir(), 'pkvm-tracediff-table-'));
  const figures = new Figures();
  const trees = treesOf(other);
  const loads = [];
  try {
    const files = LINES.map((perLine) => [perLine, join(folder, `${perLine}.jsonl`)]);
    for (const [perLine, file] of files) writeWorkload(file, operations, perLine);
    const shared = {
      ops: compiledOps(operations),
      small: new Map(trees.map((tree) => [tree.name, smallTraces(tree, folder)])),
    };
    for (let i = 0; i < rounds; i++) {
      loads.push(loadavg()[0]);
      await round(figures, trees, files, shared);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const load = `${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}`;
  console.log(
    `${rounds} rounds by turns, medians; ${operations} operations of JSON Lines; Node ${process.version}, ` +
      `${availableParallelism()} cores, load ${load} at the start of a round\n`,
  );
  for (const line of figures.lines(trees)) console.log(line);
}
