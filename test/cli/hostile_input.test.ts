// SPDX-License-Identifier: GPL-2.0-only
/** Input that is made to do harm: to the terminal, to the memory, to the objects of the program. */
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ended, run, runOnTerminal, SHARE, save, start, trace } from './helpers.js';

const ESCAPE = '\u001b[31mred\u0007\u009b2J\u202e\r\n';
const SHOWN = '\\u001b[31mred\\u0007\\u009b2J\\u202e\\u000d\\u000a';
const failing = { ...SHARE, expect: '-EPERM' };

describe('control characters', () => {
  it('in a name, a description and a comment are shown as escapes or not at all', async () => {
    const op = { ...failing, comment: ESCAPE };
    save('t.json', trace(ESCAPE, [op], { description: ESCAPE }));
    const { out } = await run(['replay', 't.json', '--verbose']);
    expect(out).toContain(`t.json:1: ${SHOWN} (debug off)\n`);
    expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
  });

  it('are shown as escapes on a terminal too, between the colours', async () => {
    save('t.json', trace(ESCAPE, [failing]));
    const { out } = await runOnTerminal(['replay', 't.json']);
    expect(out).toContain(SHOWN);
    expect(out).toContain('\u001b[31m-outcome -EPERM\u001b[39m');
    expect(out).not.toContain('\u001b[31mred');
    expect(out).not.toMatch(/[\u0007\u009b\u202e]/);
  });

  it('in a key, an operation or a number are shown as escapes', async () => {
    save('t.json', trace('t', [{ op: ESCAPE }, { ...SHARE, pfn: ESCAPE }], { [ESCAPE]: 1 }));
    const { code, err } = await run(['replay', 't.json']);
    expect(code).toBe(2);
    expect(err.split('\n')).toHaveLength(4);
    expect(err.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
  });

  it('in the name of a file are shown as escapes, whether it is there or not', async () => {
    const name = '\u001b[31ma.json';
    save(name, trace('t', [failing]));
    const { out, err } = await run(['replay', name, `${name}.json`, '\u001b[31mb']);
    expect(out).toMatch(/\\u001b\[31ma\.json:1:\d+\n/);
    expect(out + err).not.toContain('\u001b');
  });

  it('in the arguments are shown as escapes', async () => {
    for (const args of [['\u001b[31m'], ['replay', '--impl', '\u001b[31m,legacy']]) {
      const { code, err } = await run(args);
      expect([code, err.includes('\u001b')]).toEqual([2, false]);
    }
  });
});

describe('very long texts', () => {
  const long = 'x'.repeat(100_000);

  it('as a name are cut where they are shown', async () => {
    save('t.jsonl', `${JSON.stringify(trace(long, [failing]))}\n`.repeat(2));
    const { code, out, err } = await run(['replay', 't.jsonl', '--verbose']);
    expect(code).toBe(2);
    expect(out).toMatch(/: x+… \(debug off\)$/m);
    expect(out.length + err.length).toBeLessThan(3000);
  });

  it('as keys, operations and outcomes are cut where they are shown', async () => {
    const ops = [{ op: long }, { ...SHARE, expect: long }, { ...SHARE, pfn: long }];
    save('t.json', trace('t', ops, { [long]: 1, machine: { [long]: 1 } }));
    const { code, err } = await run(['replay', 't.json']);
    expect(code).toBe(2);
    expect(err.trimEnd().split('\n')).toHaveLength(5);
    expect(err.length).toBeLessThan(3000);
  });
});

describe('a machine beyond all bounds', () => {
  const complaint = async (machine: object) => {
    save('t.json', trace('t', [SHARE], { machine }));
    const { code, err } = await run(['replay', 't.json']);
    expect(code).toBe(2);
    return err.replace(/^t\.json:\d+:\d+: /, '').trimEnd();
  };

  it('is refused, not booted, with 2^28 pages of memory', async () => {
    expect(await complaint({ memory: [{ base: 0, pages: 2 ** 28 }] })).toBe(
      '268435456 pages of memory: at most 8388608 (32 GiB) are simulated (at /machine/memory)',
    );
  });

  it('is refused with regions without number', async () => {
    const memory = Array.from({ length: 10_000 }, (_, i) => ({ base: i * 8192, pages: 1 }));
    memory.push({ base: 2 ** 36, pages: 2000 });
    expect(await complaint({ memory, hyp_carveout: { pfn: 2 ** 24 } })).toBe(
      '10001 memory regions: the kernel takes at most 128 (at /machine/memory)',
    );
  });

  it('is refused with numbers that wrap', async () => {
    expect(await complaint({ memory: [{ base: 0, pages: '0xffffffffffffffff' }] })).toBe(
      'the memory region ends beyond 2^40 (at /machine/memory/0)',
    );
    expect(await complaint({ hyp_carveout: { hpool_pages: '0xffffffffffffffff' } })).toMatch(
      /is not within memory/,
    );
  });
});

describe('names that every object has', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    '%s is nothing known',
    async (name) => {
      const ops = [
        { op: name },
        JSON.parse(`{"op": "__pkvm_vcpu_put", "${name}": {"pfn": 1}}`),
        { op: 'poke', pfn: 1, host_state: name },
        { op: '__pkvm_vcpu_put', expect: name },
      ];
      const machine = JSON.parse(`{"${name}": {"memory": []}}`);
      save('t.json', trace('t', ops, { machine }));
      const { code, err } = await run(['replay', 't.json']);
      expect(code).toBe(2);
      expect(err.match(/\(at .*\)/g)).toEqual([
        `(at /machine/${name})`,
        '(at /ops/0/op)',
        `(at /ops/1/${name})`,
        '(at /ops/2/host_state)',
        '(at /ops/3/expect)',
      ]);
    },
  );

  it('are no implementations to expect something of', async () => {
    save('t.json', trace('t', [{ ...SHARE, expect: { constructor: 0 } }]));
    const { code, err } = await run(['replay', 't.json']);
    expect(code).toBe(2);
    expect(err).toMatch(
      /unknown implementation "constructor" \(at \/ops\/0\/expect\/constructor\)/,
    );
  });

  it('may be the names of traces', async () => {
    save(
      't.jsonl',
      ['__proto__', 'constructor'].map((name) => JSON.stringify(trace(name))).join('\n'),
    );
    expect((await run(['replay', 't.jsonl'])).code).toBe(0);
  });
});

