// SPDX-License-Identifier: GPL-2.0-only
/** Where outputs may go: the one writer, through each command that has an output. */
import {
  chmodSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folder, run, runInShell, save, saveDiverging, saveEqual } from './helpers.js';

const LINK = () => {
  writeFileSync(join(folder(), 'real'), 'old');
  chmodSync(join(folder(), 'real'), 0o640);
  symlinkSync('real', join(folder(), 'link'));
  return join(folder(), 'link');
};

describe('an output', () => {
  it('to a device needs no --force and leaves the device', async () => {
    const { code, err } = await run(['replay', saveEqual(), '--report', 'json=/dev/null']);
    expect([code, err]).toEqual([0, '']);
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('to a full device is a problem', async () => {
    const { code, err } = await run(['replay', saveEqual(), '--out', '/dev/full']);
    expect([code, err]).toEqual([2, '/dev/full: cannot write: no space left on device\n']);
  });

  it('to /dev/stdout is one to standard output, in a file, in a pipe, once', async () => {
    const trace = saveEqual();
    const args = ['replay', trace, '--format', 'json', '--out', '/dev/stdout'];
    const piped = await run(args);
    expect(JSON.parse(piped.out)).toMatchObject({ format: 'pkvm-result/1' });
    await runInShell('"$@" > out', args);
    expect(JSON.parse(readFileSync(join(folder(), 'out'), 'utf8'))).toMatchObject({
      traces: [{ compared: 2 }],
    });
    const twice = await run([
      'replay',
      trace,
      '--report',
      'json=-',
      '--report',
      'mail=/dev/stdout',
    ]);
    expect([twice.code, twice.err]).toEqual([
      2,
      'standard output: both json and mail are to go here\n',
    ]);
  });

  it('to a FIFO is read at its other end', async () => {
    const { out } = await runInShell('mkfifo pipe; "$@" & cat pipe; wait', [
      ...['replay', saveEqual(), '-q', '--report', 'json=pipe'],
    ]);
    expect(out).toContain('"format": "pkvm-result/1"');
    expect(lstatSync(join(folder(), 'pipe')).isFIFO()).toBe(true);
  });

  it('to a process substitution is read by it', async () => {
    const args = ['replay', saveEqual(), '-q', '--format', 'json', '--out'];
    await runInShell('"$@" >(grep -c pkvm-result/1 > found); wait $!', args);
    expect(readFileSync(join(folder(), 'found'), 'utf8')).toBe('1\n');
  });

  it.each([
    ['replay', (input: string, out: string) => ['replay', input, '--out', out]],
    ['minimize', (input: string, out: string) => ['minimize', input, '--out', out]],
  ])(
    'of %s follows a link, replaces what is there only with --force, and keeps its mode',
    async (_name, args) => {
      const link = LINK();
      const input = saveDiverging();
      expect((await run(args(input, link))).err).toBe(
        `${link}: is there already; --force replaces it\n`,
      );
      expect(readFileSync(link, 'utf8')).toBe('old');
      const { err } = await run([...args(input, link), '--force']);
      expect(err).toBe('');
      expect(readFileSync(join(folder(), 'real'), 'utf8')).not.toBe('old');
      expect(statSync(join(folder(), 'real')).mode & 0o777).toBe(0o640);
      expect(lstatSync(link).isSymbolicLink()).toBe(true);
      expect(readdirSync(folder()).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    },
  );

  it('of --update-baseline follows a link and keeps the mode of the file', async () => {
    writeFileSync(join(folder(), 'real'), '{"format": "pkvm-baseline/1", "entries": []}');
    chmodSync(join(folder(), 'real'), 0o640);
    symlinkSync('real', join(folder(), 'link'));
    const args = ['replay', saveDiverging(), '--baseline', 'link', '--update-baseline'];
    await run(args, { cwd: folder() });
    expect(readFileSync(join(folder(), 'real'), 'utf8')).toContain('"op": "__pkvm_host_share_hyp"');
    expect(statSync(join(folder(), 'real')).mode & 0o777).toBe(0o640);
    expect(lstatSync(join(folder(), 'link')).isSymbolicLink()).toBe(true);
  });

  it('to a folder is refused', async () => {
    const out = folder();
    const { code, err } = await run(['minimize', save('a.json', '{}'), '--out', out, '--force']);
    expect(code).toBe(2);
    expect(err).toContain(`${out}: is a folder\n`);
  });
});
