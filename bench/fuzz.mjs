// SPDX-License-Identifier: GPL-2.0-only
/** Fuzzing: generated operations, workers, memory, and minimising. `node bench/fuzz.mjs` for itself. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runBatch } from '../dist/fuzz/batch.js';
import { findImplementation } from '../dist/implementations.js';
import { run } from './command.mjs';
import { best, median, row } from './figures.mjs';

const BASELINE = fileURLToPath(new URL('../baselines/series-2025-01.json', import.meta.url));
const CAMPAIGN = {
  first: findImplementation('legacy'),
  second: findImplementation('direct'),
  seed: 1,
  misuse: false,
  corpus: [],
};
/** Batches from here on are of ordinary machines; the third one is of 2 GiB. */
const FIRST_BATCH = 3;
const BATCHES = 30;
const ROUNDS = 5;
const OPS = 20_000_000;

/** Operations a second, generation included, on one core. */
function generated() {
  const rates = [];
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    let ops = 0;
    for (let i = 0; i < BATCHES; i++) ops += runBatch(CAMPAIGN, FIRST_BATCH + i).ops;
    rates.push(ops / (performance.now() - started) / 1e3);
  }
  row('generated and compared, one core', 'M ops/s', median(rates), best(rates));
}

/** Whole commands; the first shard of four has no machine of 2 GiB in it. */
function campaign(jobs, ops) {
  const shard = ['--shard', '1/4', '--jobs', String(jobs)];
  return run([
    'fuzz',
    '--quiet',
    '--seed',
    '1',
    '--ops',
    String(ops),
    ...shard,
    '--baseline',
    BASELINE,
  ]);
}

function workers() {
  const one = campaign(1, OPS);
  const two = campaign(2, OPS);
  row(`fuzz, ${OPS / 1e6} M operations, one worker`, 's', one.seconds);
  row('the same with two', 's', two.seconds);
  row('two workers against one', 'x', one.seconds / two.seconds);
  row('peak resident memory, one worker, a quarter of it', 'MiB', campaign(1, OPS / 4).mib);
  row('the same, all of it', 'MiB', one.mib);
}

/** A trace of 10,000 operations in which seven, far apart, lead to -EBUSY | -EPERM. */
function longTrace() {
  const names = ['share_hyp', 'unshare_hyp', 'share_ffa', 'unshare_ffa'];
  const ops = Array.from({ length: 9_993 }, (_, i) => {
    const name = names[(i * 7 + (i >> 3)) % names.length];
    const pfn = 0x40100 + ((i * 13) % 40);
    const op = { op: `__pkvm_host_${name}`, pfn };
    return name.endsWith('ffa') ? { ...op, nr_pages: 1 } : op;
  });
  const pfn = 0x40200;
  const needed = [
    { op: '__pkvm_host_share_hyp', pfn },
    { op: 'hyp_pin_shared_mem', from: pfn * 4096, to: (pfn + 1) * 4096 },
    { op: '__pkvm_host_unshare_ffa', pfn, nr_pages: 1 },
    { op: '__pkvm_host_donate_hyp', pfn, nr_pages: 1 },
    { op: '__pkvm_hyp_donate_host', pfn, nr_pages: 1 },
    { op: '__pkvm_host_share_ffa', pfn, nr_pages: 1 },
    { op: '__pkvm_host_unshare_hyp', pfn },
  ];
  needed.forEach((op, i) => {
    ops.splice(1_400 * (i + 1), 0, op);
  });
  return { format: 'pkvm-trace/1', name: 'long', ops };
}

function minimising() {
  const folder = mkdtempSync(join(tmpdir(), 'pkvm-tracediff-bench-'));
  try {
    const file = join(folder, 'long.json');
    writeFileSync(file, JSON.stringify(longTrace()));
    row('minimize, 10,000 operations to 7', 's', run(['minimize', file]).seconds);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function fuzzFigures() {
  generated();
  workers();
  minimising();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) fuzzFigures();
