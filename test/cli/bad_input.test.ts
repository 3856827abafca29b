// SPDX-License-Identifier: GPL-2.0-only
/** Every bad input: what is wrong and where, exit code 2, and the other files still replayed. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Ended, folder, run, SHARE, save, saveEqual, trace } from './helpers.js';

/** Replays the inputs and a good trace: exit code 2, the good one replayed, what was complained. */
async function complaints(...inputs: string[]): Promise<string[]> {
  saveEqual('good.json');
  const { code, out, err }: Ended = await run(['replay', ...inputs, 'good.json', '--verbose']);
  expect(code).toBe(2);
  expect(out).toMatch(/^good\.json:1: good\.json \(debug off\)$/m);
  return err.trimEnd().split('\n');
}

const valid = JSON.stringify(trace('t'));
const withMachine = (machine: object) => trace('t', [SHARE], { machine });
const withOp = (op: object) => trace('t', [SHARE, op]);

describe('a file that cannot be read', () => {
  it('because its links go round in a circle', async () => {
    symlinkSync('loop.json', join(folder(), 'loop.json'));
    expect(await complaints('loop.json')).toEqual([
      'loop.json: cannot read: too many symbolic links encountered',
    ]);
  });

  it('because its link goes nowhere, alone or in a folder', async () => {
    mkdirSync(join(folder(), 'in'));
    symlinkSync('nowhere', join(folder(), 'a.json'));
    symlinkSync('nowhere', join(folder(), 'in/b.json'));
    expect(await complaints('a.json', 'in')).toEqual([
      'a.json: cannot read: no such file or directory',
      'in/b.json: cannot read: no such file or directory',
    ]);
  });

  it('because its name is too long', async () => {
    const name = `${'x'.repeat(300)}.json`;
    expect(await complaints(name)).toEqual([`${name}: cannot read: name too long`]);
  });

  it('because there is none, by name or by pattern', async () => {
    expect(await complaints('gone.json', 'no*.json', '')).toEqual([
      'gone.json: cannot read: no such file or directory',
      'no*.json: no .json or .jsonl file matches this pattern',
      '"": cannot read: no such file or directory',
    ]);
  });

  it('because it is a folder without traces, even one named like a trace', async () => {
    mkdirSync(join(folder(), 'empty'));
    mkdirSync(join(folder(), 'folder.json'));
    expect(await complaints('empty', 'folder.json')).toEqual([
      'empty: no .json or .jsonl file in this folder',
      'folder.json: no .json or .jsonl file in this folder',
    ]);
  });

  it('because its name says that it is something else', async () => {
    save('trace.txt', valid);
    expect(await complaints('trace.txt', '/dev/null')).toEqual([
      'trace.txt: the name of a trace file ends in .json or .jsonl, with .gz after it if it is packed',
      '/dev/null:1: empty: a trace is a JSON object',
    ]);
  });
});

