// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { replayTrace } from '../../src/compare/replay.js';
import { direct } from '../../src/direct/index.js';
import { legacy } from '../../src/legacy/index.js';
import { BUSY, EARLY_PANIC, traceOf } from '../support/pairs.js';

/** `op: kind`, of what follows from another `op: kind <- op of its cause`. */
function causes(ops: object[], first = legacy, second = direct): string[] {
  const { divergences } = replayTrace(traceOf(ops), first, second, { level: 'exact' });
  return divergences.map(({ opIndex, kind, cause }) => {
    const from = cause === undefined ? '' : ` <- ${divergences[cause].opIndex}`;
    return `${opIndex}: ${kind}${from}`;
  });
}

const share = (pfn: string, expected?: unknown) => ({
  op: '__pkvm_host_share_hyp',
  pfn,
  ...(expected === undefined ? {} : { expect: expected }),
});
const unshare = (pfn: string, expected: unknown) => ({
  op: '__pkvm_host_unshare_hyp',
  pfn,
  expect: expected,
});

/** A page of hyp's own: the host cannot share it. */
const HYPS = '0x40e30';

describe('an unmet expectation', () => {
  it('leaves what is about the same VM, its vCPU and its pages in doubt', () => {
    const ops = [
      share(HYPS, 0),
      {
        op: '__pkvm_init_vm',
        host_kvm: '0x40e30000',
        nr_vcpus: 1,
        vm: '0x40302000',
        pgd: '0x40304000',
        expect: 4096,
      },
      share('0x40306', 0),
      {
        op: '__pkvm_init_vcpu',
        vm: 4096,
        host_vcpu: '0x40306000',
        vcpu_idx: 0,
        vcpu: '0x40308000',
        expect: 0,
      },
      { op: '__pkvm_vcpu_load', vm: 4096, vcpu_idx: 0, expect: 0 },
      { op: '__pkvm_host_share_guest', pfn: '0x40100', gfn: 0, prot: 7, expect: 0 },
      { op: '__pkvm_host_unshare_guest', vm: 4096, gfn: 0, expect: 0 },
      { op: '__pkvm_vcpu_put', expect: 0 },
      { op: '__pkvm_teardown_vm', vm: 4096, expect: 0 },
    ];
    expect(causes(ops)).toEqual([
      '0: expectation',
      ...[1, 3, 5, 6, 8].map((op) => `${op}: expectation <- 0`),
    ]);
  });

  it('is a cause of its own where it is about something else', () => {
    const ops = [share(HYPS, 0), share('0x40100', '-EPERM'), unshare(HYPS, 0)];
    expect(causes(ops)).toEqual(['0: expectation', '1: expectation', '2: expectation <- 0']);
  });

  it('is one where it still happens without the operation that went through', () => {
    const ops = [share('0x40100', '-EPERM'), share('0x40100', '-EBUSY'), unshare('0x40100', -1)];
    // Without operation 0 the second share is the first and goes through, not -EPERM; the host
    // takes the page back all the same.
    expect(causes(ops)).toEqual(['0: expectation', '1: expectation <- 0', '2: expectation']);
    const still = [share('0x40100', '-EPERM'), unshare('0x40100', 0), share('0x40100', '-EBUSY')];
    expect(causes(still)).toEqual(['0: expectation', '2: expectation']);
  });

  it('leaves nothing in doubt that was as somebody expects it', () => {
    const ffa = (op: string, pfn: string, pages: number, expected?: number | string) => ({
      op,
      pfn,
      nr_pages: pages,
      ...(expected === undefined ? {} : { expect: expected }),
    });
    const over = (expected?: number | string) => [
      share('0x40100', 'WARN'),
      ffa('__pkvm_host_share_ffa', '0x40100', 2, expected),
      ffa('__pkvm_host_share_ffa', '0x40101', 1, 'WARN'),
    ];
    expect(causes(over())).toEqual(['0: expectation', '2: expectation <- 0']);
    expect(causes(over('-EPERM'))).toEqual(['0: expectation', '2: expectation']);
  });

  it('of long ranges is found by any page in them', () => {
    const donate = (pfn: string, pages: number, expected: unknown) => ({
      op: '__pkvm_host_donate_hyp',
      pfn,
      nr_pages: pages,
      expect: expected,
    });
    const ops = [donate('0x40e00', 512, 0), share('0x40f00', 0), share('0x41100', 0)];
    expect(causes(ops)).toEqual(['0: expectation', '1: expectation <- 0', '2: expectation']);
    const long = [share('0x40f00', 0), donate('0x40e80', 256, 0)];
    expect(causes(long)).toEqual(['0: expectation', '1: expectation <- 0']);
  });
});

describe('a difference between the sides', () => {
  const shareFfa = { op: '__pkvm_host_share_ffa', pfn: '0x40100', nr_pages: 1 };
  const unshareFfa = { op: '__pkvm_host_unshare_ffa', pfn: '0x40100', nr_pages: 1 };

  it('is always a cause, whatever went wrong before', () => {
    const ops = [{ ...unshareFfa, expect: 0 }, shareFfa, unshareFfa, shareFfa];
    expect(causes(ops, direct, BUSY)).toEqual(['0: expectation', '1: outcome', '3: outcome']);
  });

  it('is the cause of what only the second side misses of it, then and later', () => {
    const ops = [
      { ...shareFfa, expect: 0 },
      { ...unshareFfa, expect: { direct: 0, busy: '-EPERM' } },
      { ...share('0x40200'), expect: { busy: 'WARN' } },
    ];
    expect(causes(ops, direct, BUSY)).toEqual([
      '0: outcome',
      '0: expectation <- 0',
      '1: expectation <- 0',
      '2: expectation',
    ]);
  });

  it('is not the cause of what the first side misses', () => {
    const ops = [shareFfa, { ...unshareFfa, expect: 'WARN' }];
    expect(causes(ops, direct, BUSY)).toEqual(['0: outcome', '1: expectation']);
  });

  it('is the cause of what the second misses after the end of the first', () => {
    const ops = [
      shareFfa,
      { ...unshareFfa, expect: '-EBUSY' },
      { ...share('0x40200'), expect: -1 },
    ];
    expect(causes(ops, EARLY_PANIC, direct)).toEqual([
      '0: outcome',
      '1: expectation <- 0',
      '2: expectation',
    ]);
  });
});
