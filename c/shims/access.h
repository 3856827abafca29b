/* SPDX-License-Identifier: GPL-2.0-only */
/* Accesses, barriers and per-CPU variables of a machine with one CPU. */
#ifndef TRACEDIFF_ACCESS_H
#define TRACEDIFF_ACCESS_H

#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value) (*(volatile __typeof__(x) *)&(x) = (value))
#define smp_load_acquire(p) READ_ONCE(*(p))
#define smp_store_release(p, value) WRITE_ONCE(*(p), value)
#define smp_mb() do { } while (0)
#define smp_wmb() do { } while (0)
#define smp_rmb() do { } while (0)
#define barrier() do { } while (0)

#define cmpxchg(p, before, after) ({			\
	__typeof__(*(p)) cmpxchg_seen = *(p);		\
	if (cmpxchg_seen == (before))			\
		*(p) = (after);				\
	cmpxchg_seen;					\
})
#define xchg(p, value) ({				\
	__typeof__(*(p)) xchg_seen = *(p);		\
	*(p) = (value);					\
	xchg_seen;					\
})

typedef struct { int counter; } atomic_t;
typedef struct { s64 counter; } atomic64_t;
typedef struct { atomic_t refs; } refcount_t;
#define atomic_set(v, i) ((v)->counter = (i))
#define atomic_read(v) ((v)->counter)
#define atomic64_set(v, i) ((v)->counter = (i))
#define atomic64_read(v) ((v)->counter)

#define DECLARE_PER_CPU(type, name) extern type name
#define DEFINE_PER_CPU(type, name) type name
#define this_cpu_ptr(p) (p)
#define per_cpu_ptr(p, cpu) (p)
#define __this_cpu_read(x) (x)
#define __this_cpu_write(x, value) ((x) = (value))
#define this_cpu_read(x) (x)
#define this_cpu_write(x, value) ((x) = (value))

#define dsb(option) do { } while (0)
#define dmb(option) do { } while (0)
#define isb() do { } while (0)

#endif /* TRACEDIFF_ACCESS_H */
