/* SPDX-License-Identifier: GPL-2.0-only */
/* At EL2 of nVHE a failed WARN_ON() and a BUG_ON() end the hypervisor. */
#ifndef TRACEDIFF_BUG_H
#define TRACEDIFF_BUG_H

#define TRACEDIFF_WARN 1
#define TRACEDIFF_BUG 2
#define TRACEDIFF_FAULT 3

/* Leaves the operation that runs; its changes stay. */
void tracediff_panic(int kind) __attribute__((__noreturn__));

#define WARN_ON(condition) ({				\
	__typeof__(!!(condition)) warn_on = !!(condition);	\
	if (warn_on)					\
		tracediff_panic(TRACEDIFF_WARN);	\
	warn_on;					\
})
#define WARN_ON_ONCE(condition) WARN_ON(condition)
#define WARN(condition, ...) WARN_ON(condition)
#define WARN_ONCE(condition, ...) WARN_ON(condition)
#define BUG() tracediff_panic(TRACEDIFF_BUG)
#define BUG_ON(condition) do { if (condition) BUG(); } while (0)
#define hyp_panic() BUG()
#define panic(...) BUG()

#endif /* TRACEDIFF_BUG_H */
