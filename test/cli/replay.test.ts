// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  folder,
  run,
  SHARE,
  save,
  saveDiverging,
  saveEqual,
  TRACES,
  trace,
  UNSHARE,
} from './helpers.js';

const FINDING = join(TRACES, 'findings/unshare-hyp-busy-or-refused.json');
const REGRESSION = join(TRACES, 'regressions/unshare-hyp-of-ffa-page.json');

describe('replay', () => {
  it('ends with 0 and says equal when nothing differs', async () => {
    const { code, out, err } = await run(['replay', saveEqual()]);
    expect(out).toMatch(/^equal\b/m);
    expect([code, err]).toEqual([0, '']);
  });

  it('ends with 1 and shows the operation, both outcomes and where when something differs', async () => {
    const { code, out, err } = await run(['replay', FINDING]);
    expect(code).toBe(1);
    expect(err).toBe('');
    const line = readFileSync(FINDING, 'utf8')
      .split('\n')
      .findIndex((text) => text.includes('"__pkvm_host_unshare_hyp"'));
    expect(out).toContain(`at ${FINDING}:${line + 1}:5\n`);
    expect(out).toContain('__pkvm_host_unshare_hyp(pfn=0x40100)');
    expect(out).toMatch(
      /--- legacy\n.*\+\+\+ direct\n.*@@.*@@\n +-outcome -EBUSY\n +\+outcome -EPERM/,
    );
  });

  it('ends with 1 when both do the same and the trace expects something else', async () => {
    const { code, out } = await run(['replay', saveDiverging()]);
    expect(code).toBe(1);
    expect(out).toMatch(/not what the trace expects/);
    expect(out).toMatch(/-outcome -EPERM\n +\+outcome 0/);
  });

  it('takes files, folders and patterns, a file that is named twice once', async () => {
    mkdirSync(join(folder(), 'deep/er'), { recursive: true });
    saveEqual('deep/er/a.json');
    saveEqual('b.jsonl');
    const inputs = ['deep', '*.jsonl', './b.jsonl', 'deep/**/*.json'];
    const { code, out } = await run(['replay', ...inputs]);
    expect(code).toBe(0);
    expect(out).toMatch(/\b2 replays\b/);
  });

  it('takes a file whose name starts with a dash after --', async () => {
    save('-a.json', trace('a'));
    expect((await run(['replay', '--', '-a.json'])).code).toBe(0);
  });

  it('colours nothing when its output is no terminal', async () => {
    expect((await run(['replay', FINDING])).out).not.toContain('\u001b');
  });
});

describe('replay --impl', () => {
  it('chooses the two implementations, the first on the minus side', async () => {
    const { code, out } = await run(['replay', REGRESSION, '--impl', 'direct,legacy-before-fix']);
    expect(code).toBe(1);
    expect(out).toMatch(/--- direct\n.*\+\+\+ legacy-before-fix/);
    expect((await run(['replay', REGRESSION])).code).toBe(0);
  });

  it('refuses an implementation with itself, which would say nothing, in every command', async () => {
    for (const args of [
      ['replay', FINDING, '--impl', 'legacy,legacy'],
      ['check', FINDING, '--impl', 'legacy,direct,direct'],
      ['minimize', FINDING, '--impl', 'direct,direct'],
      ['explain', FINDING, '--impl', 'direct,direct'],
      ['step', FINDING, '--impl', 'direct,direct'],
      ['fuzz', '--runs', '1', '--impl', 'legacy,legacy'],
      ['explore', '--pages', '1', '--impl', 'legacy,legacy'],
    ]) {
      const { code, out, err } = await run(args);
      expect([code, out], args.join(' ')).toEqual([2, '']);
      expect(err).toMatch(/(legacy|direct) compared with itself says nothing: name two/);
    }
  });
});

describe('replay --compare', () => {
  const exitCodes = async (input: string) => {
    const codes = [];
    for (const level of ['outcome', 'ownership', 'exact']) {
      codes.push((await run(['replay', input, '--compare', level])).code);
    }
    return codes;
  };

  it('of outcomes lets states differ', async () => {
    const input = join(TRACES, 'findings/share-hyp-out-of-tables.json');
    expect(await exitCodes(input)).toEqual([0, 1, 1]);
  });

  it('of ownership lets tables and allocators differ', async () => {
    const machine = { hyp_carveout: { pfn: '0x40e00', hpool_pages: 4, host_s2_pages: 5 } };
    const donation = { op: '__pkvm_host_donate_hyp', pfn: '0x401ff', nr_pages: 4 };
    const memory = [{ base: '0x40000000', pages: 8192 }];
    const input = save('t.json', trace('t', [donation], { machine: { ...machine, memory } }));
    expect(await exitCodes(input)).toEqual([0, 0, 1]);
  });

  it('is exact when nothing is said', async () => {
    const { out } = await run(['replay', saveEqual()]);
    expect(out).toMatch(/level exact/);
  });
});