describe('an expectation of an implementation that there is not', () => {
  it('is told with the one that may be meant, and the trace replayed', async () => {
    save('t.json', trace('t', [{ ...SHARE, expect: { legcy: 0, direct: 0 } }]));
    const { code, out, err } = await run(['replay', 't.json', '--verbose']);
    expect(code).toBe(2);
    const text = JSON.stringify(trace('t', [{ ...SHARE, expect: { legcy: 0, direct: 0 } }]));
    const column = text.indexOf('"legcy":') + '"legcy":'.length + 1;
    expect(err).toBe(
      `t.json:1:${column}: unknown implementation "legcy", did you mean "legacy"? (at /ops/0/expect/legcy)\n`,
    );
    expect(out).toMatch(/__pkvm_host_share_hyp\(pfn=0x40100\) = 0/);
  });
});

describe('a file that changes while it is read', () => {
  it('is told, with exit code 2', async () => {
    const ops = new Array(50).fill(SHARE);
    const lines = Array.from({ length: 1000 }, (_, i) => JSON.stringify(trace(`t${i}`, ops)));
    const path = save('t.jsonl', `${lines.join('\n')}\n`);
    const child = start(['replay', 't.jsonl', '--verbose']);
    await once(child.stdout, 'readable');
    appendFileSync(path, '\n');
    const { code, err } = await ended(child);
    expect([code, err]).toEqual([2, 't.jsonl: the file changed while it was read\n']);
  });
});
