// SPDX-License-Identifier: GPL-2.0-only
/** `series` on the hypervisor of linux-source-6.12, and changes made to it here. */

import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import type { ResultDocument } from '../../src/result/index.js';
import { ended, run, start } from '../cli/helpers.js';
import { folder } from '../folders.js';
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
const withCache = { env: { XDG_CACHE_HOME: cache } };
const series = (range: string, ...more: string[]) =>
  run(['series', '--tree', tree.folder, range, trace, ...more], withCache);

async function documentOf(range: string, ...more: string[]): Promise<ResultDocument> {
  return JSON.parse((await series(range, '--format', 'json', ...more)).out) as ResultDocument;
}

const verdictsOf = (document: ResultDocument) =>
  document.series?.commits.map(({ commit, verdict }) => [commit, verdict]);

/** A world that is closed in a moment: one page, and what is done with it here. */
const SMALL = [
  ...['--pages', '1', '--gfns', '0', '--vms', '0', '--max-pins', '1', '--ranges', '1'],
  ...['--ops', '__pkvm_host_share_hyp,__pkvm_host_unshare_hyp,hyp_pin_shared_mem'],
];

describe('a series with a bug and its revert', () => {
  it('shows just those two, of traces and of a world explored', async () => {
    const mail = join(folder(), 'series.mail');
    const document = await documentOf(`${base}..main`, ...SMALL, '--report', `mail=${mail}`);
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
    expect([...found].every((text) => /__pkvm_host_unshare_hyp/.test(text))).toBe(true);
    expect(document.certificates).toHaveLength(8);
    expect(document.counts).toMatchObject({ traces: 1, replays: 8 });

    const text = readFileSync(mail, 'utf8');
    expect(text).toContain(`first in ${bug} ("KVM: arm64: Unshare without asking")`);
    expect(text).toMatch(new RegExp(`series ${base}..main of .*compiled by`, 's'));
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(75);
    const files = document.certificates?.flatMap(({ buckets }) => buckets.map(({ file }) => file));
    expect(files?.length).toBeGreaterThan(0);
    for (const file of files ?? [])
      expect(readFileSync(file ?? '', 'utf8')).toContain('pkvm-trace');
  });

  it('goes on after kill -9, and comes to the same', async () => {
    const whole = await documentOf(`${base}..main`, '--no-explore');
    const kept = join(cache, 'pkvm-tracediff/series');
    rmSync(kept, { recursive: true });
    const args = ['series', '--tree', tree.folder, `${base}..main`, trace, '--no-explore'];
    const child = start([...args, '--format', 'json'], withCache);
    const results = () => {
      try {
        return readdirSync(kept).filter((name) => /^result-.*\.json$/.test(name));
      } catch {
        return [];
      }
    };
    while (results().length === 0) await setTimeout(5);
    child.kill('SIGKILL');
    expect((await ended(child)).code).toBe('SIGKILL');
    expect(results().length).toBeLessThan(4);
    const again = await run([...args, '--format', 'json'], withCache);
    expect(again.code).toBe(1);
    expect(again.err).toMatch(/^[123] pairs? of commits judged by an earlier run/);
    expect(JSON.parse(again.out)).toEqual(whole);
  });

  it('is bisected with three builds', async () => {
    const { code, out } = await run(
      ['series', '--tree', tree.folder, `${base}..${bug}`, trace].concat(
        ...['--no-explore', '--bisect', '--format', 'json'],
      ),
      { env: { XDG_CACHE_HOME: join(folder(), 'cache') } },
    );
    const document = JSON.parse(out) as ResultDocument;
    expect(code).toBe(1);
    expect(verdictsOf(document)).toEqual([
      [base, 'base'],
      [reformatted, 'not judged'],
      [refactored, 'equal'],
      [bug, 'new'],
    ]);
    expect(document.pairs).toMatchObject([{ first: refactored, second: bug }]);
    const built = readdirSync(join(folder(), 'cache/pkvm-tracediff'));
    const programs = built.filter((name) => name.startsWith('build-')).length;
    expect(programs % 3).toBe(0);
    expect(programs / 3).toBeLessThanOrEqual(2);
  });

  it('is fuzzed from end to end, and what is found has its commit', async () => {
    const save = join(folder(), 'found');
    const range = `${base}..${bug}`;
    const more = ['--no-explore', '--fuzz', '1s', '--seed', '1', '--save', save];
    const document = await documentOf(range, ...more);
    expect(document.campaign).toMatchObject({ seed: 1 });
    expect(document.campaign?.findings.length).toBeGreaterThan(0);
    for (const { file } of document.campaign?.findings ?? []) {
      const replayed = document.traces.filter((replay) => replay.file === file);
      const pairs = replayed.map(({ pair, buckets }) => [document.pairs[pair].second, buckets]);
      const shown = pairs.filter(([, buckets]) => buckets.length > 0).map(([second]) => second);
      expect(new Set(shown)).toEqual(new Set([bug]));
      const replay = ['replay', file, '--impl', `c:${tree.folder}@${base},c:${tree.folder}@${bug}`];
      expect((await run(replay, withCache)).code).toBe(1);
    }
  });
});

