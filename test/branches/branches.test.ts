// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import {
  type BranchCounts,
  branchesOf,
  instrument,
  intercept,
  stepsOf,
  stepText,
} from '../../src/branches/index.js';
import { runTo } from '../../src/compare/replay.js';
import { dumpState } from '../../src/hyp/dump.js';
import { Machine } from '../../src/hyp/machine.js';
import { findImplementation, IMPLEMENTATIONS } from '../../src/implementations.js';
import { documentOf, parsed } from '../trace/helpers.js';

const PAGE = '0x40100';

function countsOf(name: string, ops: unknown, debug = false): Record<string, number> {
  const implementation = findImplementation(name);
  if (!implementation) throw new Error(name);
  const counts: BranchCounts = new Map();
  const trace = parsed(documentOf(ops, { machine: { nvhe_el2_debug: debug } }));
  runTo(Machine.alone(trace.machine, instrument(implementation, counts)), trace, Infinity);
  return Object.fromEntries(counts);
}

describe('instrument', () => {
  it('counts each check and each change by the way it went', () => {
    const ops = [
      { op: '__pkvm_host_share_hyp', pfn: PAGE },
      { op: '__pkvm_host_share_hyp', pfn: PAGE },
    ];
    expect(countsOf('direct', ops, true)).toEqual({
      '__pkvm_host_share_hyp/check host OWNED -> passed': 1,
      '__pkvm_host_share_hyp/check hyp NOPAGE -> passed': 1,
      '__pkvm_host_share_hyp/map hyp SHARED_BORROWED -> done': 1,
      '__pkvm_host_share_hyp/set host SHARED_OWNED -> done': 1,
      '__pkvm_host_share_hyp/check host OWNED -> refused': 1,
    });
  });

  it('tells the two orders of unshare_hyp apart: who asks for the reference count first', () => {
    const ops = [
      { op: '__pkvm_host_share_ffa', pfn: PAGE, nr_pages: 1 },
      { op: '__pkvm_host_unshare_hyp', pfn: PAGE },
    ];
    const unshare = (name: string) =>
      Object.keys(countsOf(name, ops)).filter((branch) => branch.includes('unshare_hyp'));
    expect(unshare('legacy')).toEqual([
      '__pkvm_host_unshare_hyp/check host SHARED_OWNED -> passed',
      '__pkvm_host_unshare_hyp/check refcount -> passed',
      '__pkvm_host_unshare_hyp/check hyp SHARED_BORROWED -> refused',
    ]);
    expect(unshare('direct')).toEqual([
      '__pkvm_host_unshare_hyp/check host SHARED_OWNED -> passed',
      '__pkvm_host_unshare_hyp/check hyp SHARED_BORROWED -> refused',
    ]);
  });

  it('counts a WARN_ON of the implementation: the bug of Nov 2024', () => {
    const ops = [
      { op: '__pkvm_host_share_ffa', pfn: PAGE, nr_pages: 1 },
      { op: '__pkvm_host_unshare_hyp', pfn: PAGE },
    ];
    const counts = countsOf('legacy-before-fix', ops);
    expect(counts['__pkvm_host_unshare_hyp/unmap hyp -> failed']).toBe(1);
    expect(counts['__pkvm_host_unshare_hyp/WARN']).toBe(1);
    expect(countsOf('legacy', ops)).not.toHaveProperty(['__pkvm_host_unshare_hyp/WARN']);
  });

  it('counts a change that fails and the WARN_ON around it: no page outside of memory', () => {
    const ops = [{ op: '__pkvm_hyp_donate_host', pfn: '0x3ffff', nr_pages: 0 }];
    expect(countsOf('direct', ops)).toEqual({
      '__pkvm_hyp_donate_host/check hyp OWNED -> passed': 1,
      '__pkvm_hyp_donate_host/unmap hyp -> done': 1,
      '__pkvm_hyp_donate_host/set owner HOST -> failed': 1,
      '__pkvm_hyp_donate_host/WARN': 1,
    });
  });
});

describe('the catalogue', () => {
  it('is empty for an implementation that does not tell its steps', () => {
    expect(stepsOf({})).toEqual([]);
    expect(branchesOf({})).toEqual([]);
  });
});

describe('intercept', () => {
  it('leaves results and state as they are when the interceptor only looks', () => {
    const trace = parsed(
      documentOf([
        { op: '__pkvm_host_share_hyp', pfn: PAGE },
        { op: '__pkvm_host_donate_hyp', pfn: '0x40101', nr_pages: 3 },
        { op: '__pkvm_hyp_donate_host', pfn: '0x40101', nr_pages: 2 },
        { op: '__pkvm_host_unshare_hyp', pfn: PAGE },
      ]),
    );
    for (const implementation of IMPLEMENTATIONS) {
      const plain = Machine.alone(trace.machine, implementation);
      const watched = Machine.alone(trace.machine, instrument(implementation, new Map()));
      expect(runTo(watched, trace, 9)).toEqual(runTo(plain, trace, 9));
      expect(dumpState(watched)).toEqual(dumpState(plain));
    }
  });

  it('lets an interceptor answer in the place of a helper', () => {
    const direct = findImplementation('direct');
    if (!direct) throw new Error('direct');
    const blind = intercept(direct, () => ({
      call: (call, proceed) => (stepText(call) === 'check host OWNED' ? 0 : proceed(...call.args)),
    }));
    const trace = parsed(
      documentOf([
        { op: '__pkvm_host_share_ffa', pfn: PAGE, nr_pages: 1 },
        { op: '__pkvm_host_share_ffa', pfn: PAGE, nr_pages: 1 },
      ]),
    );
    expect(runTo(Machine.alone(trace.machine, blind), trace, 9)).toEqual([0, 0]);
    expect(runTo(Machine.alone(trace.machine, direct), trace, 9)).toEqual([0, -1]);
  });
});
