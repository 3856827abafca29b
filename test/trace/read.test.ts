// SPDX-License-Identifier: GPL-2.0-only
import { appendFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ReadOptions, readInputs } from '../../src/trace/index.js';
import { newFolder } from '../folders.js';
import { collect, documentOf, traceParser } from './helpers.js';

let folder: string;
beforeEach(async () => {
  folder = newFolder();
});

const PUT = [{ op: '__pkvm_vcpu_put' }];
const traceText = (name: string) => JSON.stringify(documentOf(PUT, { name }));
const save = (name: string, text: string | Buffer) => writeFile(join(folder, name), text);

/** Names of traces and texts of problems, without the folder's path. */
async function read(inputs: string[], options?: ReadOptions): Promise<string[]> {
  const paths = inputs.map((input) => join(folder, input));
  const texts = await collect(readInputs(traceParser, paths, options));
  return texts.map((text) => text.replaceAll(`${folder}/`, '').replaceAll(folder, '.'));
}

describe('readInputs of a .jsonl file', () => {
  it('yields a trace a line and knows the line it is on', async () => {
    await save('a.jsonl', `${traceText('a')}\n\n${traceText('b')}\n`);
    const lines: number[] = [];
    for await (const item of readInputs(traceParser, [join(folder, 'a.jsonl')])) {
      if (item.kind === 'trace') lines.push(item.trace.line);
    }
    expect(lines).toEqual([1, 3]);
  });

  it('takes CRLF, blank lines, a byte order mark and no newline at the end', async () => {
    await save('a.jsonl', `\ufeff\r\n${traceText('a')}\r\n \t\r\n${traceText('b')}`);
    await save('b.jsonl', `\ufeff${traceText('c')}\n`);
    expect(await read(['a.jsonl', 'b.jsonl'])).toEqual(['a', 'b', 'c']);
  });

  it('goes on after a broken line', async () => {
    await save('a.jsonl', `${traceText('a')}\n{"x": }\n${traceText('b')}\n`);
    expect(await read(['a.jsonl'])).toEqual([
      'a',
      'a.jsonl:2:7: not JSON: a value is missing here',
      'b',
    ]);
  });

  it('skips a line over the limit and goes on at the next', async () => {
    const lineBytes = traceText('a').length;
    await save('a.jsonl', `${traceText('a')}\n${traceText('bb')}\n${traceText('c')}`);
    expect(await read(['a.jsonl'], { limits: { lineBytes } })).toEqual([
      'a',
      `a.jsonl:2: line longer than ${lineBytes} bytes`,
      'c',
    ]);
  });

  it('reads lines longer than a chunk of the file', async () => {
    const long = (name: string) =>
      JSON.stringify(documentOf(PUT, { name, description: 'ü'.repeat(400_000) }));
    await save('a.jsonl', `${traceText('a')}\n${long('b')}\n${long('c')}\n${traceText('d')}`);
    expect(await read(['a.jsonl'])).toEqual(['a', 'b', 'c', 'd']);
    expect(await read(['a.jsonl'], { limits: { lineBytes: 600_000 } })).toEqual([
      'a',
      'a.jsonl:2: line longer than 600000 bytes',
      'a.jsonl:3: line longer than 600000 bytes',
      'd',
    ]);
  });

  it('counts the problems after the first hundred', async () => {
    await save('a.jsonl', `${'x\n'.repeat(150)}${traceText('a')}\n`);
    const texts = await read(['a.jsonl']);
    expect(texts).toHaveLength(102);
    expect(texts.slice(-2)).toEqual(['a', 'a.jsonl: and 50 more problems in this file']);
  });

  it('has a problem with a file without traces', async () => {
    await save('a.jsonl', '\n\r\n');
    expect(await read(['a.jsonl'])).toEqual(['a.jsonl: no traces in this file']);
  });

  it('has a problem with a line that is not UTF-8, and only with that', async () => {
    await save('a.jsonl', Buffer.from(`${traceText('\xff')}\n${traceText('a')}`, 'latin1'));
    expect(await read(['a.jsonl'])).toEqual(['a.jsonl:1: not valid UTF-8', 'a']);
  });

  it('tells when the file changed while it was read', async () => {
    await save('a.jsonl', `${traceText('a')}\n`);
    let reads = 0;
    const onProgress = () => {
      if (reads++ === 0) appendFileSync(join(folder, 'a.jsonl'), '\n');
    };
    const texts = await read(['a.jsonl'], { onProgress });
    expect(texts).toEqual(['a', 'a.jsonl: the file changed while it was read']);
  });
});

