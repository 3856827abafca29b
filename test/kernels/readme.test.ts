// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT, runInShell } from '../cli/helpers.js';
import { missingIn, shownIn } from '../docs/console.js';
import { kernelImage } from './kernels.js';

it('README.md shows what is true of a real hypervisor', async () => {
  const [shown] = shownIn(readFileSync(join(ROOT, 'README.md'), 'utf8')).filter(({ command }) =>
    command.includes('real:'),
  );
  const image = kernelImage('6.12');
  const command = shown.command
    .replace('bin/pkvm-tracediff', '"$@"')
    .replace('kernels/6.12-vmlinuz', `'${image}'`);
  const { out } = await runInShell(command, [], { cwd: ROOT });
  expect(missingIn(out.replaceAll(image, 'kernels/6.12-vmlinuz'), shown)).toEqual([]);
});
