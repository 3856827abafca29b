// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { bucketKey, bucketText } from '../../src/compare/bucket.js';
import type { Column, Divergence, DivergenceKind } from '../../src/compare/divergence.js';

function bucket(kind: DivergenceKind, columns: readonly Column[]): string {
  const outcomes = ['WARN', 'WARN'] as const;
  const divergence = { op: '__pkvm_host_donate_hyp', kind, outcomes, columns } as Divergence;
  return bucketText(bucketKey(divergence, false, false));
}

describe('a bucket', () => {
  it('names operation, kind, outcomes, columns, debug and where the trace comes from', () => {
    expect(bucket('state', ['free_list', 'host_s2'])).toBe(
      '__pkvm_host_donate_hyp: state WARN | WARN; free_list, host_s2; debug off; reachable',
    );
  });

  it('is the same after a panic, however far the allocator got', () => {
    const owners = bucket('state-at-panic', ['host_s2', 'host_state']);
    expect(bucket('state-at-panic', ['free_list', 'host_s2', 'host_state', 'refcount'])).toBe(
      owners,
    );
    expect(bucket('state-at-panic', ['host_s2', 'host_state', 'order'])).toBe(owners);
    expect(bucket('state-at-panic', ['free_list', 'hyp_s1'])).not.toBe(owners);
  });

  it('tells what the allocator keeps where nothing else differs', () => {
    expect(bucket('state-at-panic', ['order', 'refcount'])).toContain('; order, refcount;');
  });
});
