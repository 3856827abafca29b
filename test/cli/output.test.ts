// SPDX-License-Identifier: GPL-2.0-only
/** Colour, terminals, and outputs that take no more. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { progressText } from '../../src/cli/progress.js';
import {
  run,
  runInShell,
  runOnTerminal,
  SHARE,
  save,
  saveEqual,
  TRACES,
  trace,
} from './helpers.js';

const FINDING = join(TRACES, 'findings/unshare-hyp-busy-or-refused.json');
const RED = '\u001b[31m-outcome -EBUSY\u001b[39m';
const MIB = 1024 * 1024;

describe('colour', () => {
  it('is there on a terminal', async () => {
    const { code, out } = await runOnTerminal(['replay', FINDING]);
    expect(out).toContain(RED);
    expect(code).toBe(1);
  });

  it.each<[string, Record<string, string>]>([
    ['NO_COLOR', { NO_COLOR: '1' }],
    ['NO_COLOR, even if FORCE_COLOR is set too', { NO_COLOR: '1', FORCE_COLOR: '1' }],
    ['FORCE_COLOR=0', { FORCE_COLOR: '0' }],
  ])('is not there on a terminal with %s', async (_name, env) => {
    const { out } = await runOnTerminal(['replay', FINDING], { env });
    expect(out).toContain('-outcome -EBUSY');
    expect(out).not.toContain('\u001b');
  });

  it('is there with FORCE_COLOR when the output is no terminal', async () => {
    expect((await run(['replay', FINDING], { env: { FORCE_COLOR: '1' } })).out).toContain(RED);
  });

  it('is there with an empty NO_COLOR', async () => {
    const { out } = await runOnTerminal(['replay', FINDING], { env: { NO_COLOR: '' } });
    expect(out).toContain(RED);
  });

  it('is there in the list of implementations', async () => {
    expect((await runOnTerminal(['impls'])).out).toContain('\u001b[1mdirect');
  });
});

describe('the progress bar', () => {
  /** A file of so many bytes, most of them blank. */
  const saveLong = (bytes: number) => {
    const traces = JSON.stringify(trace('a', [{ ...SHARE, expect: '-EPERM' }]));
    return save('long.jsonl', `${' '.repeat(bytes / 2)}\n${traces}\n${' '.repeat(bytes / 2)}\n`);
  };
  const BAR = / *\d+% {2}\d+ of 8 MiB/;

  it('shows a long run on a terminal, makes room for text and leaves nothing behind', async () => {
    const { out } = await runOnTerminal(['replay', saveLong(8 * MIB)]);
    expect(out).toMatch(BAR);
    const visible = out.split('\n').map((line) => line.slice(line.lastIndexOf('\u001b[K') + 1));
    expect(visible.filter((line) => BAR.test(line))).toEqual([]);
  });

  it('is not shown for a short run, with --quiet, with --verbose, or off a terminal', async () => {
    const input = saveLong(8 * MIB);
    expect((await runOnTerminal(['replay', saveEqual()])).out).not.toMatch(BAR);
    expect((await runOnTerminal(['replay', input, '--quiet'])).out).not.toMatch(BAR);
    expect((await runOnTerminal(['replay', input, '--verbose'])).out).not.toMatch(BAR);
    expect((await run(['replay', input])).err).toBe('');
  });

  it('says how much is done and how long the rest will take, within 80 columns', () => {
    expect(progressText(0, 541 * MIB, 50)).toBe(`  0%  0 of 541 MiB [${'-'.repeat(30)}]`);
    expect(progressText(270.5 * MIB, 541 * MIB, 8000)).toBe(
      ` 50%  271 of 541 MiB, 8 s left [${'='.repeat(15)}${'-'.repeat(15)}]`,
    );
    expect(progressText(10 * MIB, 100 * MIB, 60_000)).toMatch(
      /^ 10% {2}10 of 100 MiB, 9 min left \[/,
    );
    expect(progressText(12 * MIB, 10 * MIB, 60_000)).toMatch(/^100% .*, 0 s left \[=+\]$/);
    expect(progressText(99_999 * MIB, 999_999 * MIB, 1e9).length).toBeLessThan(80);
  });
});

describe('an output that is closed early', () => {
  it('ends the run without a word, inconclusive', async () => {
    const { code, out, err } = await runInShell('"$@" | head -1; exit "${PIPESTATUS[0]}"', [
      'replay',
      TRACES,
      '--verbose',
    ]);
    expect(out.trimEnd().split('\n')).toHaveLength(1);
    expect([code, err]).toEqual([4, '']);
  });

  it('does not matter to a command that has nothing more to say', async () => {
    const { code, err } = await runInShell('"$@" | head -c1; exit "${PIPESTATUS[0]}"', ['schema']);
    expect([code, err]).toEqual([0, '']);
  });

  it('may be that of errors', async () => {
    const { code, out } = await runInShell('"$@" 2>/dev/full', [
      'replay',
      'gone.json',
      saveEqual(),
    ]);
    expect(code).toBe(2);
    expect(out).toMatch(/\b1 replay\b/);
  });
});

describe('a full disk', () => {
  const told = 'cannot write the output: no space left on device\n';

  it.each(['replay', 'validate', 'dump', 'schema', 'impls'])(
    'under the output of %s is told, and never ends like success',
    async (command) => {
      const inputs = ['impls', 'schema'].includes(command) ? [] : [saveEqual()];
      const ended = await runInShell('"$@" > /dev/full', [command, ...inputs]);
      expect(ended).toEqual({ code: 4, out: '', err: told });
    },
  );

  it('does not hide what was found', async () => {
    const { code, err } = await runInShell('"$@" > /dev/full', ['replay', FINDING]);
    expect([code, err]).toEqual([1, told]);
  });
});
