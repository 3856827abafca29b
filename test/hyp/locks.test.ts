// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { LockError, Locks, lockNames } from '../../src/hyp/locks.js';

describe('Locks', () => {
  const pairs = [
    ['host_lock_component', 'host_unlock_component', 1, 'host_mmu.lock'],
    ['hyp_lock_component', 'hyp_unlock_component', 2, 'pkvm_pgd_lock'],
    ['guest_lock_component', 'guest_unlock_component', 4, 'vm->lock'],
    ['vmTableLock', 'vmTableUnlock', 8, 'vm_table_lock'],
  ] as const;

  it.each(pairs)('%s and %s take and give back one lock', (lock, unlock, bit, name) => {
    const locks = new Locks();
    expect(() => locks.assertHeld(bit)).toThrow(new LockError(`${name} is not held`));
    locks[lock]();
    expect(locks.held).toBe(bit);
    expect(() => locks.assertHeld(bit)).not.toThrow();
    expect(() => locks[lock]()).toThrow(new LockError(`${name} is taken twice`));
    locks[unlock]();
    expect(locks.held).toBe(0);
    expect(() => locks[unlock]()).toThrow(new LockError(`${name} is not held`));
  });

  it('are independent of each other', () => {
    const locks = new Locks();
    for (const [lock] of pairs) locks[lock]();
    expect(locks.held).toBe(15);
    locks.hyp_unlock_component();
    expect(locks.held).toBe(13);
  });
});

describe('lockNames', () => {
  it('names the locks of a set', () => {
    expect(lockNames(0)).toBe('none');
    expect(lockNames(3)).toBe('host_mmu.lock, pkvm_pgd_lock');
    expect(lockNames(12)).toBe('vm->lock, vm_table_lock');
  });
});
