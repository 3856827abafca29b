// SPDX-License-Identifier: GPL-2.0-only
/** `series` on the hypervisor of linux-source-6.12, and changes made to it here. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import type { ResultDocument } from '../../src/result/index.js';
import { ended, run, start } from '../cli/helpers.js';
import { linuxSource } from '../support/linux_source.js';
import { GitTree } from './git_tree.js';

const MEM_PROTECT = 'arch/arm64/kvm/hyp/nvhe/mem_protect.c';
const CHECK = `\tif (tx->initiator.id == PKVM_ID_HOST && hyp_page_count((void *)addr))
\t\treturn -EBUSY;

`;
const ASKED = '\tif (is_busy(addr, tx))\n\t\treturn -EBUSY;\n\n';
const IS_BUSY = `static bool is_busy(u64 addr, const struct pkvm_mem_transition *tx)
{
\tif (tx->initiator.id != PKVM_ID_HOST)
\t\treturn false;

\treturn hyp_page_count((void *)addr);
}

`;

const tree = new GitTree(linuxSource(['arch/arm64/kvm/hyp', 'arch/arm64/include/asm', 'Makefile']));
const base = tree.commit('KVM: arm64: base');
const original = tree.read(MEM_PROTECT);
expect(original.split(CHECK)).toHaveLength(2);

function change(subject: string, text: string): string {
  tree.write(MEM_PROTECT, text);
  return tree.commit(subject);
}

const broken = CHECK.replace(' && ', ' &&\n\t    ');
const reformatted = change('KVM: arm64: Break a long line', original.replace(CHECK, broken));
const withFunction = original
  .replace(CHECK, ASKED)
  .replace('static int hyp_ack_unshare(', `${IS_BUSY}static int hyp_ack_unshare(`);
const refactored = change('KVM: arm64: Ask in a function', withFunction);
const bug = change('KVM: arm64: Unshare without asking', withFunction.replace(ASKED, ''));
const revert = change('Revert "KVM: arm64: Unshare without asking"', withFunction);

const scratch = mkdtempSync(join(tmpdir(), 'series-test-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const trace = join(scratch, 'pinned.json');
writeFileSync(
  trace,
  JSON.stringify({
    format: 'pkvm-trace/1',
    name: 'unshare-of-a-pinned-page',
    machine: {
      memory: [{ base: '0x40000000', pages: 4096 }],
      hyp_carveout: { pfn: '0x40800', hpool_pages: 280, host_s2_pages: 300 },
    },
    ops: [
      { op: '__pkvm_host_share_hyp', pfn: '0x40100' },
      { op: 'hyp_pin_shared_mem', from: '0x40100000', to: '0x40101000' },
      { op: '__pkvm_host_unshare_hyp', pfn: '0x40100' },
    ],
  }),
);

const cache = join(scratch, 'cache');
const withCache = (folder: string) => ({ env: { XDG_CACHE_HOME: folder } });
const series = (range: string, ...more: string[]) =>
  run(['series', '--tree', tree.folder, range, trace, ...more], withCache(cache));

async function documentOf(range: string, ...more: string[]): Promise<ResultDocument> {
  return JSON.parse((await series(range, '--format', 'json', ...more)).out) as ResultDocument;
}

const verdictsOf = (document: ResultDocument) =>
  document.series?.commits.map(({ commit, verdict }) => [commit, verdict]);

describe('a series with a bug and its revert', () => {
  it('shows just those two, of traces and of a world explored', { timeout: 900_000 }, async () => {
    const document = await documentOf(`${base}..main`, '--pages', '1');
    expect(verdictsOf(document)).toEqual([
      [base, 'base'],
      [reformatted, 'equal'],
      [refactored, 'equal'],
      [bug, 'new'],
      [revert, 'new'],
    ]);
    const found = new Set(
      document.buckets.map(({ pair, op, outcomes }) =>
        [pair.second, op, outcomes.first, outcomes.second].join(' '),
      ),
    );
    expect(found).toContain(`${bug} __pkvm_host_unshare_hyp -EBUSY 0`);
    expect(found).toContain(`${revert} __pkvm_host_unshare_hyp 0 -EBUSY`);
    expect(document.certificates).toHaveLength(8);
    expect(document.counts).toMatchObject({ traces: 1, replays: 8 });
  });

  it('is told commit by commit, in a mail of at most 75 columns', async () => {
    const { code, out } = await series(`${base}..main`, '--no-explore', '--format', 'mail');
    expect(code).toBe(1);
    expect(out).toContain(`first in ${bug} ("KVM: arm64: Unshare without asking")`);
    expect(out).toMatch(new RegExp(`series ${base}..main of .*compiled by`, 's'));
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(75);
  });

  it('goes on after kill -9, and comes to the same', { timeout: 900_000 }, async () => {
    const whole = await documentOf(`${base}..main`, '--no-explore');
    const kept = join(cache, 'pkvm-tracediff/series');
    rmSync(kept, { recursive: true });
    const args = ['series', '--tree', tree.folder, `${base}..main`, trace, '--no-explore'];
    const child = start([...args, '--format', 'json'], withCache(cache));
    const results = () => {
      try {
        return readdirSync(kept).filter((name) => /^result-.*\.json$/.test(name));
      } catch {
        return [];
      }
    };
    while (results().length === 0) await setTimeout(20);
    child.kill('SIGKILL');
    expect((await ended(child)).code).toBe('SIGKILL');
    expect(results().length).toBeLessThan(4);
    const again = await run([...args, '--format', 'json'], withCache(cache));
    expect(again.code).toBe(1);
    expect(again.err).toMatch(/^[123] pairs? of commits judged by an earlier run/);
    expect(JSON.parse(again.out)).toEqual(whole);
  });

  it('is bisected with three builds', async () => {
    const document = await documentOf(`${base}..${bug}`, '--no-explore', '--bisect');
    expect(verdictsOf(document)).toEqual([
      [base, 'base'],
      [reformatted, 'not judged'],
      [refactored, 'equal'],
      [bug, 'new'],
    ]);
    expect(document.pairs).toMatchObject([{ first: refactored, second: bug }]);
  });
});

describe('a commit that does not build', () => {
  it('is a verdict of its own, with what the compiler said', async () => {
    tree.git('switch', '--quiet', '-c', 'broken', base);
    change('KVM: arm64: Forget a semicolon', original.replace('\tint ret;\n', '\tint ret\n'));
    const range = `${base}..broken`;
    tree.git('switch', '--quiet', 'main');
    const { code, out } = await series(range, '--no-explore');
    expect(code).toBe(4);
    expect(out).toMatch(/not built +[0-9a-f]{12} +KVM: arm64: Forget a semicolon/);
    expect(out).toMatch(/mem_protect\.c:\d+:\d+: error: expected/);
    expect(out).toMatch(/inconclusive: 1 commit not built/);
    const ktap = await series(range, '--no-explore', '--format', 'ktap');
    expect(ktap.out).toMatch(/error: expected[^]*\n {2}not ok 1 [0-9a-f]{12} KVM/);
  });
});

describe('bad input', () => {
  const refused = async (message: RegExp, ...args: string[]) => {
    const { code, out, err } = await run(['series', ...args], withCache(cache));
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
  };

  it('is named, and nothing is built', async () => {
    await refused(/is no git tree/, '--tree', scratch, 'A..B');
    await refused(/has no commit nosuch/, '--tree', tree.folder, 'nosuch..main');
    await refused(/name files, not standard input/, '--tree', tree.folder, 'main~1..main', '-');
    tree.write('README', 'text');
    tree.commit('README: say something');
    await refused(/no commit of main~1..main changes what/, '--tree', tree.folder, 'main~1..main');
  });

  it('is a work tree with changes of the hypervisor that no commit has', async () => {
    const text = readFileSync(join(tree.folder, MEM_PROTECT), 'utf8');
    tree.write(MEM_PROTECT, `${text}\n`);
    const message = /mem_protect\.c: has changes that no commit has: commits are judged, not the/;
    await refused(message, '--tree', tree.folder, `${base}..main`);
    tree.git('checkout', '--quiet', '.');
  });
});
