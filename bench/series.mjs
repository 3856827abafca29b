// SPDX-License-Identifier: GPL-2.0-only
/** One changed line in mem_protect.c of linux-source-6.12, judged by `series` on the compiled code. */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './command.mjs';
import { row } from './figures.mjs';

const TARBALL = '/usr/src/linux-source-6.12.tar.xz';
const PARTS = ['Makefile', 'arch/arm64/kvm/hyp', 'arch/arm64/include/asm'];
const FILE = 'arch/arm64/kvm/hyp/nvhe/mem_protect.c';
const LINE = 'hyp_page_count((void *)addr))\n';
const AUTHOR = ['-c', 'user.name=Nobody', '-c', 'user.email=nobody@example.org'];
/** Seconds that are wanted of a changed line whose base is built. */
const WANTED = 15;

export function seriesFigures() {
  if (!existsSync(TARBALL)) {
    process.stdout.write('  not measured: install the package linux-source-6.12\n');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'pkvm-tracediff-bench-'));
  const cache = process.env.XDG_CACHE_HOME;
  process.env.XDG_CACHE_HOME = join(folder, 'cache');
  try {
    measure(join(folder, 'linux'));
  } finally {
    if (cache === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = cache;
    rmSync(folder, { recursive: true });
  }
}

function measure(tree) {
  const git = (...args) =>
    execFileSync('git', [...(args[0] === 'init' ? [] : ['-C', tree, ...AUTHOR]), ...args]);
  git('init', '--quiet', tree);
  const members = PARTS.map((path) => `linux-source-6.12/${path}`);
  execFileSync('tar', ['xf', TARBALL, '-C', tree, '--strip-components=1', ...members]);
  const text = readFileSync(join(tree, FILE), 'utf8');
  if (text.split(LINE).length !== 2) throw new Error(`not there once: ${LINE}`);
  git('add', '--all');
  git('commit', '--quiet', '-m', 'base');
  const judge = (by, ...how) => {
    writeFileSync(join(tree, FILE), text.replace(LINE, by));
    git('commit', '--quiet', '--all', '-m', 'one line', ...how);
    return run(['series', '--tree', tree, 'HEAD~1..HEAD', '--no-explore', '--quiet']).seconds;
  };
  const first = judge('hyp_page_count((void *)addr) != 0)\n');
  row('one changed line, all bundled traces, nothing built', 's', first);
  const amended = judge('hyp_page_count((void *)addr) > 0)\n', '--amend');
  row(`the same, amended (wanted: ${WANTED})`, 's', amended);
  const models = run(['check', '--quiet']).seconds;
  row('  as a multiple of check on the models', 'x', amended / models);
}
