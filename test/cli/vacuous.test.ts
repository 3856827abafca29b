// SPDX-License-Identifier: GPL-2.0-only
/** Traces that show nothing, because nothing in them was ever accepted. */
import { describe, expect, it } from 'vitest';
import { folder, run, SHARE, save, saveEqual, trace, UNSHARE } from './helpers.js';

const WRONG = { op: '__pkvm_host_share_hyp', pfn: '0x40100000' };
const ADDRESS =
  'warning: a.json:1: a: page number 0x40100000 is in no memory region, but is an address in one: ' +
  'did you mean page 0x40100?; 1 more like it in this trace (at /ops/0)\n';
const NOTHING =
  'warning: a.json:1: a: nothing was accepted: each of its 2 operations was refused\n';
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
