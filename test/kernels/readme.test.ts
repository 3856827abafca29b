// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { folder, ROOT, runInShell } from '../cli/helpers.js';
import { missingIn, shownIn } from '../docs/console.js';
import { kernelImage } from './kernels.js';

it('README.md shows what is true of a real hypervisor', async () => {
  const [shown] = shownIn(readFileSync(join(ROOT, 'README.md'), 'utf8')).filter(({ command }) =>
    command.includes('real:'),
  );
  symlinkSync(dirname(kernelImage('6.12')), join(folder(), 'kernels'));
  symlinkSync(join(ROOT, 'traces'), join(folder(), 'traces'));
  const { out } = await runInShell(shown.command.replace('bin/pkvm-tracediff', '"$@"'), []);
  expect(missingIn(out, shown)).toEqual([]);
});
