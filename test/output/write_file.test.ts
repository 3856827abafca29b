// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isStdout, placeKey, placeOf, whyNotWritable } from '../../src/output/place.js';
import { writeWhole } from '../../src/output/write_file.js';

const FORCE = { overwrite: true };
const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;

let folder = '';
const at = (name: string) => join(folder, name);
const saved = (name: string, mode = 0o644) => {
  writeFileSync(at(name), 'old');
  chmodSync(at(name), mode);
  return at(name);
};

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'output-test-')));
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs as a user who may not do everything. */
async function asNobody<T>(run: () => Promise<T>): Promise<T> {
  if (!isRoot) return run();
  process.setegid?.(NOBODY);
  process.seteuid?.(NOBODY);
  try {
    return await run();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}

/** What the same user is told before anything is written: by a process that is theirs alone. */
async function knownBefore(path: string): Promise<unknown> {
  if (!isRoot) return whyNotWritable(path, true);
  const place = new URL('../../dist/output/place.js', import.meta.url).href;
  const script = `import { whyNotWritable } from '${place}';
    console.log(JSON.stringify(whyNotWritable(${JSON.stringify(path)}, true)));`;
  const options = { uid: NOBODY, gid: NOBODY, encoding: 'utf8' } as const;
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], options);
  return JSON.parse(out);
}

describe('a regular file', () => {
  it('is made, and nothing else', async () => {
    expect(await writeWhole(at('a'), 'text')).toBeUndefined();
    expect(readFileSync(at('a'), 'utf8')).toBe('text');
    expect(readdirSync(folder)).toEqual(['a']);
  });

  it('is written in pieces, one after the other', async () => {
    expect(await writeWhole(at('a'), ['one ', Buffer.from('two'), ''])).toBeUndefined();
    expect(readFileSync(at('a'), 'utf8')).toBe('one two');
  });

  it('may have the longest name there is', async () => {
    const name = 'a'.repeat(255);
    expect(await writeWhole(at(name), 'text')).toBeUndefined();
    expect(readdirSync(folder)).toEqual([name]);
  });

  it('is replaced only when that is asked for', async () => {
    const path = saved('a');
    const refused = { file: path, message: 'cannot write: file already exists' };
    expect(await writeWhole(path, 'new')).toEqual(refused);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(await writeWhole(path, 'new', FORCE)).toBeUndefined();
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['a']);
  });

  it.each([0o600, 0o640, 0o666, 0o755])('of mode %o keeps it when it is replaced', async (mode) => {
    const path = saved('a', mode);
    expect(await writeWhole(path, 'new', FORCE)).toBeUndefined();
    expect(statSync(path).mode & 0o7777).toBe(mode);
  });

  it('is replaced as a whole: who had it open goes on reading the old one', async () => {
    const path = saved('a');
    const before = openSync(path, 'r');
    expect(await writeWhole(path, 'new', FORCE)).toBeUndefined();
    expect(readFileSync(before, 'utf8')).toBe('old');
    closeSync(before);
  });

  it('is left alone, with nothing beside it, when its pieces fail to come', async () => {
    const path = saved('a');
    function* failing(): Generator<string> {
      yield 'half';
      throw Object.assign(new Error('EIO: i/o error, read'), { syscall: 'read' });
    }
    expect(await writeWhole(path, failing(), FORCE)).toEqual({
      file: path,
      message: 'cannot write: i/o error',
    });
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['a']);
  });

  it('keeps its owner, and is left alone by whom it would not', async () => {
    if (!isRoot) return expect(statSync(folder).uid).toBe(process.getuid?.());
    const path = saved('a', 0o666);
    chownSync(path, NOBODY, NOBODY);
    expect(await writeWhole(path, 'new', FORCE)).toBeUndefined();
    expect(statSync(path)).toMatchObject({ uid: NOBODY, gid: NOBODY });
    expect(statSync(path).mode & 0o777).toBe(0o666);
    chownSync(path, 0, 0);
    chmodSync(folder, 0o777);
    expect(await asNobody(() => writeWhole(path, 'newer', FORCE))).toEqual({
      file: path,
      message: 'cannot write: only its owner (user 0, group 0) can replace it',
    });
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['a']);
  });

  it('that is write-protected is not replaced', async () => {
    const path = saved('a', 0o444);
    chmodSync(folder, 0o777);
    if (isRoot) chownSync(path, NOBODY, NOBODY);
    const told = { file: path, message: 'cannot write: permission denied' };
    expect(await asNobody(() => writeWhole(path, 'new', FORCE))).toEqual(told);
    expect(await knownBefore(path)).toEqual(told);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  it('in a read-only folder is neither made nor replaced', async () => {
    const path = saved('a', 0o666);
    if (isRoot) chownSync(path, NOBODY, NOBODY);
    chmodSync(folder, 0o555);
    for (const file of [path, at('b')]) {
      const told = { file, message: 'cannot write: permission denied' };
      expect(await asNobody(() => writeWhole(file, 'new', FORCE))).toEqual(told);
      expect(await knownBefore(file)).toEqual(told);
    }
    expect(readFileSync(path, 'utf8')).toBe('old');
    chmodSync(folder, 0o755);
    expect(readdirSync(folder)).toEqual(['a']);
  });

  it('needs a folder', async () => {
    const path = join(folder, 'gone', 'a');
    const message = 'cannot write: there is no such folder';
    expect(whyNotWritable(path, false)).toEqual({ file: path, message });
    expect(await writeWhole(path, 'text')).toEqual({
      file: path,
      message: 'cannot write: no such file or directory',
    });
  });
});

