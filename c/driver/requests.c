// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the process is asked for: to boot a machine, to run a batch of
 * operations, to take back the latest ones. src/code/protocol.ts has the other
 * end of each.
 */
#define _GNU_SOURCE
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include "driver.h"

#define MOST_LIST (1 << 16)

/* Flags of a run. Every operation is undone once it was told. */
#define UNDO 1
/* What was read is told too. */
#define READS 2
/* With UNDO: compare all memory with how it was before the operation. */
#define CHECK 4
/* Sent before the batch in front of it was answered. */
#define AHEAD 8
/* Each operation starts from a state of its own, and not the first alone. */
#define EACH 16

/* A batch ends early once its answer has so many words, or the journal so many entries. */
#define MOST_OUT (1 << 20)
#define MOST_JOURNAL (1 << 22)

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

static void forget_machine(void)
{
	if (td.booted) {
		td_drop_memory();
		munmap(td.vm_of_page, td.nr_pages * sizeof(*td.vm_of_page));
		munmap(td.vcpu_of_page, td.nr_pages * sizeof(*td.vcpu_of_page));
		munmap(td.link_of_page, td.nr_pages);
		munmap(td.host_states, td.nr_pages);
		munmap(td.host_states_new, td.nr_pages);
		munmap(td.table_level, td.nr_pages);
		munmap(td.table_first, td.nr_pages * sizeof(*td.table_first));
	}
	td.nr_marked = 0;
	td.nr_journal = 0;
	td.nr_marks = 0;
	td.nr_reads = 0;
	td.last_region = 0;
	td.cut_short = 0;
	td.tables_known = 0;
	memset(td.known_vcpus, 0, sizeof(td.known_vcpus));
	td_restore_globals();
}

static void read_config(void)
{
	td_u32 i, first = 0;

	td.config.node_words = td_next();
	td.config.debug = td_next();
	td.limit = td_next() * 1000ULL / TD_TICK + 2;
	td.config.carveout = td_next_long();
	td.config.hpool_pages = td_next_long();
	td.config.host_s2_pages = td_next_long();
	td.config.nr_regions = td_next();
	for (i = 0; i < td.config.nr_regions; i++) {
		td.config.regions[i].pfn = td_next_long();
		td.config.regions[i].pages = td_next_long();
		td.config.regions[i].nomap = td_next();
		td.config.regions[i].first_page = first;
		first += td.config.regions[i].pages;
	}
	td.nr_pages = first;
}

static void boot(void)
{
	int value = 0, end;

	forget_machine();
	read_config();
	td.booted = 1;
	limit_memory(td.nr_pages);
	td.vm_of_page = td_map(td.nr_pages * sizeof(*td.vm_of_page));
	td.vcpu_of_page = td_map(td.nr_pages * sizeof(*td.vcpu_of_page));
	td.link_of_page = td_map(td.nr_pages);
	td.host_states = td_map(td.nr_pages);
	td.host_states_new = td_map(td.nr_pages);
	td.table_level = td_map(td.nr_pages);
	td.table_first = td_map(td.nr_pages * sizeof(*td.table_first));
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

/* How an argument is written: not at all, as a word, as two, as all ones. */
static td_u64 next_argument(td_u32 how)
{
	if (how == 0)
		return 0;
	if (how == 1)
		return td_next();
	return how == 2 ? td_next_long() : ~0ULL;
}

/* Reads an operation; whether there is room for its list. */
static int next_op(struct td_op *op)
{
	static td_u64 list[MOST_LIST] __attribute__((section("td_driver")));
	td_u32 i, head = td_next();

	op->code = head & 0xff;
	op->a = next_argument(head >> 8 & 3);
	op->b = next_argument(head >> 10 & 3);
	op->c = next_argument(head >> 12 & 3);
	op->d = next_argument(head >> 14 & 3);
	op->e = next_argument(head >> 16 & 3);
	op->f = next_argument(head >> 18 & 3);
	op->nr_list = head >> 20 & 1 ? td_next() : 0;
	for (i = 0; i < op->nr_list; i++)
		list[i % MOST_LIST] = td_next_long();
	op->list = list;
	return op->nr_list <= MOST_LIST;
}

static void undo(td_u32 begin)
{
	td_u32 nr = td.nr_journal - begin;

	td_undo(begin);
	if (td.vms_changed)
		td_mark_vms();
	td_host_states_undone(td.journal + begin, nr);
}

static void run_one(td_u32 flags, int unreachable)
{
	td_u32 begin = flags & UNDO ? 0 : td.nr_journal;
	int value = 0, ignored, end, signal, known;
	struct td_op op;

	known = next_op(&op);
	if (flags & CHECK)
		td_keep();
	if (flags & UNDO) {
		td.nr_journal = 0;
		td.nr_marks = 0;
	}
	td.nr_reads = 0;
	td.want_reads = flags & READS;
	if (!known || op.code >= TD_NR_CODES || !(td_supported >> op.code & 1))
		end = TD_UNSUPPORTED;
	else
		end = td_guarded(run_it, &op, &value);
	signal = td.signal;
	if (end != TD_UNSUPPORTED)
		td_guarded(tidy_it, &op, &ignored);
	td.end = end;
	td_put(end | td_locks() << 8 | !!unreachable << 16);
	td_put(end == TD_CRASHED ? signal : value);
	td_put_changes(begin);
	if (flags & READS)
		td_put_reads();
	/* Nothing runs after a panic but from another state: locks that were held are not. */
	if (flags & UNDO || end != TD_RETURNED)
		undo(begin);
	else
		td_mark(begin);
	if (flags & CHECK)
		td_put(td_differences());
}

/* Takes the words that the state is set to, if there are any; not 0 if that cannot be. */
static int set_words(void)
{
	td_u32 count = td_next();
	int ret = count ? td_set_words(count, td.in + td.at_in) : 0;

	td.at_in += 3 * count;
	return ret;
}

static void run(void)
{
	td_u32 flags = td_next(), nr_ops, i;
	size_t done_at = td.nr_out;
	int unreachable = 0;

	td_keep_marks(td_next());
	nr_ops = td_next();
	td_put(0);
	td_put(0);
	if (flags & AHEAD && td.cut_short)
		return;
	td.cut_short = 0;
	for (i = 0; i < nr_ops && !td.cut_short; i++) {
		if (i == 0 || flags & EACH)
			unreachable = set_words();
		run_one(flags, unreachable);
		td.out[done_at]++;
		td.out[done_at + 1] += td.end == TD_RETURNED;
		if (flags & UNDO)
			continue;
		td.cut_short = td.end != TD_RETURNED || td.nr_out > MOST_OUT ||
			       td.nr_journal > MOST_JOURNAL;
	}
}

/* Writes the answer to a request; not 0 if there is no such request. */
int td_answer(td_u32 request)
{
	switch (request) {
	case TD_BOOT:
		boot();
		return 0;
	case TD_RUN:
		run();
		return 0;
	case TD_REWIND:
		td_rewind(td_next());
		td.cut_short = 0;
		td_put(0);
		return 0;
	}
	return -1;
}
