// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { environment, folder, ROOT, run, save } from './helpers.js';

/** What the program offers for a line, its last word unfinished, and the code that says how to go on. */
async function offered(...words: string[]): Promise<{ values: string[]; directive: string }> {
  const { out } = await run(['complete', '--', ...words]);
  const lines = out.trimEnd().split('\n');
  return {
    values: lines.slice(0, -1).map((line) => line.split('\t')[0]),
    directive: lines.at(-1) ?? '',
  };
}

/** Completions of bash for a line: what TAB would offer. */
function inBash(script: string, ...words: string[]): string[] {
  save('completion.bash', script);
  save(
    'pkvm-tracediff',
    `#!/bin/sh\nexec '${process.execPath}' '${ROOT}bin/pkvm-tracediff' "$@"\n`,
  );
  const line = `
    chmod +x pkvm-tracediff; PATH=$PWD:$PATH
    . ./completion.bash && . ./completion.bash || exit 1
    COMP_WORDS=(pkvm-tracediff "$@") COMP_CWORD=$#
    __pkvm_tracediff_complete 2>/dev/null
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const out = execFileSync('bash', ['--norc', '-c', line, 'bash', ...words], {
    cwd: folder(),
    env: environment(),
    encoding: 'utf8',
  });
  return out.split('\n').filter((text) => text !== '');
}

describe('completion', () => {
  it('offers the commands, not the hidden one', async () => {
    const { values, directive } = await offered('');
    expect(values).toEqual(expect.arrayContaining(['replay', 'check', 'explain', 'completion']));
    expect(values).not.toContain('complete');
    expect(directive).toBe(':4');
  });

  it('offers the options of a command, and what they can be', async () => {
    expect((await offered('replay', '--comp')).values).toEqual(['--compare']);
    expect((await offered('replay', '--compare', '')).values).toEqual([
      'outcome',
      'ownership',
      'exact',
    ]);
    expect((await offered('replay', '--format', 'ju')).values).toEqual(['junit']);
    expect((await offered('check', '--impl', 'series-1')).values).toEqual(['series-1,series-2']);
    expect((await offered('kernel', '')).values).toContain('inspect');
    expect((await offered('kernel', 'inspect', '--no-')).values).toEqual(['--no-cache']);
    expect((await offered('completion', '')).values).toEqual(['bash', 'zsh', 'fish']);
  });

  it('leaves files to the shell', async () => {
    expect(await offered('replay', 'tra')).toEqual({ values: [], directive: ':0' });
    expect(await offered('replay', '--baseline', '')).toEqual({ values: [], directive: ':0' });
  });

  it('works in bash, read twice and without the bash-completion package', async () => {
    const { out } = await run(['completion', 'bash']);
    expect(inBash(out, 'rep')).toEqual(['replay', 'report']);
    expect(inBash(out, 'replay', '--debug', 'o')).toEqual(['on', 'off']);
    expect(out).toMatch(/^complete -o default -F \w+ pkvm-tracediff$/m);
  });

  it('prints a script for each shell, and refuses others', async () => {
    expect((await run(['completion', 'zsh'])).out).toMatch(/^#compdef pkvm-tracediff$/m);
    expect((await run(['completion', 'fish'])).out).toMatch(/^complete -c pkvm-tracediff /m);
    expect((await run(['completion', 'csh'])).code).toBe(2);
  });
});

describe('the manual page', () => {
  const page = readFileSync(join(ROOT, 'dist/man/pkvm-tracediff.1'), 'utf8');

  it('has every command, and the options that --help has', async () => {
    const plain = page.replaceAll('\\-', '-').replaceAll(/\\f./g, '');
    const isGroup = (name: string) => name === 'kernel' || name === 'help';
    const commands = (await offered('')).values.filter((name) => !isGroup(name));
    commands.push('kernel inspect');
    expect(commands.length).toBeGreaterThan(15);
    for (const name of commands) expect(page).toContain(`.SS ${name}\n`);
    for (const name of ['replay', 'explore', 'fuzz', 'step']) {
      const { out } = await run([name, '--help']);
      const options = out.match(/^ {2}(-\w, )?--[a-z-]+/gm) ?? [];
      expect(options.length).toBeGreaterThan(1);
      for (const option of options) expect(plain).toContain(option.trim());
    }
  });

  it('has the exit codes', () => {
    expect(page).toContain('.SH EXIT STATUS');
    expect(page).toContain('stale baseline: an entry matched nothing or more than it names');
  });
});
