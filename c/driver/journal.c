// SPDX-License-Identifier: GPL-2.0-only
/*
 * The journal: what stores overwrote, oldest first, and where each operation
 * that can still be taken back begins in it.
 */
#include <string.h>
#include <sys/mman.h>
#include "driver.h"

void td_grow_journal(void)
{
	size_t used = td.max_journal * sizeof(*td.journal);

	td.journal = td_grown(td.journal, used, used ? 4 * used : 1 << 20);
	td.max_journal = (used ? 4 * used : 1 << 20) / sizeof(*td.journal);
}

/* Plays the journal back, latest first, until so many entries are left. */
void td_undo(td_u32 mark)
{
	while (td.nr_journal > mark) {
		td.nr_journal--;
		*(td_u64 *)td.journal[td.nr_journal].at = td.journal[td.nr_journal].old;
	}
}

/* An operation that began here in the journal can be taken back. */
void td_mark(td_u32 begin)
{
	if (td.nr_marks == td.max_marks) {
		size_t used = td.max_marks * sizeof(*td.marks);
		size_t size = used ? 2 * used : 1 << 16;

		td.marks = td_grown(td.marks, used, size);
		td.max_marks = size / sizeof(*td.marks);
	}
	td.marks[td.nr_marks++] = begin;
}

/* Only the latest operations can be taken back from now on. */
void td_keep_marks(td_u32 keep)
{
	td_u32 i, first, from;

	if (keep >= td.nr_marks)
		return;
	first = td.nr_marks - keep;
	from = keep ? td.marks[first] : td.nr_journal;
	memmove(td.journal, td.journal + from, (td.nr_journal - from) * sizeof(*td.journal));
	td.nr_journal -= from;
	for (i = 0; i < keep; i++)
		td.marks[i] = td.marks[first + i] - from;
	td.nr_marks = keep;
}

/* Takes back the latest operations. */
void td_rewind(td_u32 operations)
{
	if (!operations || operations > td.nr_marks)
		return;
	td.nr_marks -= operations;
	td_undo(td.marks[td.nr_marks]);
	td_mark_vms();
	td_all_host_states();
}

/* Words seen so far, by their hash; a slot of another round is free. */
static struct td_seen *seen_table(td_u32 nr)
{
	td_u32 size = td.nr_seen ? td.nr_seen : 256;

	while (size < 2 * nr)
		size *= 2;
	if (size != td.nr_seen) {
		if (td.seen)
			munmap(td.seen, td.nr_seen * sizeof(*td.seen));
		td.seen = td_map(size * sizeof(*td.seen));
		td.nr_seen = size;
		td.round = 0;
	}
	if (!++td.round) {
		memset(td.seen, 0, size * sizeof(*td.seen));
		td.round = 1;
	}
	return td.seen;
}

/* Leaves one entry a word, the oldest. */
td_u32 td_distinct(struct td_store *stores, td_u32 nr)
{
	struct td_seen *seen = seen_table(nr);
	td_u32 i, slot, kept = 0, mask = td.nr_seen - 1;

	for (i = 0; i < nr; i++) {
		struct td_store one = stores[i];

		slot = (one.at >> 3) * 0x9e3779b97f4a7c15ULL >> 32 & mask;
		while (seen[slot].round == td.round && seen[slot].at != one.at)
			slot = (slot + 1) & mask;
		if (seen[slot].round == td.round)
			continue;
		seen[slot].round = td.round;
		seen[slot].at = one.at;
		stores[kept++] = one;
	}
	return kept;
}
