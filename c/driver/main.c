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
#include <time.h>
#include <unistd.h>
#include "driver.h"

/* How many times as long as an operation may run it may wait. */
#define WAITS 20

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

static td_u64 cpu_ticks(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (time.tv_sec * 1000000ULL + time.tv_nsec / 1000) / TD_TICK;
}

/*
 * Time is the processor's, so that a busy computer ends nothing; an operation
 * that waits for something is ended by the clock on the wall, a while later.
 */
static void look_at_clock(void)
{
	if (!td.running)
		return;
	if (td.looked_at != td.nr_guarded) {
		td.looked_at = td.nr_guarded;
		td.since = cpu_ticks();
		td.ticks = 0;
		return;
	}
	if (cpu_ticks() - td.since > td.limit || ++td.ticks > WAITS * td.limit)
		td_leave(TD_HUNG);
}

static void on_signal(int signal, siginfo_t *info, void *context)
{
	(void)info;
	(void)context;
	if (signal == SIGALRM) {
		look_at_clock();
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
	struct itimerval clock = { { 0, TD_TICK }, { 0, TD_TICK } };
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

td_u32 td_next(void)
{
	if (td.at_in >= td.nr_in)
		_exit(74);
	return td.in[td.at_in++];
}

td_u64 td_next_long(void)
{
	td_u64 low = td_next();

	return low | (td_u64)td_next() << 32;
}

/* Runs something that may be left; how it ended. */
int td_guarded(int (*run)(const void *), const void *with, int *value)
{
	char here;

	td.end = TD_RETURNED;
	td.signal = 0;
	td.nr_guarded++;
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

int main(int argc, char **argv)
{
	struct rlimit limit;
	struct rlimit files = { 0, 0 };
	td_u32 hello[2] = { 0xc0de, 0 }, size;
	int in, out;

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
	hello[1] = fcntl(in, F_GETPIPE_SZ);
	write_all(out, hello, sizeof(hello));
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
		if (td_answer(td_next()))
			return 65;
		td.out[0] = td.nr_out - 1;
		write_all(out, td.out, td.nr_out * sizeof(*td.out));
	}
}
