// SPDX-License-Identifier: GPL-2.0-only
/** A side that cannot run an operation: what is left of the trace is not compared. */
import { expect, it } from 'vitest';
import { replayTrace } from '../../src/compare/replay.js';
import { Machine } from '../../src/hyp/machine.js';
import { NotComparable } from '../../src/hyp/not_comparable.js';
import { type Op, OpCode } from '../../src/hyp/op.js';
import type { Implementation } from '../../src/hyp/transitions.js';
import { findImplementation } from '../../src/implementations.js';
import { documentOf, parsed } from '../trace/helpers.js';

const DIRECT = findImplementation('direct') as Implementation;

class WithoutFfa extends Machine {
  override run(op: Op): number {
    if (op.code === OpCode.__pkvm_host_share_ffa) throw new NotComparable('no FF-A');
    return super.run(op);
  }
}

const OLDER: Implementation = {
  ...DIRECT,
  name: 'older',
  machine: (layout, spare) => new WithoutFfa(layout, DIRECT, spare),
};

const share = { op: '__pkvm_host_share_hyp', pfn: '0x40100' };
const ffa = { op: '__pkvm_host_share_ffa', pfn: '0x40200', nr_pages: 1 };

it.each([
  ['first', OLDER, DIRECT],
  ['second', DIRECT, OLDER],
] as const)('where it is the %s', (_which, first, second) => {
  const trace = parsed(documentOf([share, ffa, share, share]));
  const result = replayTrace(trace, first, second, { level: 'exact' });
  expect([result.compared, result.notCompared]).toEqual([1, 3]);
  expect([...(result.reasons ?? [])]).toEqual([['no FF-A', 3]]);
  expect(result.divergences).toEqual([]);
});
