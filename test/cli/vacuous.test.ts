// SPDX-License-Identifier: GPL-2.0-only
/** Traces that show nothing, because nothing in them was ever accepted. */
import { describe, expect, it } from 'vitest';
import { folder, run, SHARE, save, saveEqual, trace, UNSHARE } from './helpers.js';

const WRONG = { op: '__pkvm_host_share_hyp', pfn: '0x40100000' };
/** In a file of one line: where the first of some text stands. */
const column = (ops: readonly object[], text: string) =>
  JSON.stringify(trace('a', ops)).indexOf(text) + 1;
const ADDRESS =
  `warning: a.json:1:${column([WRONG, WRONG], '"0x40100000"')}: a: page number 0x40100000 is in no memory region, but is an address in one: ` +
  'did you mean page 0x40100?; 1 more like it in this trace (at /ops/0/pfn)\n';
const NOTHING =
  `warning: a.json:1:${column([WRONG], '[{"op"')}: a: nothing was accepted: ` +
  'each of its 2 operations was refused (at /ops)\n';
const here = (...args: string[]) => run(args, { cwd: folder() });

describe('a trace with addresses for page numbers', () => {
  it('is warned of, with the page that was likely meant, and says nothing', async () => {
    save('a.json', trace('a', [WRONG, WRONG]));
    const { code, out, err } = await here('replay', 'a.json');
    expect([code, err]).toEqual([4, ADDRESS + NOTHING]);
    expect(out).toContain('inconclusive: both sides refused every operation');
  });

  it('fails validate --strict, and is warned of without', async () => {
    save('a.json', trace('a', [WRONG, WRONG]));
    const strict = await here('validate', '--strict', 'a.json');
    expect([strict.code, strict.err]).toEqual([2, ADDRESS + NOTHING]);
    expect(strict.out).toBe('1 trace with 2 operations read, 0 problems, 2 warnings\n');
    const lax = await here('validate', 'a.json');
    expect([lax.code, lax.err]).toEqual([0, ADDRESS]);
  });
});

it('an address among the pages of a memcache is shown where it stands, line and column', async () => {
  const ops = [
    {
      op: '__pkvm_host_share_guest',
      pfn: '0x40100',
      gfn: 1,
      prot: 7,
      memcache: ['0x40101', '0x40102000'],
    },
    SHARE,
  ];
  save('a.json', JSON.stringify(trace('a', ops), undefined, 2));
  const { err } = await here('validate', 'a.json');
  const lines = JSON.stringify(trace('a', ops), undefined, 2).split('\n');
  const line = lines.findIndex((text) => text.includes('0x40102000'));
  expect(err).toContain(
    `a.json:${line + 1}:${lines[line].indexOf('"') + 1}: a: page number 0x40102000`,
  );
  expect(err).toContain('(at /ops/0/memcache/1)');
});

describe('a trace that is refused from end to end', () => {
  it('is warned of once in both debug settings, beside one that is not', async () => {
    save('a.json', trace('a', [UNSHARE, UNSHARE]));
    saveEqual('b.json');
    const { code, err } = await here('replay', 'a.json', 'b.json', '--debug', 'both', '-q');
    expect([code, err]).toEqual([0, NOTHING]);
  });

  it('is what it says if it expects that', async () => {
    const expected = { ...UNSHARE, expect: '-EPERM' };
    save('a.json', trace('a', [expected, expected]));
    const { code, err } = await here('validate', '--strict', 'a.json');
    expect([code, err]).toEqual([0, '']);
  });
});

it('a trace of which something is accepted passes validate --strict', async () => {
  save('a.json', trace('a', [UNSHARE, SHARE]));
  expect((await here('validate', '--strict', 'a.json')).err).toBe('');
});
