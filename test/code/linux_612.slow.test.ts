// SPDX-License-Identifier: GPL-2.0-only
/**
 * The C of Debian's linux-source-6.12 (install that package): recordings, bugs put into it, a refactor,
 * undoing, and code that does harm.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/code/build.js';
import { Child } from '../../src/code/child.js';
import { findCompiler } from '../../src/code/compiler.js';
import { MEM_PROTECT } from '../../src/code/files.js';
import { probe } from '../../src/code/probe.js';
import { CHECK, END_MASK, Request, RETURNED, UNDO } from '../../src/code/protocol.js';
import { readTree, type Tree } from '../../src/code/tree.js';
import { Layout } from '../../src/hyp/layout.js';
import { type MachineConfig, Op, OpCode } from '../../src/hyp/op.js';
import { documentOfRun, ROOT, run } from '../cli/run.js';
import { linuxSource } from '../support/linux_source.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'tracediff-612-'));
const CACHE_BEFORE = process.env.XDG_CACHE_HOME;
const OPTIONS = { cache: join(FOLDER, 'cache', 'pkvm-tracediff'), progress: () => {} };

let tree: Tree;
let stock: string;
beforeAll(async () => {
  const source = linuxSource(['Makefile', 'arch/arm64/kvm/hyp', 'arch/arm64/include/asm']);
  tree = await readTree(source, OPTIONS);
  rmSync(source, { recursive: true });
  process.env.XDG_CACHE_HOME = join(FOLDER, 'cache');
  stock = treeWith('stock', '', '');
});
afterAll(() => {
  if (CACHE_BEFORE === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = CACHE_BEFORE;
  rmSync(FOLDER, { recursive: true, force: true });
});

/** A folder with the tree, mem_protect.c changed in one place. */
function treeWith(name: string, from: string, to: string): string {
  const folder = join(FOLDER, name);
  for (const [path, text] of tree.files) {
    const isChanged = path === MEM_PROTECT && from !== '';
    if (isChanged) expect(text.split(from).length, `${name}: places to change`).toBe(2);
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), isChanged ? text.replace(from, () => to) : text);
  }
  return folder;
}

