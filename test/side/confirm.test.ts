// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { findImplementation } from '../../src/implementations.js';
import { compileOp } from '../../src/ops/index.js';
import { confirm } from '../../src/side/confirm.js';
import { MachineSide } from '../../src/side/machine_side.js';
import type { Side } from '../../src/side/side.js';
import { DEFAULT_MACHINE, type Trace, type TraceOp } from '../../src/trace/index.js';

/** share_ffa, then unshare_hyp: before the fix of Nov 2024 a WARN, since then -EPERM. */
const NOV_2024: readonly TraceOp[] = [
  { op: '__pkvm_host_share_ffa', pfn: '0x40100', nr_pages: 1 },
  { op: '__pkvm_host_unshare_hyp', pfn: '0x40100' },
];

function traceOf(source: readonly TraceOp[]): Trace {
  return {
    name: 'nov-2024',
    description: undefined,
    machine: DEFAULT_MACHINE,
    ops: source.map(compileOp),
    expects: source.map(() => undefined),
    source,
    constructed: false,
    file: 'nov-2024.json',
    line: 1,
  };
}

function side(name: string): MachineSide {
  const implementation = findImplementation(name);
  if (!implementation) throw new Error(name);
  return new MachineSide(implementation);
}

const before = side('legacy-before-fix');
const after = side('direct');
const trace = traceOf(NOV_2024);

describe('a difference', () => {
  it('is confirmed on a side that does what the first implementation does', async () => {
    const found = await confirm(trace, 1, before, after, side('legacy-before-fix'));
    expect(found).toEqual({ kind: 'confirmed', outcome: 'WARN' });
  });

  it('is not confirmed on a side that does what the second does', async () => {
    const found = await confirm(trace, 1, before, after, side('legacy'));
    expect(found).toEqual({ kind: 'not confirmed', outcome: '-EPERM', like: 'second' });
  });

  it('is not tried where the side cannot run the trace, with the reason', async () => {
    const placeless: Side = {
      ...before,
      place: () => ({ notCompared: 'no such memory' }),
    } as unknown as Side;
    const found = await confirm(trace, 1, before, after, placeless);
    expect(found).toEqual({ kind: 'not tried', reason: 'no such memory' });
  });

  it('is not tried where the side stops before the operation', async () => {
    const stopping = {
      run: async () => ({ steps: [], stopped: 'the kernel has no __pkvm_host_share_ffa' }),
    } as unknown as Side;
    const found = await confirm(trace, 1, before, after, stopping);
    const reason = 'the kernel has no __pkvm_host_share_ffa';
    expect(found).toEqual({ kind: 'not tried', reason });
  });
});
