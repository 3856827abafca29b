// SPDX-License-Identifier: GPL-2.0-only
/** `series --confirm`: the kernel that people run has the check that a commit drops. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ResultDocument } from '../../src/result/index.js';
import { run } from '../cli/helpers.js';
import { newFolder } from '../folders.js';
import { GitTree } from '../series/git_tree.js';
import { linuxSource } from '../support/linux_source.js';
import { traceToJson } from '../../src/trace/index.js';
import { kernelImage, TEN_OPERATIONS, traceOf } from './kernels.js';

const MEM_PROTECT = 'arch/arm64/kvm/hyp/nvhe/mem_protect.c';
const CHECK = `\tif (tx->initiator.id == PKVM_ID_HOST && hyp_page_count((void *)addr))
\t\treturn -EBUSY;

`;

const tree = new GitTree(linuxSource(['arch/arm64/kvm/hyp', 'arch/arm64/include/asm', 'Makefile']));
const base = tree.commit('base');
const original = tree.read(MEM_PROTECT);
tree.write(MEM_PROTECT, original.replace(CHECK, ''));
const bug = tree.commit('Unshare without asking');

it('asks a kernel about the cause, and is told which of the two it does as', async () => {
  expect(original.split(CHECK)).toHaveLength(2);
  const trace = join(newFolder(), 'pinned.json');
  writeFileSync(trace, traceToJson(traceOf(TEN_OPERATIONS.slice(0, 4))));
  const side = `real:${kernelImage('6.12')}`;
  const args = ['--tree', tree.folder, `${base}..${bug}`, trace, '--no-explore'];
  const env = { XDG_CACHE_HOME: join(newFolder(), 'cache') };
  const ended = await run(['series', ...args, '--confirm', side, '--format', 'json'], { env });
  expect(ended.code).toBe(1);
  const { buckets } = JSON.parse(ended.out) as ResultDocument;
  expect(buckets.map(({ outcomes, debug }) => [debug, outcomes])).toEqual([
    [false, { first: '-EBUSY', second: '0' }],
    [true, { first: '-EBUSY', second: '0' }],
  ]);
  const [off, on] = buckets.map(({ confirmations }) => confirmations?.[0]);
  expect(off).toMatchObject({ side, kind: 'confirmed', outcome: '-EBUSY' });
  expect(on).toMatchObject({ kind: 'not tried', reason: 'it is built with NVHE_EL2_DEBUG off' });
});
