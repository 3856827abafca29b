// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Objects } from '../../src/code/objects.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'tracediff-objects-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));

const INPUTS = {
  'glue/a.c': '#include "tree/a.c"\n',
  'tree/a.c': 'int a;\n',
  'tree/b.c': 'int b;\n',
  'include/a.h': 'extern int a;\n',
};

/** Compiles glue/a.c with some inputs changed; was it compiled, and what came of it? */
async function made(changed: Partial<typeof INPUTS> = {}, flags = ['-O1'], version = 'cc 1') {
  const inputs = new Map(Object.entries({ ...INPUTS, ...changed }));
  const folder = mkdtempSync(join(FOLDER, 'build-'));
  const objects = new Objects(folder, join(FOLDER, 'cache'), { command: 'cc', version }, inputs);
  let compiled = false;
  await objects.make('glue/a.c', 'a.o', flags, async () => {
    compiled = true;
    writeFileSync(join(folder, 'a.o'), `${inputs.get('tree/a.c')}`);
  });
  return [compiled, readFileSync(join(folder, 'a.o'), 'utf8')];
}

it('a file is compiled once for what goes into it, and again when any of that changes', async () => {
  expect(await made()).toEqual([true, 'int a;\n']);
  expect(await made()).toEqual([false, 'int a;\n']);
  expect(await made({ 'tree/b.c': 'int c;\n' })).toEqual([false, 'int a;\n']);
  expect(await made({ 'tree/a.c': 'long a;\n' })).toEqual([true, 'long a;\n']);
  expect(await made({ 'include/a.h': 'extern long a;\n' })).toEqual([true, 'int a;\n']);
  expect(await made({}, ['-O2'])).toEqual([true, 'int a;\n']);
  expect(await made({}, ['-O1'], 'cc 2')).toEqual([true, 'int a;\n']);
});
