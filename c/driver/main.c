// SPDX-License-Identifier: GPL-2.0-only
/*
 * The process: reads requests from one pipe, writes answers to another, both in
 * 32-bit words with their number in front. An operation that panics, faults,
 * does not end or crashes is left by a jump; the answer says which of these.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>
#include "driver.h"

enum request { BOOT = 1, RUN = 2 };
#define KEEP 0
#define UNDO 1
#define READS 2
/* With UNDO: compare all memory with how it was before the operation. */
#define CHECK 4

/* Microseconds between two looks at the clock. */
#define TICK 50000

void td_leave(int end)
{
	if (!td.running)
		_exit(72);
	td.end = end;
	siglongjmp(td.leave, 1);
}

void tracediff_panic(int kind)
{
	td_leave(kind);
}

void tracediff_deadlock(void)
{
	td_leave(TD_HUNG);
}

static void on_signal(int signal, siginfo_t *info, void *context)
{
	(void)info;
	(void)context;
	if (signal == SIGALRM) {
		td.ticks++;
		if (td.running && td.ticks > td.deadline)
			td_leave(TD_HUNG);
		return;
	}
	if (!td.running)
		_exit(73);
	td.signal = signal;
	/* An address that the hooks did not see: a jump to nowhere, the end of the stack. */
	td_leave(signal == SIGSEGV || signal == SIGBUS ? TD_FAULTED : TD_CRASHED);
}

static void catch_signals(void)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGALRM };
	struct sigaction action;
	struct itimerval clock = { { 0, TICK }, { 0, TICK } };
	stack_t stack = { .ss_sp = td_map(1 << 16), .ss_size = 1 << 16 };
	size_t i;

	sigaltstack(&stack, NULL);
	memset(&action, 0, sizeof(action));
	action.sa_sigaction = on_signal;
	action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESTART;
	for (i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		sigaction(signals[i], &action, NULL);
	setitimer(ITIMER_REAL, &clock, NULL);
}

