// SPDX-License-Identifier: GPL-2.0-only
/**
 * The command line, as dist/cli/main.js: its files are loaded with what V8 made of them when they were
 * built, so that a short command does not compile a megabyte first. V8 itself tells whether that is of its
 * own version; if not, the files are compiled as ever.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

const folder = fileURLToPath(new URL('.', import.meta.url));
const requireOther = createRequire(import.meta.url);
const scripts = new Map();
const modules = new Map();

const compiledFile = (name) => join(folder, `${name}.compiled`);

function compiledBefore(name) {
  try {
    return readFileSync(compiledFile(name));
  } catch {
    return undefined;
  }
}

function load(name) {
  const filename = join(folder, name);
  // Bundles are ASCII: a byte is a character.
  const source = readFileSync(filename, 'latin1');
  const script = new Script(`(function (exports, require, module, __filename) {${source}\n})`, {
    filename,
    cachedData: compiledBefore(name),
  });
  const module = { exports: {} };
  scripts.set(name, script);
  modules.set(name, module);
  script.runInThisContext()(module.exports, requireFrom, module, filename);
  return module.exports;
}

/** `require` of a bundle: the files beside it are loaded as it is. */
function requireFrom(id) {
  if (!id.startsWith('./')) return requireOther(id);
  const name = id.slice(2);
  return modules.get(name)?.exports ?? load(name);
}

export const { main, manual } = load('main.cjs');

/** Keeps what is compiled by now of each file, for the next start. Called by the build. */
export function keepCompiled() {
  for (const [name, script] of scripts)
    writeFileSync(compiledFile(name), script.createCachedData());
}
