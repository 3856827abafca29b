// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { confirmationLines } from '../../src/report/confirmation_text.js';
import type { Bucket } from '../../src/result/index.js';

type Confirmation = NonNullable<Bucket['confirmations']>[number];

const KERNEL = { side: 'real:a', kernel: 'Linux 6.12.117 under QEMU 7.2' } as const;

function bucketWith(...confirmations: Confirmation[]): Bucket {
  return { pair: { first: 'legacy', second: 'direct' }, confirmations } as unknown as Bucket;
}

describe('confirmationLines', () => {
  it('say whose part a kernel takes, and what happened on it', () => {
    const lines = (answer: Omit<Confirmation, 'side' | 'kernel'>) =>
      confirmationLines([bucketWith({ ...KERNEL, ...answer })]);
    expect(lines({ kind: 'confirmed', outcome: 'WARN' })).toEqual([
      'confirmed on Linux 6.12.117 under QEMU 7.2: WARN, as legacy',
    ]);
    expect(lines({ kind: 'not confirmed', outcome: '0', like: 'second' })).toEqual([
      'not confirmed on Linux 6.12.117 under QEMU 7.2: 0, as direct',
    ]);
    expect(lines({ kind: 'not confirmed', outcome: '-EINVAL', like: 'neither' })).toEqual([
      'not confirmed on Linux 6.12.117 under QEMU 7.2: -EINVAL, as neither of the two',
    ]);
    expect(lines({ kind: 'not tried', reason: 'no such memory' })).toEqual([
      'not tried on Linux 6.12.117 under QEMU 7.2: no such memory',
    ]);
  });

  it('of several buckets tell what was seen before what was not asked, once a kernel', () => {
    const untried = bucketWith({ ...KERNEL, kind: 'not tried', reason: 'debug' });
    const seen = bucketWith({ ...KERNEL, kind: 'confirmed', outcome: 'WARN' });
    for (const buckets of [
      [untried, seen],
      [seen, untried],
    ]) {
      expect(confirmationLines(buckets)).toEqual([
        'confirmed on Linux 6.12.117 under QEMU 7.2: WARN, as legacy',
      ]);
    }
  });

  it('are none where nobody was asked', () => {
    expect(confirmationLines([bucketWith()])).toEqual([]);
  });
});