describe('replay --debug', () => {
  const headings = (out: string) => out.match(/\(debug (on|off)\)/g) ?? [];

  it('overrides the setting of the traces, on, off or one after the other', async () => {
    const input = saveEqual();
    const settings = async (...args: string[]) =>
      headings((await run(['replay', '--verbose', input, ...args])).out);
    expect(await settings()).toEqual(['(debug off)']);
    expect(await settings('--debug', 'on')).toEqual(['(debug on)']);
    expect(await settings('--debug', 'off')).toEqual(['(debug off)']);
    expect(await settings('--debug', 'both')).toEqual(['(debug off)', '(debug on)']);
  });

  it('holds a trace to its expectations with its own setting only', async () => {
    const input = saveDiverging();
    expect((await run(['replay', input, '--debug', 'on'])).code).toBe(0);
    expect((await run(['replay', input, '--debug', 'both'])).code).toBe(1);
  });
});

describe('replay --bail', () => {
  it('stops after the first trace that diverges', async () => {
    saveEqual('1.json');
    saveDiverging('2.json');
    saveDiverging('3.json');
    const all = await run(['replay', '.', '--verbose']);
    const bailed = await run(['replay', '.', '--verbose', '--bail']);
    expect([all.code, bailed.code]).toEqual([1, 1]);
    expect(all.out).toContain('3.json');
    expect(bailed.out).toContain('2.json');
    expect(bailed.out).not.toContain('3.json');
  });

  it('says of what comes after in that trace why it was not compared', async () => {
    save('a.json', trace('a', [{ ...SHARE, expect: '-EPERM' }, UNSHARE, SHARE]));
    expect((await run(['replay', 'a.json', '--bail'])).out).toMatch(
      /^2 operations not compared: the replay was to end at the first new cause$/m,
    );
  });

  it('changes nothing when nothing diverges', async () => {
    expect((await run(['replay', saveEqual(), '--bail'])).code).toBe(0);
  });
});

describe('replay --quiet', () => {
  it('prints counts and the verdict only', async () => {
    const { code, out } = await run(['replay', FINDING, '--quiet']);
    expect(code).toBe(1);
    expect(out).not.toContain('__pkvm_host_unshare_hyp');
    expect(out).toMatch(/^diverged\b/m);
  });

  it('still tells the problems of the input', async () => {
    const { code, err } = await run(['replay', 'gone.json', '--quiet']);
    expect([code, err]).toEqual([2, 'gone.json: cannot read: no such file or directory\n']);
  });
});

describe('replay --verbose', () => {
  it('prints a line an operation, with both outcomes and a mark where they differ', async () => {
    const { out } = await run(['replay', FINDING, '--verbose']);
    const lines = out.split('\n').filter((line) => /^[ !] +\d+ {2}\w/.test(line));
    expect(lines).toHaveLength(7);
    expect(lines[0]).toMatch(/^ {4,}0 {2}__pkvm_host_share_hyp\(pfn=0x40100\) = 0$/);
    expect(lines[6]).toMatch(/^! +6 .* = -EBUSY \| -EPERM$/);
  });

  it('shows a panic as an outcome', async () => {
    const input = join(TRACES, 'findings/share-hyp-out-of-tables.json');
    const { out } = await run(['replay', input, '--verbose']);
    expect(out).toMatch(/^! +1 {2}__pkvm_host_share_hyp\(pfn=0x40100\) = WARN$/m);
  });

  it('marks a trace that pokes as constructed', async () => {
    const poke = { op: 'poke', pfn: '0x40100', host_state: 'SHARED_OWNED' };
    const input = save('t.json', trace('t', [poke, SHARE]));
    const { out } = await run(['replay', input, '--verbose']);
    expect(out).toMatch(/poke\(pfn=0x40100, host_state=SHARED_OWNED\) = 0/);
    expect(out).toMatch(/\(debug off, constructed\)/);
  });
});