describe('a commit that does not build', () => {
  it('is a verdict of its own, with what the compiler said', async () => {
    tree.git('switch', '--quiet', '-c', 'broken', base);
    change('KVM: arm64: Forget a semicolon', original.replace('\tint ret;\n', '\tint ret\n'));
    const range = `${base}..broken`;
    tree.git('switch', '--quiet', 'main');
    const ktap = join(folder(), 'series.ktap');
    const { code, out } = await series(range, '--no-explore', '--report', `ktap=${ktap}`);
    expect(code).toBe(4);
    expect(out).toMatch(/not built +[0-9a-f]{12} +KVM: arm64: Forget a semicolon/);
    expect(out).toMatch(/mem_protect\.c:\d+:\d+: error: expected/);
    expect(out).toMatch(/inconclusive: 1 commit not built/);
    expect(readFileSync(ktap, 'utf8')).toMatch(
      /error: expected[^]*\n {2}not ok 1 [0-9a-f]{12} KVM/,
    );
  });
});

describe('a range that cannot be judged', () => {
  const refused = async (message: RegExp, args: string[], env: Record<string, string> = {}) => {
    const fresh = join(folder(), 'cache');
    const { code, out, err } = await run(['series', ...args], {
      env: { XDG_CACHE_HOME: fresh, ...env },
    });
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(existsSync(fresh) ? readdirSync(fresh, { recursive: true }) : []).toEqual([]);
  };
  const inTree = (range: string, ...more: string[]) => ['--tree', tree.folder, range, ...more];

  it('is named, and nothing is built', async () => {
    await refused(/is no git tree/, ['--tree', scratch, 'A..B']);
    await refused(/has no commit nosuch/, inTree('nosuch..main'));
    await refused(/name files, not standard input/, inTree(`${base}..main`, '-'));
    tree.git('switch', '--quiet', '-c', 'readme', 'main');
    tree.write('README', 'text');
    tree.commit('README: say something');
    await refused(/no commit of main~0..readme changes what/, inTree('main~0..readme'));
    tree.git('switch', '--quiet', 'main');
    tree.git('merge', '--quiet', '--no-ff', '-m', 'a merge', 'readme');
    await refused(/has a merge commit, [0-9a-f]{12}: judge/, inTree(`${base}..main`));
    tree.git('reset', '--quiet', '--hard', revert);
  });

  it('is one with changes of the hypervisor that no commit has', async () => {
    tree.write(MEM_PROTECT, `${tree.read(MEM_PROTECT)}\n`);
    const message = /mem_protect\.c: has changes that no commit has: commits are judged, not the/;
    await refused(message, inTree(`${base}..main`));
    tree.git('checkout', '--quiet', '.');
  });

  it('is one for which a program is missing', async () => {
    const tools = join(folder(), 'tools');
    mkdirSync(tools);
    const args = inTree(`${base}..main`);
    await refused(/judging commits needs git: install the package git/, args, { PATH: tools });
    symlinkSync(execFileSync('which', ['git'], { encoding: 'utf8' }).trim(), join(tools, 'git'));
    await refused(/a C compiler is needed.*install the package gcc/, args, { PATH: tools });
    await refused(/the compiler nosuch-cc, which CC names, does not run/, args, {
      CC: 'nosuch-cc',
    });
  });

  it('is one for which there is no room: no commit is called broken', async () => {
    const full = join(folder(), 'cc');
    const says = 'a.c: fatal error: error writing to /tmp/a.s: No space left on device';
    writeFileSync(
      full,
      `#!/bin/sh\ncase $1 in --version) echo cc 1;; *) echo "${says}" >&2; exit 1;; esac\n`,
      { mode: 0o755 },
    );
    const args = inTree(`${base}..main`, '--no-explore');
    const message = /cannot build here: .*No space left on device/;
    const fresh = join(folder(), 'cache');
    const { code, out, err } = await run(['series', ...args], {
      env: { XDG_CACHE_HOME: fresh, CC: full },
    });
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/not built/);
    expect(readdirSync(join(fresh, 'pkvm-tracediff'))).toEqual([]);
    writeFileSync(join(folder(), 'file'), '');
    const inFile = await run(['series', ...args], {
      env: { XDG_CACHE_HOME: join(folder(), 'file') },
    });
    expect([inFile.code, inFile.out]).toEqual([2, '']);
    expect(inFile.err).toMatch(/cannot build here: not a directory/);
  });
});
