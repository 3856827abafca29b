/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the driver share. */
#ifndef TRACEDIFF_DRIVER_H
#define TRACEDIFF_DRIVER_H

#include <setjmp.h>
#include <stddef.h>
#include "machine.h"

struct td_store {
	td_u64 at, old;
};

struct td_load {
	td_u64 at, size;
};

struct td_seen {
	td_u64 at;
	td_u32 round;
};

/* All that the driver keeps; code under test cannot reach it without a data abort. */
struct td_driver {
	struct td_config config;
	td_u32 last_region;
	int armed, want_reads, booted;
	td_u64 stack_low, stack_high;
	td_u64 image_start, data_start, data_size, own_start, own_size;
	sigjmp_buf leave;
	int running;
	int end;
	int signal;

	struct td_store *journal;
	td_u32 nr_journal, max_journal;
	/* Where operations that can be taken back begin in the journal. */
	td_u32 *marks;
	td_u32 nr_marks, max_marks;
	struct td_seen *seen;
	td_u32 nr_seen, round;
	struct td_load *reads;
	td_u32 nr_reads, max_reads;

	/* All memory as it was, while undoing is checked. */
	unsigned char *kept;
	size_t kept_size;
	td_u32 nr_different;
	/* The words that a state is set to. */
	const td_u32 *words;
	td_u32 nr_words;
	/* Words out, words in. */
	td_u32 *out;
	size_t nr_out, max_out;
	td_u32 *in;
	size_t nr_in, at_in, max_in;

	/* The globals of the tree and the glue as the program was started. */
	unsigned char *first_data;
	/* By page index: 0, or 1 + slot of the VM whose state lies there; its vCPU + 1. */
	td_u32 nr_pages;
	unsigned short *vm_of_page;
	unsigned short *vcpu_of_page;
	/* By page index: is it in a memcache? */
	unsigned char *link_of_page;
	td_u32 *marked;
	td_u32 nr_marked, max_marked;
	td_u32 known_vcpus[TD_MAX_PVMS];
	/* Where host states are kept in descriptors: by page index, what was last told. */
	unsigned char *host_states;
	unsigned char *host_states_new;
	/* By page index: the level of the host's table that it is, and the first page that maps. */
	unsigned char *table_level;
	td_u64 *table_first;
	/* What the operation that was told last changed. */
	int vms_changed, tables_changed;
	/* Were all tables looked at since boot? */
	int tables_known;
	/* The last batch was cut short: what was sent for after it is not run. */
	int cut_short;

	/* What runs, counted; which of these the clock looked at last, since when, how often. */
	volatile td_u64 nr_guarded;
	td_u64 looked_at, since, ticks;
	/* Ticks that it may take. */
	td_u64 limit;
	/* Bytes that may be used beside the machine's own memory. */
	td_u64 memory_limit;
};
extern struct td_driver td;

/* Microseconds between two looks at the clock. */
#define TD_TICK 50000

/* main.c */
void td_leave(int end) __attribute__((__noreturn__));
int td_guarded(int (*run)(const void *), const void *with, int *value);
td_u32 td_next(void);
td_u64 td_next_long(void);

/* requests.c */
enum td_request { TD_BOOT = 1, TD_RUN = 2, TD_REWIND = 3 };
int td_answer(td_u32 request);

/* memory.c */
void *td_map(size_t size);
void *td_grown(void *from, size_t used, size_t size);
int td_make_memory(void);
void td_drop_memory(void);
void td_restore_globals(void);
int td_is_scratch(td_u64 at);
void td_keep(void);
td_u32 td_differences(void);
td_u64 td_page_address(td_u32 page);

/* journal.c */
void td_grow_journal(void);
void td_undo(td_u32 mark);
void td_mark(td_u32 begin);
void td_keep_marks(td_u32 keep);
void td_rewind(td_u32 operations);
td_u32 td_distinct(struct td_store *stores, td_u32 nr);

/* view.c */
void td_put(td_u32 word);
void td_put_record(td_u32 tag, td_u32 where, td_u32 value);
void td_put_changes(td_u32 mark);

/* reads.c */
void td_grow_reads(void);
void td_put_reads(void);

/* vms.c */
void td_mark_vms(void);

/* host_states.c */
void td_all_host_states(void);
void td_put_host_states(td_u32 mark);
void td_host_states_undone(const struct td_store *undone, td_u32 nr);

/* set.c */
int td_set_words(td_u32 count, const td_u32 *records);

#endif /* TRACEDIFF_DRIVER_H */
