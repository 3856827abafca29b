// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's page states of a tree that keeps them in descriptors of the host's
 * stage 2, told as if they were in the vmemmap. A descriptor of the last level
 * is one page's; one of another level makes all of them be looked at again.
 */
#include <string.h>
#include "driver.h"

/* Called for each table while all of them are looked at; the table's first page of input. */
void td_note_table(int page, int level, td_u64 first)
{
	if (page < 0)
		return;
	td.table_level[page] = level;
	td.table_first[page] = first;
}

static void look_at_all(unsigned char *states)
{
	memset(td.table_level, 0, td.nr_pages);
	td_host_states(states);
	td.tables_known = 1;
}

/* After memory was put into another state. */
void td_all_host_states(void)
{
	if (td_host_state_in_ptes)
		look_at_all(td.host_states);
}

static void put_state(int page, unsigned char state)
{
	if (page < 0 || td.host_states[page] == state)
		return;
	td_put_record(TD_TAG(TD_PAGE, 2), page, state);
	td.host_states[page] = state;
}

/* The level of the table that a word of memory is in; 0 if it is in none. */
static int level_of(td_u64 at, int *page)
{
	if (at - TD_MEMORY >= 1ULL << 40)
		return 0;
	*page = td_page_index((at - TD_MEMORY) >> TD_PAGE_SHIFT);
	return *page < 0 ? 0 : td.table_level[*page];
}

/* One page, whose descriptor changed. */
static int state_of_entry(td_u64 at, int table, int *page)
{
	*page = td_page_index(td.table_first[table] + (at & (TD_PAGE_SIZE - 1)) / 8);
	return td_state_of(*(td_u64 *)at);
}

static int changed_above_last(td_u32 mark)
{
	td_u32 i;
	int page, level;

	for (i = mark; i < td.nr_journal; i++) {
		level = level_of(td.journal[i].at, &page);
		if (level && level != TD_LAST_LEVEL &&
		    *(td_u64 *)td.journal[i].at != td.journal[i].old)
			return 1;
	}
	return 0;
}

/* Tells the states of pages that stores since a mark in the journal changed. */
void td_put_host_states(td_u32 mark)
{
	td_u32 i;
	int page = 0, table = 0, state;

	if (!td_host_state_in_ptes)
		return;
	td.tables_changed = !td.tables_known || changed_above_last(mark);
	if (td.tables_changed) {
		look_at_all(td.host_states_new);
		for (i = 0; i < td.nr_pages; i++)
			put_state(i, td.host_states_new[i]);
		return;
	}
	for (i = mark; i < td.nr_journal; i++) {
		if (level_of(td.journal[i].at, &table) != TD_LAST_LEVEL)
			continue;
		state = state_of_entry(td.journal[i].at, table, &page);
		put_state(page, state);
	}
}

/* After what was told was undone: says nothing, and knows how it is. */
void td_host_states_undone(const struct td_store *undone, td_u32 nr)
{
	td_u32 i;
	int page = 0, table = 0, state;

	if (!td_host_state_in_ptes)
		return;
	if (td.tables_changed) {
		td_all_host_states();
		return;
	}
	for (i = 0; i < nr; i++) {
		if (level_of(undone[i].at, &table) != TD_LAST_LEVEL)
			continue;
		state = state_of_entry(undone[i].at, table, &page);
		if (page >= 0)
			td.host_states[page] = state;
	}
}