static void write_all(int fd, const void *from, size_t size)
{
	while (size) {
		ssize_t done = write(fd, from, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			_exit(0);
		from = (const char *)from + done;
		size -= done;
	}
}

static void read_all(int fd, void *to, size_t size)
{
	while (size) {
		ssize_t done = read(fd, to, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			_exit(0);
		to = (char *)to + done;
		size -= done;
	}
}

static td_u32 next(void)
{
	if (td.at_in >= td.nr_in)
		_exit(74);
	return td.in[td.at_in++];
}

static td_u64 next_long(void)
{
	td_u64 low = next();

	return low | (td_u64)next() << 32;
}

/* Runs something that may be left; how it ended. */
int td_guarded(int (*run)(const void *), const void *with, int *value)
{
	char here;

	td.end = TD_RETURNED;
	td.signal = 0;
	td.deadline = td.ticks + td.limit;
	td.stack_high = (td_u64)&here + 256;
	if (!sigsetjmp(td.leave, 0)) {
		td.running = 1;
		td.armed = 1;
		*value = run(with);
	}
	td.armed = 0;
	td.running = 0;
	return td.end;
}

static int boot_it(const void *config)
{
	return td_boot(config);
}

static int run_it(const void *op)
{
	return td_run(op);
}

static int tidy_it(const void *op)
{
	return td_tidy(op);
}

/* Room for a machine of so many pages, and for what is noted of it. */
static void limit_memory(td_u64 pages)
{
	struct rlimit limit;

	getrlimit(RLIMIT_DATA, &limit);
	limit.rlim_cur = (pages << TD_PAGE_SHIFT) + pages * td_page_bytes + td.memory_limit;
	if (limit.rlim_cur > limit.rlim_max)
		limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_DATA, &limit);
}

static void boot(void)
{
	td_u32 i, first = 0;
	int value = 0, end;

	if (td.booted) {
		td_drop_memory();
		munmap(td.vm_of_page, td.nr_pages * 2);
		munmap(td.vcpu_of_page, td.nr_pages * 2);
		munmap(td.link_of_page, td.nr_pages);
		munmap(td.host_states, td.nr_pages);
		munmap(td.host_states_new, td.nr_pages);
	}
	td.nr_marked = 0;
	td.nr_journal = 0;
	td.nr_reads = 0;
	td.last_region = 0;
	memset(td.known_vcpus, 0, sizeof(td.known_vcpus));
	td_restore_globals();
	td.config.node_words = next();
	td.config.debug = next();
	td.limit = next() * 1000ULL / TICK + 2;
	td.config.carveout = next_long();
	td.config.hpool_pages = next_long();
	td.config.host_s2_pages = next_long();
	td.config.nr_regions = next();
	for (i = 0; i < td.config.nr_regions; i++) {
		td.config.regions[i].pfn = next_long();
		td.config.regions[i].pages = next_long();
		td.config.regions[i].nomap = next();
		td.config.regions[i].first_page = first;
		first += td.config.regions[i].pages;
	}
	td.nr_pages = first;
	td.booted = 1;
	limit_memory(first);
	td.vm_of_page = td_map(first * 2);
	td.vcpu_of_page = td_map(first * 2);
	td.link_of_page = td_map(first);
	td.host_states = td_map(first);
	td.host_states_new = td_map(first);
	if (td_make_memory()) {
		td_put(TD_CRASHED);
		td_put(0);
		td_put(0);
		return;
	}
	td.want_reads = 0;
	end = td_guarded(boot_it, &td.config, &value);
	td_put(end);
	td_put(value);
	td_put_changes(0);
	td.nr_journal = 0;
}

static void run_one(td_u32 flags)
{
	static td_u64 list[1 << 16] __attribute__((section("td_driver")));
	struct td_op op;
	int value = 0, ignored, end, signal;
	td_u32 i;

	op.code = next();
	op.a = next_long();
	op.b = next_long();
	op.c = next_long();
	op.d = next_long();
	op.e = next_long();
	op.f = next_long();
	op.nr_list = next();
	for (i = 0; i < op.nr_list; i++)
		list[i & 0xffff] = next_long();
	op.list = list;

	if (flags & CHECK)
		td_keep();
	td.nr_journal = 0;
	td.nr_reads = 0;
	td.want_reads = flags & READS;
	if (op.nr_list > 1 << 16 || op.code >= TD_NR_CODES || !(td_supported >> op.code & 1))
		end = TD_UNSUPPORTED;
	else
		end = td_guarded(run_it, &op, &value);
	signal = td.signal;
	if (end != TD_UNSUPPORTED)
		td_guarded(tidy_it, &op, &ignored);
	td.end = end;
	td_put(end);
	td_put(end == TD_CRASHED ? signal : value);
	td_put(td_locks());
	td_put_changes(0);
	if (flags & READS)
		td_put_reads();
	/* Nothing runs after a panic but from another state: locks that were held are not. */
	if (flags & UNDO || end != TD_RETURNED) {
		td_undo(0);
		td_mark_vms();
		if (td_host_state_in_ptes)
			td_host_states(td.host_states);
	}
	if (flags & CHECK)
		td_put(td_differences());
}

static void run(void)
{
	td_u32 flags = next(), nr_words = next(), nr_ops, i;

	td_put(td_set_words(nr_words, td.in + td.at_in));
	td.at_in += 3 * nr_words;
	nr_ops = next();
	for (i = 0; i < nr_ops; i++) {
		run_one(flags);
		if (td.end != TD_RETURNED && !(flags & UNDO))
			break;
	}
}

int main(int argc, char **argv)
{
	struct rlimit limit;
	struct rlimit files = { 0, 0 };
	int in, out;
	td_u32 size;

	if (argc != 4)
		return 64;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	in = open(argv[1], O_RDWR | O_CLOEXEC);
	out = open(argv[2], O_RDWR | O_CLOEXEC);
	if (in < 0 || out < 0)
		return 66;
	fcntl(in, F_SETPIPE_SZ, 1 << 20);
	fcntl(out, F_SETPIPE_SZ, 1 << 20);
	td_restore_globals();
	getrlimit(RLIMIT_STACK, &limit);
	td.stack_low = (td_u64)&limit - (limit.rlim_cur == RLIM_INFINITY ? 8 << 20 : limit.rlim_cur) + (64 << 10);
	td.memory_limit = strtoull(argv[3], NULL, 10) << 20;
	setrlimit(RLIMIT_CORE, &files);
	catch_signals();
	size = 0xc0de;
	write_all(out, &size, sizeof(size));
	for (;;) {
		read_all(in, &size, sizeof(size));
		if (size > td.max_in) {
			td_u32 *more = td_map(size * sizeof(*td.in) + 4096);

			if (td.in)
				munmap(td.in, td.max_in * sizeof(*td.in) + 4096);
			td.in = more;
			td.max_in = size;
		}
		read_all(in, td.in, size * sizeof(*td.in));
		td.nr_in = size;
		td.at_in = 0;
		td.nr_out = 0;
		td_put(0);
		switch (next()) {
		case BOOT:
			boot();
			break;
		case RUN:
			run();
			break;
		default:
			return 65;
		}
		td.out[0] = td.nr_out - 1;
		write_all(out, td.out, td.nr_out * sizeof(*td.out));
	}
}