describe('a file that is no JSON', () => {
  it.each([
    ['text', 'hello', ['1:1: not JSON: this is not a JSON value']],
    ['empty', '', ['1: empty: a trace is a JSON object']],
    ['cut off', valid.slice(0, -1), ['1:91: not JSON: a closing brace is missing here']],
    ['not UTF-8', Buffer.from([0x7b, 0xff]), ['1: not valid UTF-8']],
    ['full of zero bytes', Buffer.alloc(9), ['1:1: not JSON: this is not a JSON value']],
    [
      'JSON but for comments and trailing commas, each of which is told',
      '{\n  // why\n  "format": "pkvm-trace/1", /* v1 */\n  "name": "t",\n  "ops": [\n    {"op": "__pkvm_vcpu_put",},\n  ]\n}\n',
      [
        '2:3: comments are not JSON',
        '3:29: comments are not JSON',
        '6:29: trailing comma',
        '6:31: trailing comma',
      ],
    ],
    [
      'nested 10,000 levels deep',
      `{"ops":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
      ['1:71: nested more than 64 levels deep'],
    ],
    [
      'JSON but for a trailing comma, and no trace either',
      '{"format": "pkvm-trace/1", "name": "t", "ops": [{"op": "x"}],}',
      ['1:56: unknown operation "x" (at /ops/0/op)', '1:61: trailing comma'],
    ],
  ])('but %s', async (_name, content, problems) => {
    save('bad.json', content);
    expect(await complaints('bad.json')).toEqual(problems.map((text) => `bad.json:${text}`));
  });
});

describe('a document that is no trace', () => {
  it.each<[string, unknown, string[]]>([
    ['an array', [], [': must be an object, not an array']],
    ['null', 'null', [': must be an object, not null']],
    ['ops of a wrong type', trace('t', {}), [': must be an array, not an object (at /ops)']],
    ['no operations', trace('t', []), [': no operations (at /ops)']],
    ['no name', { ...trace(''), name: '' }, [': must not be empty (at /name)']],
    [
      'another format',
      { ...trace('t'), format: 'pkvm-trace/2' },
      [': format "pkvm-trace/2" is not known, only "pkvm-trace/1" (at /format)'],
    ],
    [
      'an unknown key',
      trace('t', [SHARE], { machin: {} }),
      [': unknown key "machin", did you mean "machine"? (at /machin)'],
    ],
    [
      'an unknown operation',
      withOp({ op: '__pkvm_host_share_hy', pfn: 1 }),
      [
        ': unknown operation "__pkvm_host_share_hy", did you mean "__pkvm_host_share_hyp"? (at /ops/1/op)',
      ],
    ],
    [
      'an unknown parameter',
      withOp({ ...SHARE, nr_page: 1 }),
      [': unknown key "nr_page" of `__pkvm_host_share_hyp` (at /ops/1/nr_page)'],
    ],
    [
      'a missing parameter',
      withOp({ op: '__pkvm_host_donate_hyp', pfn: 1 }),
      [': missing parameter `nr_pages` of `__pkvm_host_donate_hyp` (at /ops/1)'],
    ],
    [
      'a parameter of a wrong type',
      withOp({ ...SHARE, pfn: [1] }),
      [': must be an integer or a hex string such as "0x40100", not an array (at /ops/1/pfn)'],
    ],
    [
      'a number beyond u64',
      withOp({ ...SHARE, pfn: '0x10000000000000000' }),
      [': "0x10000000000000000" is out of u64 (at most 16 hex digits) (at /ops/1/pfn)'],
    ],
    [
      'a number below zero',
      withOp({ ...SHARE, pfn: -1 }),
      [': -1 is negative, so out of u64 (at /ops/1/pfn)'],
    ],
    [
      'a number JSON does not carry exactly',
      withOp({ ...SHARE, pfn: 2 ** 53 }),
      [
        ': 9007199254740992 is above 2^53 - 1, where a JSON number is not exact: write "0x20000000000000" (at /ops/1/pfn)',
      ],
    ],
    [
      'an unknown outcome',
      withOp({ ...SHARE, expect: '-EPREM' }),
      [': unknown outcome "-EPREM", did you mean "-EPERM"? (at /ops/1/expect)'],
    ],
    [
      'regions that overlap',
      withMachine({
        memory: [
          { base: 0, pages: 9000 },
          { base: '0x1000', pages: 1 },
        ],
        hyp_carveout: { pfn: 0 },
      }),
      [
        ': the memory region overlaps the one before it (pages 0x0 to 0x2327) (at /machine/memory/1)',
      ],
    ],
    [
      'regions out of order',
      withMachine({
        memory: [
          { base: '0x80000000', pages: 1 },
          { base: '0x40000000', pages: 8192 },
        ],
      }),
      [
        ': memory regions must be sorted: the one before it is higher (pages 0x80000 to 0x80000) (at /machine/memory/1)',
      ],
    ],
    [
      'a carve-out outside memory',
      withMachine({ hyp_carveout: { pfn: '0x41f00' } }),
      [
        ": the hypervisor's carve-out (pages 0x41f00 to 0x4233f) is not within memory (at /machine/hyp_carveout)",
      ],
    ],
    [
      'a machine too small to boot',
      withMachine({ hyp_carveout: { hpool_pages: 3 } }),
      [
        ": t: the machine is too small to boot: hpool_pages: 3 pages are too few for the hypervisor's own tables (at /machine/hyp_carveout)",
      ],
    ],
    [
      'results, as only a recording has them',
      trace('t', [SHARE], { results: {} }),
      [
        ': unknown key "results": only a recording has it, and this is read as a trace (at /results)',
      ],
    ],
    [
      'several problems at once',
      withOp({ op: 'x' }) && trace('t', [{ op: 'x' }, { ...SHARE, pfn: -1 }], { y: 1 }),
      [
        ': unknown key "y" (at /y)',
        ': unknown operation "x" (at /ops/0/op)',
        ': -1 is negative, so out of u64 (at /ops/1/pfn)',
      ],
    ],
  ])('but has %s', async (_name, document, problems) => {
    save('bad.json', typeof document === 'string' ? document : JSON.stringify(document));
    const found = await complaints('bad.json');
    expect(found.map((text) => text.replace(/^bad\.json:\d+(:\d+)?/, ''))).toEqual(problems);
  });

  it('is told by line, column and pointer', async () => {
    save('bad.json', JSON.stringify(withOp({ ...SHARE, pfn: -1 }), null, 2));
    expect(await complaints('bad.json')).toEqual([
      'bad.json:11:14: -1 is negative, so out of u64 (at /ops/1/pfn)',
    ]);
  });
});

describe('a .jsonl file with a bad line', () => {
  it('is replayed but for that line', async () => {
    const lines = [trace('a'), trace('b', []), trace('c')].map((line) => JSON.stringify(line));
    save('t.jsonl', `${lines.join('\r\n')}\r\n`);
    const { code, out, err } = await run(['replay', 't.jsonl', '--verbose']);
    expect(code).toBe(2);
    expect(out.match(/^t\.jsonl:\d+: \w/gm)).toEqual(['t.jsonl:1: a', 't.jsonl:3: c']);
    expect(err).toMatch(/^t\.jsonl:2:\d+: no operations \(at \/ops\)\n$/);
  });

  it('a name that is taken is told a hundred times a file at most', async () => {
    save('t.jsonl', `${valid}\n`.repeat(150));
    const problems = await complaints('t.jsonl');
    expect(problems[0]).toBe(
      't.jsonl:2:33: the name "t" is taken by the trace at t.jsonl:1 (at /name)',
    );
    expect(problems.slice(99)).toEqual([
      't.jsonl:101:33: the name "t" is taken by the trace at t.jsonl:1 (at /name)',
      't.jsonl: and 49 more problems in this file',
    ]);
  });

  it('of more bytes than are ever held is told without being read into memory', async () => {
    save('t.jsonl', '');
    truncateSync(join(folder(), 't.jsonl'), 65 * 1024 * 1024);
    expect(await complaints('t.jsonl')).toEqual(['t.jsonl:1: line longer than 64 MiB']);
  });

  it('a .json file of more bytes than are ever held is not read at all', async () => {
    save('t.json', '');
    truncateSync(join(folder(), 't.json'), 1024 ** 4);
    expect(await complaints('t.json')).toEqual(['t.json: larger than 256 MiB']);
  });
});

describe('a file that is no ordinary file', () => {
  it('is read as far as it goes: a pipe', async () => {
    execFileSync('mkfifo', [join(folder(), 'pipe.jsonl')]);
    const writer = spawn('bash', ['-c', 'cat > pipe.jsonl'], { cwd: folder() });
    writer.stdin.end(`${JSON.stringify(trace('a'))}\n{`);
    const { code, out, err } = await run(['replay', 'pipe.jsonl', '--verbose']);
    expect(code).toBe(2);
    expect(out).toMatch(/^pipe\.jsonl:1: a \(debug off\)$/m);
    expect(err).toBe('pipe.jsonl:2:2: not JSON: a closing brace is missing here\n');
  });
});
