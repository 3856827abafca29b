// SPDX-License-Identifier: GPL-2.0-only
/** Ctrl-C in the middle of a run. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ended, folder, SHARE, save, start, trace } from './helpers.js';

const NOTE = 'interrupted: stopping; once more ends the program at once\n';
const ops = new Array(1000).fill(SHARE);

/** Operations of the runs that were told line by line. */
const linesOf = (out: string) => out.match(/^ +\d+ {2}__pkvm/gm)?.length ?? 0;

describe('Ctrl-C', () => {
  it('ends a run with its closing lines, inconclusive', async () => {
    const lines = Array.from({ length: 150 }, (_, i) => JSON.stringify(trace(`t${i}`, ops)));
    const child = start(['replay', save('t.jsonl', lines.join('\n')), '--verbose']);
    await once(child.stdout, 'readable');
    child.kill('SIGINT');
    const { code, out, err } = await ended(child);
    expect([code, err]).toEqual([4, NOTE]);
    expect(out).toMatch(/^inconclusive: interrupted$/m);
    expect(linesOf(out)).toBeLessThan(150_000);
  });

  it('ends a run in the middle of a long trace', async () => {
    const pages = 2 ** 17;
    const machine = {
      memory: [{ base: '0x40000000', pages: 2 * pages }],
      hyp_carveout: { pfn: 0x40000 + pages, hpool_pages: 536, host_s2_pages: 552 },
    };
    const range = { pfn: '0x40000', nr_pages: pages };
    const turns = [
      { op: '__pkvm_host_donate_hyp', ...range },
      { op: '__pkvm_hyp_donate_host', ...range },
    ];
    const long = trace('long', new Array(2000).fill(turns).flat(), { machine });
    const lines = [trace('short'), long].map((line) => JSON.stringify(line));
    const child = start(['replay', save('t.jsonl', lines.join('\n')), '--verbose']);
    await once(child.stdout, 'readable');
    child.kill('SIGINT');
    const { code, out, err } = await ended(child);
    expect([code, err]).toEqual([4, NOTE]);
    expect(out).toMatch(/^inconclusive: interrupted$/m);
    expect(linesOf(out)).toBeLessThan(4000);
  });

  it('a second time ends the program at once, from within a read (a shell tells 130)', async () => {
    const pipe = join(folder(), 'pipe.jsonl');
    execFileSync('mkfifo', [pipe]);
    const child = start(['replay', pipe, '--verbose']);
    const writer = createWriteStream(pipe);
    writer.write(`${JSON.stringify(trace('t', [SHARE]))}\n`);
    await once(child.stdout, 'readable');
    child.kill('SIGINT');
    await once(child.stderr, 'readable');
    child.kill('SIGINT');
    const { code, err } = await ended(child);
    expect([code, err]).toEqual(['SIGINT', NOTE]);
    writer.destroy();
  });

  it('keeps the verdict of what was found before it', async () => {
    const failing = { ...SHARE, expect: '-EPERM' };
    const lines = Array.from({ length: 300 }, (_, i) =>
      JSON.stringify(trace(`t${i}`, i === 0 ? [failing] : ops)),
    );
    const child = start(['replay', save('t.jsonl', lines.join('\n')), '--verbose']);
    await once(child.stdout, 'readable');
    child.kill('SIGINT');
    const { code, out } = await ended(child);
    expect(code).toBe(1);
    expect(out).toMatch(/^not as expected: 1 time[\s\S]*interrupted/m);
  });
});
