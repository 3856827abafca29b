// SPDX-License-Identifier: GPL-2.0-only
/** Where traces may come from, and what else may lie there. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  BIN,
  environment,
  folder,
  run,
  runInShell,
  save,
  saveDiverging,
  saveEqual,
  TRACES,
  trace,
} from './helpers.js';

const SELFTEST = join(TRACES, 'selftest/selftest.json');
const linesOf = (...names: string[]) =>
  names.map((name) => `${JSON.stringify(trace(name))}\n`).join('');
const pretty = (document: object) => JSON.stringify(document, undefined, 2);

describe('standard input', () => {
  it.each(['replay', 'check', 'validate'])('is read by %s for -', async (command) => {
    const { err } = await runInShell(`echo '{"format": 1}' | "$@"`, [command, '-']);
    expect(err).toContain('<stdin>:1:1: missing `name`');
  });

  it.each([
    ['dump', ['dump', '-']],
    ['explain', ['explain', '-', '--op', '0']],
    ['step', ['step', '-']],
    ['minimize', ['minimize', '-']],
  ])('is read by %s for -', async (_name, args) => {
    saveDiverging('a.json');
    const { out, err } = await runInShell('cat a.json | "$@"', args);
    expect(err).toBe('');
    expect(out).not.toBe('');
  });

  it('has one trace over several lines, or one a line', async () => {
    save('a.json', pretty(trace('a')));
    save('b.jsonl', `\n${linesOf('b', 'c')}`);
    expect((await runInShell('"$@" < a.json', ['validate', '-'])).out).toContain('1 trace with 1');
    expect((await runInShell('"$@" < b.jsonl', ['validate', '-'])).out).toContain(
      '2 traces with 2',
    );
    expect((await runInShell('tr -d "\\n" <a.json | "$@"', ['validate', '-'])).out).toContain(
      '1 trace with 1',
    );
  });

  it('may be packed, whatever it is named', async () => {
    save('a.json', gzipSync(pretty(trace('a'))));
    save('b', gzipSync(linesOf('b', 'c')));
    expect((await runInShell('"$@" - < a.json', ['validate'])).out).toContain('1 trace with');
    expect((await runInShell('cat b | "$@" -', ['validate'])).out).toContain('2 traces with');
  });

  it('is there once, by whatever name, beside files', async () => {
    saveEqual('a.json');
    save('b.json', trace('b'));
    const { out, err } = await runInShell('"$@" - b.json - /dev/stdin < a.json', ['validate']);
    expect([err, out.slice(0, 13)]).toEqual(['', '2 traces with']);
  });

  it('that is empty is a problem', async () => {
    const { code, err } = await runInShell('"$@" - </dev/null', ['validate']);
    expect([code, err]).toEqual([2, '<stdin>:1: empty: a trace is a JSON object\n']);
  });

  it.each([
    ['/dev/stdin of a file', '"$@" /dev/stdin < a.json'],
    ['/dev/stdin of a pipe', 'cat a.json | "$@" /dev/stdin'],
    ['a process substitution', '"$@" <(cat a.json)'],
    ['a descriptor', '"$@" /dev/fd/5 5< a.json'],
    ['a FIFO', 'mkfifo fifo; cat a.json > fifo & "$@" fifo'],
  ])('and %s', async (_name, script) => {
    saveEqual('a.json');
    const { code, out, err } = await runInShell(script, ['validate']);
    expect([code, err, out]).toEqual([0, '', '1 trace with 2 operations read, 0 problems\n']);
  });
});

describe('data on standard input that no argument reads', () => {
  const TOLD =
    '<stdin>: there is data here, and no argument reads it: write - to read traces from it, ' +
    'or </dev/null to go without\n';

  it.each([
    ['a file', '"$@" < a.json'],
    ['a pipe', 'cat a.json | "$@"'],
    ['a pipe that is written to later', '(sleep 0.2; cat a.json) | "$@"'],
    ['a FIFO', 'mkfifo fifo; cat a.json > fifo & "$@" < fifo'],
  ])('ends the run, in place of the bundled traces: %s', async (_name, script) => {
    saveEqual('a.json');
    const { code, out, err } = await runInShell(script, ['validate']);
    expect([code, err]).toEqual([2, TOLD]);
    expect(out).toContain('1 problem');
  });

  it('is told by every command that would take the bundled traces', async () => {
    saveEqual('a.json');
    for (const command of ['replay', 'check', 'mutants']) {
      const { code, err } = await runInShell('"$@" < a.json', [command, '-q']);
      expect([command, code, err]).toEqual([command, 2, TOLD]);
    }
  });

  it.each([
    ['no standard input', '"$@" <&-'],
    ['/dev/null', '"$@" </dev/null'],
    ['an empty file', 'touch empty; "$@" < empty'],
    ['a file read to its end', '{ cat >/dev/null; "$@"; } < a.json'],
    ['a closed pipe', 'true | "$@"'],
  ])('is not there with %s', async (_name, script) => {
    saveEqual('a.json');
    const { code, err } = await runInShell(script, ['validate']);
    expect([code, err]).toEqual([0, '']);
  });

  it('is not there in a pipe that is open and silent, as CI systems leave it', async () => {
    const child = spawn(process.execPath, [BIN, 'validate'], {
      cwd: folder(),
      env: environment(),
    });
    const code = await new Promise((resolve) => child.once('exit', resolve));
    child.stdin.destroy();
    expect(code).toBe(0);
  });

  it('does not matter where traces are named', async () => {
    saveEqual('a.json');
    const { code, err } = await runInShell('echo data | "$@" a.json', ['validate']);
    expect([code, err]).toEqual([0, '']);
  });
});

describe('packed files', () => {
  it('are read, alone and in a folder, a line at a time if they are lines', async () => {
    save('a.json.gz', gzipSync(pretty(trace('a'))));
    save('b.jsonl.gz', Buffer.concat([gzipSync(linesOf('b')), gzipSync(linesOf('c'))]));
    save('c.gz', '');
    const both = await run(['validate', 'a.json.gz', 'b.jsonl.gz'], { cwd: folder() });
    expect([both.err, both.out.slice(0, 13)]).toEqual(['', '3 traces with']);
    expect((await run(['validate', folder()])).out).toContain('3 traces with');
  });

  it('that are none, or are cut short, are problems', async () => {
    const whole = gzipSync(readFileSync(SELFTEST));
    save('a.json.gz', pretty(trace('a')));
    save('b.json.gz', whole.subarray(0, whole.length / 2));
    save('c.jsonl.gz', Buffer.concat([whole.subarray(0, 20), Buffer.alloc(30, 7)]));
    const { code, err } = await run(['validate', 'a.json.gz', 'b.json.gz', 'c.jsonl.gz'], {
      cwd: folder(),
    });
    expect(code).toBe(2);
    expect(err.split('\n')).toEqual([
      'a.json.gz: cannot read: not a gzip file, by its first bytes',
      'b.json.gz: cannot read: broken gzip: unexpected end of file',
      expect.stringMatching(/^c\.jsonl\.gz: cannot read: broken gzip: /),
      '',
    ]);
  });
});

describe('a document that is no trace', () => {
  const PRETTY_LINES =
    'a.jsonl:2: this document goes on over several lines: in a .jsonl file a line is a document; ' +
    'name the file .json, or write each document on one line (jq -c . does)\n';

  it('is told once if it is a pretty-printed .jsonl', async () => {
    save('a.jsonl', `${linesOf('a')}${pretty(trace('b'))}\n${pretty(trace('c'))}\n`);
    const { code, out, err } = await run(['validate', 'a.jsonl'], { cwd: folder() });
    expect([code, err]).toEqual([2, PRETTY_LINES]);
    expect(out).toBe('1 trace with 1 operation read, 1 problem\n');
  });

  it('is told once if it is a pretty-printed array in a .jsonl', async () => {
    save('a.jsonl', `\n${pretty([trace('b'), trace('c')])}\n`);
    const { err } = await run(['validate', 'a.jsonl'], { cwd: folder() });
    expect(err).toBe(PRETTY_LINES);
  });

  it('is told by line if single lines of a .jsonl are broken', async () => {
    save('a.jsonl', `{"format": \n${linesOf('a')}{"format"`);
    const { err } = await run(['validate', 'a.jsonl'], { cwd: folder() });
    expect(err.split('\n').map((line) => line.slice(0, 10))).toEqual([
      'a.jsonl:1:',
      'a.jsonl:3:',
      '',
    ]);
  });

  it('is named as what it is, and skipped in a folder', async () => {
    mkdirSync(join(folder(), 'mine'));
    saveEqual('mine/a.json');
    const result = 'mine/result.json';
    await run(['replay', 'mine/a.json', '-q', '--report', `json=${result}`], { cwd: folder() });
    save('mine/known.json', { format: 'pkvm-baseline/1', entries: [] });
    const named = await run(['validate', result], { cwd: folder() });
    const what = `${result}:1: not a trace but a saved result: \`report\` and \`merge\` read it\n`;
    expect([named.code, named.err]).toEqual([2, what]);
    const found = await run(['replay', 'mine', '-q'], { cwd: folder() });
    expect([found.code, found.err]).toEqual([
      0,
      `skipped: mine/known.json:1: not a trace but a baseline: --baseline reads it\nskipped: ${what}`,
    ]);
  });
});
