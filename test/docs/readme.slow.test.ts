// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, runInShell } from '../cli/helpers.js';
import { missingIn, shownIn } from './console.js';

const SHOWN = shownIn(readFileSync(join(ROOT, 'README.md'), 'utf8'));

/** What is run here; the others want a kernel, or a kernel's source: test/kernels. */
const HERE = SHOWN.filter(({ command }) => !/\b(c|real):/.test(command));

describe('README.md', () => {
  it('answers five questions, each with a command and at most eight lines of output', () => {
    expect(SHOWN).toHaveLength(5);
    expect(HERE).toHaveLength(3);
    for (const { pieces } of SHOWN) {
      const lines = pieces.join('\n').split('\n');
      expect(lines.length).toBeGreaterThan(2);
      expect(lines.length).toBeLessThanOrEqual(8);
    }
  });

  it.each(HERE)('shows what is true of: $command', async (shown) => {
    const command = shown.command.replace('bin/pkvm-tracediff', '"$@"');
    const { out } = await runInShell(command, [], { cwd: ROOT });
    expect(missingIn(out, shown)).toEqual([]);
  });
});

describe('output that is shown', () => {
  const page = '```console\n$ run it\nfirst\nsecond\n...\nlast\n```\n';

  it('is found in pieces, whole lines in their order', () => {
    const [shown] = shownIn(page);
    expect(shown).toEqual({ command: 'run it', pieces: ['first\nsecond', 'last'] });
    expect(missingIn('0\nfirst\nsecond\nmore\nlast', shown)).toEqual([]);
    expect(missingIn('last\nfirst\nsecond', shown)).toEqual(['last']);
    expect(missingIn('first\nsecond line\nlast', shown)).toEqual(['first\nsecond']);
  });
});
