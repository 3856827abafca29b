// SPDX-License-Identifier: GPL-2.0-only
/**
 * The score of the last `stryker run` by folder, and whether stryker.survivors.json explains every
 * mutant that no test found, and none that was found.
 */

import { readFile } from 'node:fs/promises';

const root = new URL('../', import.meta.url);
const read = async (path) => JSON.parse(await readFile(new URL(path, root), 'utf8'));

const DETECTED = new Set(['Killed', 'Timeout']);
const UNDETECTED = new Set(['Survived', 'NoCoverage']);

/** The text a mutant replaces, on one line. */
function originalOf(source, { start, end }) {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  lines[lines.length - 1] = lines[lines.length - 1].slice(0, end.column - 1);
  lines[0] = lines[0].slice(start.column - 1);
  return oneLine(lines.join(' '));
}

function oneLine(text) {
  return text.replace(/\s+/g, ' ');
}

const { files } = await read('reports/mutation/mutation.json');
/** How many mutants there are of each text. */
const explained = new Map();
const survivors = new Map();
const count = (map, mutant, times) => map.set(mutant, (map.get(mutant) ?? 0) + times);

for (const { file, code, becomes, times = 1 } of await read('stryker.survivors.json')) {
  for (const replacement of becomes) count(explained, `${file}: ${code} => ${replacement}`, times);
}

const folders = new Map();
for (const [file, { source, mutants }] of Object.entries(files)) {
  const folder = file.slice(0, file.lastIndexOf('/'));
  const score = folders.get(folder) ?? { detected: 0, all: 0 };
  folders.set(folder, score);
  for (const { status, location, replacement } of mutants) {
    if (DETECTED.has(status)) score.detected++;
    else if (!UNDETECTED.has(status)) continue;
    else count(survivors, `${file}: ${originalOf(source, location)} => ${oneLine(replacement)}`, 1);
    score.all++;
  }
}

const total = { detected: 0, all: 0 };
for (const [folder, { detected, all }] of folders) {
  total.detected += detected;
  total.all += all;
  console.log(`${folder}: ${detected} of ${all}, ${((100 * detected) / all).toFixed(2)} %`);
}
const { detected, all } = total;
console.log(`together: ${detected} of ${all}, ${((100 * detected) / all).toFixed(2)} %`);

/** Those of which one map has more than the other. */
const beyond = (map, other) =>
  [...map].filter(([mutant, times]) => times > (other.get(mutant) ?? 0)).map(([mutant]) => mutant);
const unexplained = beyond(survivors, explained);
const gone = beyond(explained, survivors);
for (const mutant of unexplained) console.error(`not explained: ${mutant}`);
for (const mutant of gone) console.error(`explained, but found: ${mutant}`);
if (unexplained.length + gone.length > 0) process.exitCode = 1;
