/* SPDX-License-Identifier: GPL-2.0-only */
/* Locks of one CPU: taking one that is held never ends, giving back one that is not is a bug. */
#ifndef TRACEDIFF_SPINLOCK_H
#define TRACEDIFF_SPINLOCK_H

typedef union hyp_spinlock {
	u32 __val;
} hyp_spinlock_t;

#define __HYP_SPIN_LOCK_INITIALIZER { .__val = 0 }
#define __HYP_SPIN_LOCK_UNLOCKED ((hyp_spinlock_t)__HYP_SPIN_LOCK_INITIALIZER)
#define DEFINE_HYP_SPINLOCK(x) hyp_spinlock_t x = __HYP_SPIN_LOCK_UNLOCKED
#define hyp_spin_lock_init(l) do { *(l) = __HYP_SPIN_LOCK_UNLOCKED; } while (0)

/* Ends the operation as one that does not end. */
void tracediff_deadlock(void) __attribute__((__noreturn__));

static inline void hyp_spin_lock(hyp_spinlock_t *lock)
{
	if (lock->__val)
		tracediff_deadlock();
	lock->__val = 1;
}

static inline void hyp_spin_unlock(hyp_spinlock_t *lock)
{
	BUG_ON(!lock->__val);
	lock->__val = 0;
}

static inline bool hyp_spin_is_locked(hyp_spinlock_t *lock)
{
	return lock->__val;
}

/* Held or not is looked at whatever CONFIG_NVHE_EL2_DEBUG says, as the model does. */
static inline void hyp_assert_lock_held(hyp_spinlock_t *lock)
{
	BUG_ON(!lock->__val);
}

#endif /* TRACEDIFF_SPINLOCK_H */
