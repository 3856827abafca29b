// SPDX-License-Identifier: GPL-2.0-only
/** The patch of README.md, made to the source of Linux 6.12 and compared as the page says. */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folder, ROOT, runInShell } from '../cli/helpers.js';
import { linuxSource } from '../support/linux_source.js';
import { missingIn, shownIn } from './console.js';

const FILE = 'arch/arm64/kvm/hyp/nvhe/mem_protect.c';
const COUNT =
  /\tif \(tx->initiator\.id == PKVM_ID_HOST && hyp_page_count\(.*\n\t\treturn -EBUSY;\n\n/;
const EARLY_RETURN = /\tif \(__hyp_ack_skip_pgtable_check\(tx\)\)\n\t\treturn 0;\n\n/;

/** `hyp_ack_unshare()` with its first two checks in the other order. */
function patched(source: string): string {
  const both = new RegExp(`(${COUNT.source})(${EARLY_RETURN.source})`);
  expect(source).toMatch(both);
  return source.replace(both, '$2$1');
}

it('README.md shows what is true of a patch to a tree', async () => {
  const [shown] = shownIn(readFileSync(join(ROOT, 'README.md'), 'utf8')).filter(({ command }) =>
    command.includes('c:linux'),
  );
  const linux = linuxSource(['arch/arm64/kvm', 'arch/arm64/include/asm', 'include/linux']);
  const git = (...args: string[]) => execFileSync('git', ['-C', linux, ...args]);
  try {
    git('init', '-q');
    git('add', '-A');
    git('-c', 'user.name=a', '-c', 'user.email=a@example.org', 'commit', '-qm', 'before');
    writeFileSync(join(linux, FILE), patched(readFileSync(join(linux, FILE), 'utf8')));
    symlinkSync(linux, join(folder(), 'linux'));
    symlinkSync(join(ROOT, 'traces'), join(folder(), 'traces'));
    const { out, err } = await runInShell(shown.command.replace('bin/pkvm-tracediff', '"$@"'), []);
    expect(err).toBe('');
    expect(missingIn(out, shown)).toEqual([]);
  } finally {
    rmSync(linux, { recursive: true, force: true });
  }
});
