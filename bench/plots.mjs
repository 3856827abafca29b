// SPDX-License-Identifier: GPL-2.0-only
/**
 * How time and memory grow, as pictures in docs/plots: `npm run bench -- --plots [MOST_OPERATIONS]
 * [ROUNDS]`. Whole commands, start-up included.
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { init } from 'echarts';
import { run } from './command.mjs';
import { median, row } from './figures.mjs';
import { writeWorkload } from './workload_file.mjs';

const FOLDER = fileURLToPath(new URL('../docs/plots/', import.meta.url));
const ROUNDS = 3;
const MOST_OPERATIONS = 1e7;
const PER_LINE = 1000;
const FIRST_OF_2_GIB = 0x100000;

/** Pages given to hyp and back, on a machine with 2 GiB to give. */
function rangeTrace(pages) {
  const pfn = FIRST_OF_2_GIB;
  return {
    format: 'pkvm-trace/1',
    name: `range-${pages}`,
    machine: {
      memory: [
        { base: '0x40000000', pages: 8192 },
        { base: '0x100000000', pages: 2 ** 19 },
      ],
      hyp_carveout: { pfn: '0x40100', hpool_pages: 2048, host_s2_pages: 2048 },
    },
    ops: [
      { op: '__pkvm_host_donate_hyp', pfn, nr_pages: pages },
      { op: '__pkvm_hyp_donate_host', pfn, nr_pages: pages },
    ],
  };
}

/** Runs a command some times: what it took, as the medians. */
function measured(args, rounds) {
  const runs = Array.from({ length: rounds }, () => run(args));
  const of = (key) => median(runs.map((each) => each[key]));
  return { seconds: of('seconds'), cpuSeconds: of('cpuSeconds'), mib: of('mib') };
}

function powers(base, first, last, step = 1) {
  const list = [];
  for (let n = first; n <= last; n += step) list.push(base ** n);
  return list;
}

/** Each picture: its file, what goes along the axis, and the command for a value of it. */
function plotsOf(folder, most) {
  const file = (name) => join(folder, name);
  return [
    {
      name: 'operations',
      title: 'replay: operations of JSON Lines',
      scale: 'log',
      values: powers(10, 3, Math.log10(most)),
      args: (count) => {
        writeWorkload(file('ops.jsonl'), count, PER_LINE);
        return ['replay', '--quiet', file('ops.jsonl')];
      },
    },
    {
      name: 'range',
      title: 'replay: pages of a range, given to hyp and back',
      scale: 'log',
      values: [...powers(2, 0, 18, 3), 2 ** 19],
      args: (pages) => {
        writeFileSync(file('range.json'), JSON.stringify(rangeTrace(pages)));
        return ['replay', '--quiet', file('range.json')];
      },
    },
    {
      name: 'world',
      title: 'explore: pages of a world, debug off, one worker',
      scale: 'value',
      values: [1, 2, 3, 4],
      args: (pages) => ['explore', '--pages', `${pages}`, '--debug', 'off', '--workers', '1'],
    },
    {
      name: 'workers',
      title: 'explore: workers, 3 pages, debug off',
      scale: 'value',
      values: powers(2, 0, Math.log2(availableParallelism())),
      args: (workers) => ['explore', '--pages', '3', '--debug', 'off', '--workers', `${workers}`],
    },
  ];
}

const LINES = [
  ['wall clock, s', 'seconds', 0],
  ['processors, s', 'cpuSeconds', 0],
  ['peak memory, MiB', 'mib', 1],
];

function svgOf({ title, scale }, points, rounds) {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 640, height: 360 });
  const load = loadavg()[0].toFixed(0);
  const subtext = `${new Date().toISOString().slice(0, 10)}, ${availableParallelism()} cores, load ${load}, ${rounds === 1 ? 'one run each' : `medians of ${rounds}`}`;
  chart.setOption({
    animation: false,
    backgroundColor: '#fff',
    title: { text: title, subtext, left: 'center' },
    legend: { bottom: 0 },
    grid: { left: 60, right: 60, top: 70, bottom: 60 },
    xAxis: { type: scale, minInterval: 1 },
    yAxis: [
      { type: scale, name: 's' },
      { type: 'value', name: 'MiB', splitLine: { show: false } },
    ],
    series: LINES.map(([name, key, yAxisIndex]) => ({
      name,
      type: 'line',
      yAxisIndex,
      data: points.map(({ at, ...point }) => [at, point[key]]),
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

/** @param most operations of the longest replay; @param rounds runs of each command */
export function drawPlots(most = MOST_OPERATIONS, rounds = ROUNDS) {
  mkdirSync(FOLDER, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), 'pkvm-tracediff-plots-'));
  try {
    for (const plot of plotsOf(folder, most)) {
      const points = plot.values.map((at) => {
        const point = { at, ...measured(plot.args(at), rounds) };
        const { seconds, cpuSeconds, mib } = point;
        row(`${plot.title}: ${at}`, 's, s of processors, MiB', seconds, cpuSeconds, mib);
        return point;
      });
      writeFileSync(join(FOLDER, `${plot.name}.svg`), `${svgOf(plot, points, rounds)}\n`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
