// SPDX-License-Identifier: GPL-2.0-only
/** `npm run bench`: figures and ratios, never a verdict. Wall-clock times; median and best. */

import { cpus, loadavg } from 'node:os';
import { cliFigures } from './cli.mjs';
import { explainFigures } from './explain.mjs';
import { exploreCommands, exploreFigures } from './explore.mjs';
import { heading } from './figures.mjs';
import { fuzzFigures } from './fuzz.mjs';
import { jsonLinesFigures } from './json_lines.mjs';
import { aloneFigures, bootFigures, lockstepFigures, twoGibFigures } from './memory.mjs';
import { drawPlots } from './plots.mjs';
import { seriesFigures } from './series.mjs';
import { printTable } from './table.mjs';

const [option, ...values] = process.argv.slice(2);
heading(
  `Node ${process.version}, ${cpus().length} x ${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}`,
);
if (option === '--plots') drawPlots(...values.map(Number));
else if (option === '--table')
  await printTable(values[0] || undefined, ...values.slice(1).map(Number));
else figures();

function figures() {
  heading('From memory: six transitions over 64 pages, one page each (median, best)');
  lockstepFigures();
  aloneFigures();
  heading('Machines');
  bootFigures();
  twoGibFigures();
  heading('Fuzzing');
  fuzzFigures();
  heading('Exploring');
  exploreFigures();
  exploreCommands();
  heading('Tracing (explain, step, the HTML page)');
  explainFigures();
  heading('Whole commands');
  cliFigures();
  heading('A series: one changed line of linux-source-6.12, on the compiled code');
  seriesFigures();
  heading('JSON Lines: processor time of replay against parsing and comparing alone');
  jsonLinesFigures();
}