/** The operations of the shortest traces that explore finds to differences from the stock tree. */
function explored(other: string, ...args: string[]): string[][] {
  const impl = `c:${stock},c:${other}`;
  const { document } = documentOfRun(['explore', '--impl', impl, '--debug', 'off', ...args]);
  const [certificate] = document.certificates ?? [];
  expect(certificate.complete).toBe(true);
  const traces = certificate.buckets.map(({ trace }) => [...trace]);
  const least = Math.min(...traces.map(({ length }) => length));
  const shortest = traces.filter(({ length }) => length === least);
  return shortest.map((trace) => trace.map((text) => text.replace(/\(.*/, '')));
}

describe('the core recordings', () => {
  it('differ from legacy-before-fix only in ways whose cause is in the baseline', () => {
    const lines = readFileSync(join(ROOT, 'test/golden/core.jsonl'), 'utf8').trim().split('\n');
    const traces = lines.map((line) => {
      const { name, machine, ops } = JSON.parse(line);
      return JSON.stringify({
        format: 'pkvm-trace/1',
        name,
        description: 'recorded',
        machine,
        ops,
      });
    });
    const file = join(FOLDER, 'core.jsonl');
    writeFileSync(file, `${traces.join('\n')}\n`);
    const { code, document } = documentOfRun([
      'replay',
      '--impl',
      `c:${stock},legacy-before-fix`,
      '--baseline',
      'baselines/linux-source-6.12.json',
      file,
    ]);
    expect([code, document.verdict]).toEqual([0, 'known']);
    expect(document.counts.traces).toBe(120);
    expect(document.buckets.every(({ verdict }) => verdict === 'known')).toBe(true);
    expect(document.pairs[0].level ?? document.level).toBe('ownership');
  });
});

describe('explore between the tree and a changed one', () => {
  it('finds the bug of November 2024 as two operations', () => {
    const fixed = treeWith(
      'fixed',
      '\t\treturn -EBUSY;\n\n\tif (__hyp_ack_skip_pgtable_check(tx))\n\t\treturn 0;\n',
      '\t\treturn -EBUSY;\n',
    );
    const traces = explored(fixed, '--pages', '1');
    expect(traces).toEqual([['__pkvm_host_share_ffa', '__pkvm_host_unshare_hyp']]);
  });

  interface Bug {
    readonly name: string;
    readonly from: string;
    readonly to: string;
    /** The operations of the shortest trace. */
    readonly trace: readonly string[];
    readonly args?: readonly string[];
  }

  const BUGS: readonly Bug[] = [
    {
      name: 'a check dropped',
      from: 'return __host_check_page_state_range(addr, size, PKVM_PAGE_SHARED_OWNED);\n}\n\nstatic int host_initiate_share',
      to: 'return 0;\n}\n\nstatic int host_initiate_share',
      trace: ['__pkvm_host_unshare_ffa'],
    },
    {
      name: 'an order swapped',
      from: '\tret = check_share(share);\n\tif (ret)\n\t\treturn ret;\n\n\treturn WARN_ON(__do_share(share));',
      to: '\tret = __do_share(share);\n\tif (ret)\n\t\treturn ret;\n\n\treturn WARN_ON(check_share(share));',
      trace: ['__pkvm_host_share_hyp'],
    },
    {
      name: 'a wrong state',
      from: 'prot = pkvm_mkstate(perms, PKVM_PAGE_SHARED_BORROWED);',
      to: 'prot = pkvm_mkstate(perms, PKVM_PAGE_OWNED);',
      trace: ['__pkvm_host_share_hyp'],
    },
    {
      name: 'a last page forgotten',
      from: '*end = start + (tx->nr_pages * PAGE_SIZE);\n\tenum kvm_pgtable_prot prot = pkvm',
      to: '*end = start + (tx->nr_pages - (tx->nr_pages > 1)) * PAGE_SIZE;\n\tenum kvm_pgtable_prot prot = pkvm',
      trace: ['__pkvm_host_donate_hyp'],
      args: ['--pages', '2'],
    },
    {
      name: 'an int for a u64',
      from: 'int __pkvm_host_donate_hyp(u64 pfn, u64 nr_pages)\n{\n\tint ret;\n\tu64 host_addr',
      to: 'int __pkvm_host_donate_hyp(u64 pfn, u64 nr_pages)\n{\n\tint ret;\n\tint host_addr',
      trace: ['__pkvm_host_donate_hyp'],
      args: ['--pages', '1', '--place', 'nomap'],
    },
    {
      name: 'a missing unmap',
      from: 'int ret = kvm_pgtable_hyp_unmap(&pkvm_pgtable, addr, size);',
      to: 'int ret = size;',
      trace: ['__pkvm_host_share_hyp', '__pkvm_host_unshare_hyp'],
    },
    {
      name: 'a refcount ignored',
      from: 'if (tx->initiator.id == PKVM_ID_HOST && hyp_page_count((void *)addr))',
      to: 'if (tx->initiator.id == PKVM_ID_HYP && hyp_page_count((void *)addr))',
      trace: ['__pkvm_host_share_hyp', 'hyp_pin_shared_mem', '__pkvm_host_unshare_hyp'],
    },
  ];

  it.each(BUGS)('finds $name with a shortest trace', ({ name, from, to, trace, args }) => {
    const broken = treeWith(name.replaceAll(' ', '-'), from, to);
    expect(explored(broken, ...(args ?? ['--pages', '1']))).toContainEqual(trace);
  });

  it('closes a pure refactor as equivalent', () => {
    const same = treeWith(
      'refactor',
      '\tret = check_donation(donation);\n\tif (ret)\n\t\treturn ret;\n\n\treturn WARN_ON(__do_donate(donation));',
      '\tret = check_donation(donation);\n\tif (!ret)\n\t\tret = WARN_ON(__do_donate(donation));\n\treturn ret;',
    );
    expect(explored(same, '--pages', '2')).toEqual([]);
  });
});

describe('code that does harm', () => {
  /** The outcome of the first operation where the tree does something on its way. */
  function outcomeOf(name: string, statement: string): string {
    const bad = treeWith(
      name,
      'int __pkvm_host_share_hyp(u64 pfn)\n{',
      `int __pkvm_host_share_hyp(u64 pfn)\n{\n\t${statement}`,
    );
    const trace = join(FOLDER, `${name}.json`);
    const ops = [
      { op: '__pkvm_host_share_hyp', pfn: 0x40100 },
      { op: '__pkvm_host_share_ffa', pfn: 0x40200, nr_pages: 1 },
    ];
    writeFileSync(
      trace,
      JSON.stringify({ format: 'pkvm-trace/1', name, description: 'harm', ops }),
    );
    const { document, err } = documentOfRun(['replay', '--impl', `c:${bad},legacy`, trace]);
    expect(err).toBe('');
    const { op, outcomes } = document.buckets[0];
    expect(op).toBe('__pkvm_host_share_hyp');
    return outcomes.first;
  }

  it('is an outcome: a loop, a write where there is no memory, an exit', () => {
    expect(outcomeOf('loops', 'for (;;) READ_ONCE(hyp_memblock_nr);')).toBe('HUNG');
    expect(outcomeOf('spins', 'for (;;) ;')).toBe('HUNG');
    expect(outcomeOf('scribbles', '*(u64 *)8 = pfn;')).toBe('FAULT');
    expect(outcomeOf('reaches', 'extern u64 td[]; td[100] = pfn;')).toBe('FAULT');
    expect(outcomeOf('overflows', 'return __pkvm_host_share_hyp(pfn) + 1;')).toMatch(/FAULT|HUNG/);
    expect(outcomeOf('leaves', 'extern void _exit(int); _exit(0);')).toBe('CRASHED');
  });

  it('is told at its lines if it does not compile, and nothing is kept of it', () => {
    const bad = treeWith(
      'typo',
      'int __pkvm_host_share_hyp(u64 pfn)\n{',
      'int __pkvm_host_share_hyp(u64 pfn)\n{\n\tpfm++;',
    );
    const line = readFileSync(join(bad, MEM_PROTECT), 'utf8').split('\n').indexOf('\tpfm++;') + 1;
    const before = readdirSync(OPTIONS.cache);
    const { code, out, err } = run(['replay', '--impl', `c:${bad},legacy`]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('not supported: the tree does not compile');
    expect(err).toMatch(new RegExp(`mem_protect\\.c:${line}:\\d+: error: .*pfm`));
    expect(readdirSync(OPTIONS.cache)).toEqual(before);
  });

  it('is not compiled by a compiler that puts no calls at loads and stores', () => {
    const compiler = join(FOLDER, 'simple-cc');
    const lines = [
      '#!/bin/sh',
      '[ "$1" = --version ] && { echo "simple-cc 1.0"; exit; }',
      'for word; do [ "$word" = -fsanitize=thread ] && {',
      '  echo "cc1: error: -fsanitize=thread is not supported for this target" >&2; exit 1; }; done',
      'exec gcc "$@"',
    ];
    writeFileSync(compiler, `${lines.join('\n')}\n`, { mode: 0o755 });
    process.env.CC = compiler;
    try {
      const { code, out, err } = run(['replay', '--impl', `c:${stock},legacy`]);
      expect([code, out]).toEqual([2, '']);
      expect(err).toContain('(simple-cc 1.0) does not know -fsanitize=thread');
    } finally {
      delete process.env.CC;
    }
  });

  it('is told by name if something is missing', () => {
    const bad = treeWith(
      'unknown',
      'int __pkvm_host_share_hyp(u64 pfn)\n{',
      'int __pkvm_host_share_hyp(u64 pfn)\n{\n\tnew_helper(pfn);',
    );
    const { code, err } = run(['replay', '--impl', `c:${bad},legacy`]);
    expect(code).toBe(2);
    expect(err).toContain('not supported: nothing here stands for new_helper');
  });
});

describe('undoing', () => {
  it('leaves every byte of all memory as it was, over 10,000 operations', async () => {
    const config: MachineConfig = {
      nvhe_el2_debug: false,
      share_guest_warn: true,
      memory: [
        { pfn: 0x40000, pages: 160, nomap: false },
        { pfn: 0x80000, pages: 16, nomap: true },
      ],
      carveout: { pfn: 0x40040, hpool_pages: 40, host_s2_pages: 40 },
    };
    const program = await buildProgram(tree, probe(tree.files), findCompiler(), false, OPTIONS);
    const child = new Child(program.path);
    const request = new Request();
    request.putBoot(config, new Layout(config).node, 1000);
    expect([...child.ask(request.bytes()).slice(0, 2)]).toEqual([RETURNED, 0]);

    let seed = 1;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return (seed >>> 8) % below;
    };
    const ends = new Map<number, number>();
    const runOne = (op: Op, flags: number) => {
      request.beginRun(flags, 0);
      request.putNoWords();
      request.putOp(op);
      return child.ask(request.bytes());
    };
    for (let i = 0; i < 10_000; i++) {
      const code = random(9);
      const pfn = 0x40000 + random(180);
      const isRange = code === OpCode.hyp_pin_shared_mem || code === OpCode.hyp_unpin_shared_mem;
      const op = new Op(code, pfn, isRange ? pfn + random(3) : random(4));
      const answer = runOne(op, UNDO | CHECK);
      const end = answer[2] & END_MASK;
      ends.set(end, (ends.get(end) ?? 0) + 1);
      expect(answer.at(-1)).toBe(0);
      // Gone for good, so that the next one starts from another state.
      runOne(op, 0);
    }
    child.close();
    expect([...ends.keys()].length).toBeGreaterThanOrEqual(3);
  });
});