describe('readInputs of a .json file', () => {
  it('yields its trace, also behind a byte order mark', async () => {
    await save('a.json', `\ufeff${JSON.stringify(documentOf(PUT), null, 2)}\r\n`);
    expect(await read(['a.json'])).toEqual(['a trace']);
  });

  it('yields nothing of a file that changed while it was read', async () => {
    await save('a.json', traceText('a'));
    let reads = 0;
    const onProgress = () => {
      if (reads++ === 0) appendFileSync(join(folder, 'a.json'), '\n');
    };
    expect(await read(['a.json'], { onProgress })).toEqual([
      'a.json: the file changed while it was read',
    ]);
  });

  it.each<[string, string | Buffer, string]>([
    ['not UTF-8', Buffer.from([0xff, 0xfe, 0x7b]), 'a.json:1: not valid UTF-8'],
    ['empty', '', 'a.json:1: empty: a trace is a JSON object'],
    [
      'several traces',
      `${traceText('a')}\n${traceText('b')}`,
      'a.json:2:1: not JSON: there is text after the end of the document',
    ],
  ])('has a problem with a file that is %s', async (_name, bytes, text) => {
    await save('a.json', bytes);
    expect(await read(['a.json'])).toEqual([text]);
  });

  it('has a problem with a file over the limit', async () => {
    await save('a.json', traceText('a'));
    expect(await read(['a.json'], { limits: { fileBytes: 50 } })).toEqual([
      'a.json: larger than 50 bytes',
    ]);
  });
});

describe('readInputs of several files', () => {
  it('has a problem with a name that is taken, in the same file or another', async () => {
    await save('a.jsonl', `${traceText('x')}\n${traceText('x')}\n${traceText('y')}\n`);
    await save('b.json', traceText('y'));
    expect(await read(['a.jsonl', 'b.json'])).toEqual([
      'x',
      'a.jsonl:2:33: the name "x" is taken by the trace at a.jsonl:1 (at /name)',
      'y',
      'b.json:1:33: the name "y" is taken by the trace at a.jsonl:3 (at /name)',
    ]);
  });

  it('reads a folder through all levels, sorted, but nothing hidden and no other files', async () => {
    await mkdir(join(folder, 'b/deep'), { recursive: true });
    await mkdir(join(folder, '.hidden'));
    await mkdir(join(folder, 'folder.json'));
    await save('z.jsonl', traceText('z'));
    await save('b/deep/1.json', traceText('b1'));
    await save('a.json', traceText('a'));
    await save('.hidden/h.json', traceText('h'));
    await save('README.md', '');
    expect(await read(['.'])).toEqual(['a', 'b1', 'z']);
  });

  it('reads a file once, by whatever path', async () => {
    await save('a.json', traceText('a'));
    await symlink(join(folder, 'a.json'), join(folder, 'b.json'));
    expect(await read(['.', 'a.json', './a.json'])).toEqual(['a']);
  });

  it('takes patterns', async () => {
    for (const name of ['a2', 'a1', 'b1']) await save(`${name}.json`, traceText(name));
    await save('a3.txt', '');
    expect(await read(['a*', '*1.json'])).toEqual(['a1', 'a2', 'b1']);
  });

  it('has a problem with an input without a trace, and reads the others', async () => {
    await mkdir(join(folder, 'empty'));
    await save('a.json', traceText('a'));
    await save('a.txt', '');
    expect(await read(['empty', 'gone.json', 'no*.json', 'a.txt', 'a.json'])).toEqual([
      'empty: no .json or .jsonl file in this folder',
      'gone.json: cannot read: no such file or directory',
      'no*.json: no .json or .jsonl file matches this pattern',
      'a.txt: the name of a trace file ends in .json or .jsonl, with .gz after it if it is packed',
      'a',
    ]);
  });

  it('has a problem with what it cannot open: links in a circle, a file taken for a folder', async () => {
    await symlink('a.json', join(folder, 'a.json'));
    await save('b.json', traceText('b'));
    expect(await read(['a.json', 'b.json/c.json', 'b.json'])).toEqual([
      'a.json: cannot read: too many symbolic links encountered',
      'b.json/c.json: cannot read: not a directory',
      'b',
    ]);
  });

  it('has a problem with what it can open and not read, by line or as a whole', async () => {
    await symlink('/proc/self/mem', join(folder, 'a.json'));
    await symlink('/proc/thread-self/mem', join(folder, 'b.jsonl'));
    expect(await read(['a.json', 'b.jsonl'])).toEqual([
      'a.json: cannot read: i/o error',
      'b.jsonl: cannot read: i/o error',
    ]);
  });

  it('has a problem with a link to nothing', async () => {
    await symlink('gone', join(folder, 'a.json'));
    expect(await read(['.'])).toEqual(['a.json: cannot read: no such file or directory']);
  });
});
