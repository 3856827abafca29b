// SPDX-License-Identifier: GPL-2.0-only
/** Writes docs/diagrams from what replaying the bundled traces meets. Needs the built program. */

import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { diagramFiles } from '../dist/diagram/index.js';
import { findImplementation } from '../dist/implementations.js';
import { Parser, readInputs } from '../dist/trace/index.js';

const root = new URL('../', import.meta.url);
/** Larger machines have nothing to add but time. */
const MOST_PAGES = 100_000;

/** The text of each file of docs/diagrams by its name. */
export async function generate() {
  const traces = [];
  const folder = fileURLToPath(new URL('traces', root));
  for await (const item of readInputs(Parser.ofTraces(), [folder])) {
    if (item.kind !== 'trace') throw new Error(item.problem.message);
    const pages = item.trace.machine.memory.reduce((sum, region) => sum + region.pages, 0);
    if (pages <= MOST_PAGES) traces.push(item.trace);
  }
  return diagramFiles(traces, findImplementation('direct'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const docs = new URL('docs/diagrams/', root);
  await mkdir(docs, { recursive: true });
  for (const [name, text] of await generate()) await writeFile(new URL(name, docs), text);
}