describe('a symbolic link', () => {
  it('is followed, and stays', async () => {
    const path = saved('a', 0o640);
    mkdirSync(at('links'));
    symlinkSync('../a', at('links/one'));
    symlinkSync('one', at('links/two'));
    expect(await writeWhole(at('links/two'), 'new')).toMatchObject({ file: at('links/two') });
    expect(await writeWhole(at('links/two'), 'new', FORCE)).toBeUndefined();
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(lstatSync(at('links/two')).isSymbolicLink()).toBe(true);
    expect(readdirSync(at('links'))).toEqual(['one', 'two']);
  });

  it('to nothing is followed too', async () => {
    symlinkSync('new', at('link'));
    expect(whyNotWritable(at('link'), false)).toBeUndefined();
    expect(await writeWhole(at('link'), 'text')).toBeUndefined();
    expect(readFileSync(at('new'), 'utf8')).toBe('text');
    expect(lstatSync(at('link')).isSymbolicLink()).toBe(true);
  });

  it('through the folder of a link goes where the kernel would go', async () => {
    mkdirSync(at('deep'));
    mkdirSync(at('deep/er'));
    symlinkSync('deep/er', at('folder'));
    symlinkSync('../a', at('deep/er/link'));
    expect(await writeWhole(at('folder/link'), 'text')).toBeUndefined();
    expect(readdirSync(at('deep'))).toEqual(['a', 'er']);
  });

  it('that leads to itself is refused', async () => {
    symlinkSync('loop', at('loop'));
    expect(await writeWhole(at('loop'), 'text', FORCE)).toMatchObject({ file: at('loop') });
    expect(lstatSync(at('loop')).isSymbolicLink()).toBe(true);
  });
});

describe('what is written to, not replaced', () => {
  it('a FIFO, without being asked to replace it', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    expect(whyNotWritable(at('pipe'), false)).toBeUndefined();
    const text = `${'x'.repeat(100_000)}end`;
    const [problem, read] = await Promise.all([
      writeWhole(at('pipe'), text),
      readFile(at('pipe'), 'utf8'),
    ]);
    expect(problem).toBeUndefined();
    expect(read).toBe(text);
    expect(lstatSync(at('pipe')).isFIFO()).toBe(true);
    expect(readdirSync(folder)).toEqual(['pipe']);
  });

  it('a device, with or without being asked to replace it', async () => {
    for (const options of [{}, FORCE]) {
      expect(whyNotWritable('/dev/null', 'overwrite' in options)).toBeUndefined();
      expect(await writeWhole('/dev/null', 'text', options)).toBeUndefined();
    }
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('a device that is full: a problem', async () => {
    const told = { file: '/dev/full', message: 'cannot write: no space left on device' };
    expect(await writeWhole('/dev/full', 'text')).toEqual(told);
    expect(await writeWhole('/dev/full', 'text', FORCE)).toEqual(told);
    expect(statSync('/dev/full').isCharacterDevice()).toBe(true);
  });

  it('an open file of the process, where it stands', async () => {
    const fd = openSync(at('a'), 'w');
    writeFileSync(fd, 'before ');
    symlinkSync(`/dev/fd/${fd}`, at('link'));
    expect(placeOf(`/dev/fd/${fd}`)).toEqual({ kind: 'descriptor', fd });
    expect(await writeWhole(`/dev/fd/${fd}`, 'text ')).toBeUndefined();
    expect(await writeWhole(at('link'), 'again')).toBeUndefined();
    closeSync(fd);
    expect(readFileSync(at('a'), 'utf8')).toBe('before text again');
  });

  it('standard output, by each of its names', () => {
    symlinkSync('/dev/stdout', at('link'));
    for (const name of ['-', '/dev/stdout', '/dev/fd/1', at('link')]) {
      expect(isStdout(name)).toBe(true);
      expect(placeKey(name)).toBe('descriptor 1');
      expect(whyNotWritable(name, false)).toBeUndefined();
    }
    expect(isStdout('/dev/stderr')).toBe(false);
    expect(isStdout(at('-'))).toBe(false);
  });
});

describe('everything else is refused', () => {
  it('a folder', async () => {
    expect(await writeWhole(folder, 'text', FORCE)).toEqual({
      file: folder,
      message: 'is a folder',
    });
    expect(existsSync(folder)).toBe(true);
    expect(await writeWhole(at('a/'), 'text')).toEqual({
      file: at('a/'),
      message: 'names no file',
    });
  });

  it('a socket', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(at('socket'), resolve));
    const told = { file: at('socket'), message: 'is no regular file' };
    expect(await writeWhole(at('socket'), 'text', FORCE)).toEqual(told);
    expect(whyNotWritable(at('socket'), true)).toEqual(told);
    expect(lstatSync(at('socket')).isSocket()).toBe(true);
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('places', () => {
  it('are the same by whatever path', () => {
    saved('a');
    symlinkSync('a', at('b'));
    linkSync(at('a'), at('c'));
    expect(placeKey(at('b'))).toBe(placeKey(at('a')));
    expect(placeKey(join(folder, 'x', '..', 'a'))).toBe(placeKey(at('a')));
    expect(placeKey(at('c'))).not.toBe(placeKey(at('a')));
  });
});
