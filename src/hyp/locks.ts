// SPDX-License-Identifier: GPL-2.0-only
/**
 * Which locks are held. One CPU never waits for one, so a lock is a bit: taking it twice, or giving
 * back what is not held, would be a deadlock or worse on hardware and is a bug of the code under
 * test. A panic leaves the bits as they were.
 */

/** host_mmu.lock */
export const HOST_LOCK = 1;
/** pkvm_pgd_lock */
export const HYP_LOCK = 2;
/** the lock of the VM at work */
export const GUEST_LOCK = 4;
/** vm_table_lock */
export const VM_TABLE_LOCK = 8;

const LOCK_NAMES: readonly (readonly [number, string])[] = [
  [HOST_LOCK, 'host_mmu.lock'],
  [HYP_LOCK, 'pkvm_pgd_lock'],
  [GUEST_LOCK, 'vm->lock'],
  [VM_TABLE_LOCK, 'vm_table_lock'],
];

/** Names of the locks in a set, `none` for none. */
export function lockNames(held: number): string {
  const names = LOCK_NAMES.filter(([bit]) => held & bit).map(([, name]) => name);
  return names.length > 0 ? names.join(', ') : 'none';
}

export class Locks {
  held = 0;

  host_lock_component(): void {
    this.take(HOST_LOCK);
  }

  host_unlock_component(): void {
    this.release(HOST_LOCK);
  }

  hyp_lock_component(): void {
    this.take(HYP_LOCK);
  }

  hyp_unlock_component(): void {
    this.release(HYP_LOCK);
  }

  guest_lock_component(): void {
    this.take(GUEST_LOCK);
  }

  guest_unlock_component(): void {
    this.release(GUEST_LOCK);
  }

  vmTableLock(): void {
    this.take(VM_TABLE_LOCK);
  }

  vmTableUnlock(): void {
    this.release(VM_TABLE_LOCK);
  }

  assertHeld(lock: number): void {
    if ((this.held & lock) !== lock) throw new LockError(`${lockNames(lock)} is not held`);
  }

  private take(lock: number): void {
    if (this.held & lock) throw new LockError(`${lockNames(lock)} is taken twice`);
    this.held |= lock;
  }

  private release(lock: number): void {
    this.assertHeld(lock);
    this.held &= ~lock;
  }
}

/** A bug of the code under test or of the model, not an outcome. */
export class LockError extends Error {}
