// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { replayTrace } from '../../src/compare/replay.js';
import { CoverageCollector, missingOf, RECORDED_OUTCOMES } from '../../src/coverage/index.js';
import { findImplementation } from '../../src/implementations.js';
import { outcomeClass, outcomeClassText } from '../../src/result/index.js';
import { Parser, readInputs } from '../../src/trace/index.js';
import { documentOf, parsed } from '../trace/helpers.js';

/** Cells as `op debug host hyp guest = outcome xN`, without those of operations that only prepare. */
function cellsOf(ops: unknown, only: string, debug = false): string[] {
  const legacy = findImplementation('legacy');
  const direct = findImplementation('direct');
  if (!legacy || !direct) throw new Error('no implementation');
  const trace = parsed(documentOf(ops, { machine: { nvhe_el2_debug: debug } }));
  const collector = new CoverageCollector();
  const { before, after } = collector.observer(['legacy', 'direct'], trace.ops, debug);
  replayTrace(trace, legacy, direct, { level: 'exact', before, observe: after });
  const [first, second] = collector.section();
  expect(first.cells).toEqual(second.cells);
  return first.cells
    .filter(({ op }) => op === only)
    .map(
      ({ debug: on, host, hyp, guest, outcome, count }) =>
        `${on ? 'debug ' : ''}${host} ${hyp} ${guest} = ${outcome} x${count}`,
    );
}

const pfn = '0x40100';
const share = { op: '__pkvm_host_share_hyp', pfn };
const unshare = { op: '__pkvm_host_unshare_hyp', pfn };
const vm = [
  { op: '__pkvm_host_share_hyp', pfn: '0x40200' },
  { op: '__pkvm_host_share_hyp', pfn: '0x40201' },
  {
    op: '__pkvm_init_vm',
    host_kvm: '0x40200000',
    nr_vcpus: 1,
    vm: '0x40202000',
    pgd: '0x40204000',
  },
  {
    op: '__pkvm_init_vcpu',
    vm: 4096,
    host_vcpu: '0x40201000',
    vcpu_idx: 0,
    vcpu: '0x40208000',
  },
  { op: '__pkvm_vcpu_load', vm: 4096, vcpu_idx: 0 },
  { op: '__pkvm_host_share_guest', pfn, gfn: 16, prot: 7, memcache: ['0x40300', '0x40301'] },
];

describe('CoverageCollector', () => {
  it('counts the state before an operation with its outcome', () => {
    expect(cellsOf([share, unshare, unshare], unshare.op)).toEqual([
      'OWNED NOPAGE NOPAGE = -EPERM x1',
      'SHARED_OWNED SHARED_BORROWED NOPAGE = 0 x1',
    ]);
    expect(cellsOf([share, share], share.op, true)).toEqual([
      'debug OWNED NOPAGE NOPAGE = 0 x1',
      'debug SHARED_OWNED SHARED_BORROWED NOPAGE = -EPERM x1',
    ]);
  });

  it('says none where there is no memory', () => {
    expect(cellsOf([{ ...share, pfn: 1 }], share.op)).toEqual(['none none none = -EPERM x1']);
  });

  it('sees a page shared with a guest', () => {
    expect(cellsOf([...vm, unshare], unshare.op)).toEqual([
      'SHARED_OWNED NOPAGE SHARED_BORROWED = -EPERM x1',
    ]);
  });

  it('finds the page of a guest operation through the guest', () => {
    const op = '__pkvm_host_unshare_guest';
    const ops = [
      { op, vm: 4096, gfn: 16 },
      { op, vm: 4096, gfn: 16 },
      { op, vm: 4097, gfn: 16 },
    ];
    expect(cellsOf([...vm, ...ops], op)).toEqual(
      [
        'SHARED_OWNED NOPAGE SHARED_BORROWED = 0 x1',
        'none none NOPAGE = -E2BIG x1',
        'none none none = -EINVAL x1',
      ].sort((a, b) => (a < b ? -1 : 1)),
    );
    expect(cellsOf(vm, '__pkvm_host_share_guest')).toEqual(['OWNED NOPAGE NOPAGE = 0 x1']);
  });

  it('lists what was never met, and only that', () => {
    const trace = parsed(documentOf([share]));
    const collector = new CoverageCollector();
    const legacy = findImplementation('legacy');
    if (!legacy) throw new Error('legacy');
    const watched = collector.watched(legacy);
    const { before, after } = collector.observer(['legacy', 'legacy'], trace.ops, false);
    replayTrace(trace, watched, watched, { level: 'exact', before, observe: after });
    const [{ neverMet, neverFired, branches }] = collector.section();
    // Six transitions in ten states; one was met.
    expect(neverMet.filter((line) => line.includes(' in host '))).toHaveLength(59);
    expect(neverMet).not.toContain('__pkvm_host_share_hyp in host OWNED, hyp NOPAGE, guest NOPAGE');
    expect(neverMet).toContain('__pkvm_host_share_hyp = WARN');
    expect(neverMet).not.toContain('__pkvm_host_share_hyp = 0');
    expect(branches.map(({ name }) => name)).toContain(
      '__pkvm_host_share_hyp/check host OWNED -> passed',
    );
    expect(neverFired).toContain('__pkvm_host_share_hyp/check host OWNED -> refused');
    expect(neverFired).toContain('__pkvm_host_share_hyp/WARN');
    const required = { format: 'pkvm-coverage/1', branches: ['*/WARN'] } as const;
    expect(missingOf({ ...required, branches: ['*/WARN'] }, collector.section())).toEqual([
      'legacy: */WARN',
    ]);
  });
});

describe('outcome classes', () => {
  it('are named as outcomes are, and every handle is one', () => {
    const texts = [0, 1, 0x1000, 0x10fe, -1, -16, -34, -6, 0x1_0000_0001, 0x1_0000_0003].map(
      (outcome) => outcomeClassText(outcomeClass(outcome)),
    );
    expect(texts).toEqual([
      '0',
      '1',
      'handle',
      'handle',
      '-EPERM',
      '-EBUSY',
      '-ERANGE',
      '-6',
      'WARN',
      'FAULT',
    ]);
  });
});

describe('recorded_outcomes', () => {
  it('has exactly the outcomes of the recordings', async () => {
    const golden = new URL('../golden', import.meta.url).pathname;
    const met = new Map<string, Set<string>>();
    for await (const item of readInputs(Parser.ofRecordings(), [golden])) {
      if (item.kind === 'problem') throw new Error(item.problem.message);
      const { results, source } = item.trace;
      for (const outcomes of [results.legacy, results.direct ?? []]) {
        outcomes.forEach((outcome, index) => {
          const { op } = source[index];
          if (op === 'poke') return;
          const known = met.get(op) ?? new Set();
          met.set(op, known.add(outcomeClassText(outcomeClass(outcome))));
        });
      }
    }
    const sorted = (names: Iterable<string>) => [...names].sort();
    expect(Object.fromEntries([...met].map(([op, names]) => [op, sorted(names)]))).toEqual(
      Object.fromEntries(
        Object.entries(RECORDED_OUTCOMES).map(([op, names]) => [op, sorted(names)]),
      ),
    );
  });
});
