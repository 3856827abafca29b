// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { programName } from '../../src/cli/next_steps.js';
import {
  folder,
  run,
  runInShell,
  save,
  saveDiverging,
  saveEqual,
  TRACES,
  trace,
  UNSHARE,
} from './helpers.js';

/** The commands below `next:`, lines that go on put together. */
function commandsOf(out: string): string[] {
  const [, next = ''] = out.split('\nnext:\n');
  return next
    .replaceAll(/ \\\n +/g, ' ')
    .split('\n')
    .filter((line) => line.startsWith('    '))
    .map((line) => line.trim());
}

const DEBUG = { machine: { nvhe_el2_debug: true } };

/** Runs a command as it was printed, in the folder of the test. */
function paste(command: string): ReturnType<typeof runInShell> {
  const args = command.replace(/^pkvm-tracediff /, '');
  return runInShell(`"$@" ${args}`, []);
}

describe('what replay says to do next', () => {
  it('is to mend the trace where both sides did the same and not what it expects', async () => {
    const file = saveDiverging();
    const column = readFileSync(file, 'utf8').indexOf('{"op"') + 1;
    const alike = await run(['replay', 'diverging.json']);
    expect(alike.out).toContain(
      `next:\n  both sides did the same: mend the trace, at or before diverging.json:1:${column}\n`,
    );
    const differs = await run([
      'replay',
      join(TRACES, 'findings/unshare-hyp-busy-or-refused.json'),
    ]);
    expect(differs.out).not.toContain('mend the trace');
    expect(differs.out).toContain('what both sides did at the first new difference, call by call');
  });

  it('is to explain the first new cause, to make the page, and to write a baseline; each command runs', async () => {
    saveDiverging();
    const first = await run(['replay', 'diverging.json']);
    const commands = commandsOf(first.out);
    expect(commands.map((command) => command.split(' ')[1])).toEqual([
      'explain',
      'replay',
      'replay',
    ]);

    const explained = await paste(commands[0]);
    expect(explained.code).toBe(0);
    expect(explained.out).toContain('__pkvm_host_share_hyp');
    expect((await paste(commands[1])).code).toBe(1);
    expect(readFileSync(join(folder(), 'report.html'), 'utf8')).toMatch(/^<!doctype html>/);
    await paste(commands[2]);
    expect(existsSync(join(folder(), 'known.json'))).toBe(true);
  });

  it('names the trace of a file of many, the pair, and the debug setting that was asked for', async () => {
    const line = (name: string) => JSON.stringify(trace(name, [{ ...UNSHARE, expect: 0 }], DEBUG));
    save('two.jsonl', `${line('one')}\n${line('two')}\n`);
    const { out } = await run([
      'replay',
      'two.jsonl',
      '--debug',
      'on',
      '--impl',
      'legacy,series-2',
    ]);
    const [explain] = commandsOf(out);
    expect(explain).toBe(
      'pkvm-tracediff explain two.jsonl --name one --op 0 --impl legacy,series-2 --debug on',
    );
    expect((await paste(explain)).code).toBe(0);
  });

  it('leaves out what was done, and what cannot be done again', async () => {
    const file = saveDiverging();
    const options = [
      '--report',
      'html=report.html',
      '--baseline',
      'known.json',
      '--update-baseline',
    ];
    const { out } = await run(['replay', 'diverging.json', ...options]);
    expect(commandsOf(out).map((command) => command.split(' ')[1])).toEqual(['explain']);
    const piped = await runInShell(`"$@" <'${file}'`, ['replay', '-']);
    expect(piped.out).toContain('\nnext:\n');
    expect(piped.out).not.toContain('pkvm-tracediff explain');
  });

  it('is nothing when all is equal, when nothing was compared, and with --quiet', async () => {
    saveEqual();
    expect((await run(['replay', 'equal.json'])).out).not.toContain('next:');
    expect((await run(['replay', saveDiverging(), '--quiet'])).out).not.toContain('next:');
    expect((await run(['replay', save('empty.json', trace('empty', []))])).out).not.toContain(
      'next:',
    );
  });

  it('fits in 80 columns', async () => {
    const name = `${'a-long-name-'.repeat(6)}.json`;
    saveDiverging(name);
    const { out } = await run(['check', name]);
    const lines = out.split('\nnext:\n')[1].split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });
});

describe('the program', () => {
  it('is called by its path below the folder, and by its name from anywhere else', () => {
    expect(programName('/src/tool/bin/pkvm-tracediff', '/src/tool')).toBe('bin/pkvm-tracediff');
    expect(programName('/usr/bin/pkvm-tracediff', '/home/me')).toBe('pkvm-tracediff');
    expect(programName('/p/node_modules/.bin/pkvm-tracediff', '/p')).toBe('pkvm-tracediff');
  });
});
