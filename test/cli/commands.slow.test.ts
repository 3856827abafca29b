// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, run } from './helpers.js';

/** Every command there is, as --help lists them. */
function commandsOf(help: string): string[] {
  const list = help.slice(help.indexOf('\nCommands:'), help.indexOf('\nExit codes:'));
  return [...list.matchAll(/^ {2}(\w+)/gm)]
    .map(([, name]) => name)
    .filter((name) => name !== 'help');
}

describe('--help', () => {
  it('of each command has an example that runs it, with files that are there', async () => {
    for (const command of commandsOf((await run(['--help'])).out)) {
      const { code, out, err } = await run([command, '--help']);
      expect([code, err]).toEqual([0, '']);
      expect(out).toMatch(new RegExp(`^  \\$ .*pkvm-tracediff ${command}`, 'm'));
      const files = [...out.matchAll(/(?<= )(traces|test)\/[\w./-]+/g)].map(([path]) => path);
      expect(files.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    }
  });
});

describe('validate', () => {
  it('reads every bundled trace and finds nothing wrong', async () => {
    const { code, out, err } = await run(['validate']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^\d+ traces with [\d,]+ operations read, 0 problems$/m);
  });
});
