// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine's memory at the addresses that the hypervisor sees it at, its
 * vmemmap, and going back to how they were. Everything that this program keeps
 * for itself is in td or mapped by td_map().
 */
#define _GNU_SOURCE
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "driver.h"

struct td_driver td __attribute__((section("td_driver")));

extern char __executable_start[], __data_start[], _end[];
extern struct td_driver __start_td_driver[], __stop_td_driver[];

/* So that there is one, whatever the glue has. */
static td_u64 scratch TD_SCRATCH __attribute__((used));
extern td_u64 __start_td_scratch[], __stop_td_scratch[];

int td_is_scratch(td_u64 at)
{
	return at - (td_u64)__start_td_scratch <
	       (td_u64)__stop_td_scratch - (td_u64)__start_td_scratch;
}

void *td_map(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		_exit(71);
	return at;
}

void *td_grown(void *from, size_t used, size_t size)
{
	void *to = td_map(size);

	if (from) {
		memcpy(to, from, used);
		munmap(from, used);
	}
	return to;
}

/* Globals: as the program was loaded, but for the driver's own. */
void td_restore_globals(void)
{
	unsigned char *start = (unsigned char *)__data_start;
	size_t before = (char *)__start_td_driver - __data_start;
	size_t own = (char *)__stop_td_driver - (char *)__start_td_driver;

	if (!td.first_data) {
		td.image_start = (td_u64)__executable_start;
		td.data_start = (td_u64)__data_start;
		td.data_size = _end - __data_start;
		td.own_start = (td_u64)__start_td_driver;
		td.own_size = own;
		td.first_data = td_map(td.data_size);
		memcpy(td.first_data, start, td.data_size);
		return;
	}
	memcpy(start, td.first_data, before);
	memcpy(start + before + own, td.first_data + before + own,
	       td.data_size - before - own);
}

static int map_at(td_u64 at, td_u64 end)
{
	void *got;

	at &= ~(TD_PAGE_SIZE - 1);
	end = (end + TD_PAGE_SIZE - 1) & ~(TD_PAGE_SIZE - 1);
	got = mmap((void *)at, end - at, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
	return got == (void *)at ? 0 : -1;
}

void td_drop_memory(void)
{
	td_u32 i;

	for (i = 0; i < td.config.nr_regions; i++) {
		const struct td_region *region = &td.config.regions[i];
		td_u64 first = TD_VMEMMAP + region->pfn * td_page_bytes;
		td_u64 end = first + region->pages * td_page_bytes;

		munmap((void *)(TD_MEMORY + (region->pfn << TD_PAGE_SHIFT)),
		       region->pages << TD_PAGE_SHIFT);
		first &= ~(TD_PAGE_SIZE - 1);
		munmap((void *)first, end - first);
	}
}

/* Makes the memory of td.config, all of it zero, and nothing of the one before. */
int td_make_memory(void)
{
	td_u64 mapped = 0;
	td_u32 i;

	for (i = 0; i < td.config.nr_regions; i++) {
		const struct td_region *region = &td.config.regions[i];
		td_u64 at = TD_MEMORY + (region->pfn << TD_PAGE_SHIFT);
		td_u64 entry = TD_VMEMMAP + region->pfn * td_page_bytes;
		td_u64 end = entry + region->pages * td_page_bytes;

		if (map_at(at, at + (region->pages << TD_PAGE_SHIFT)))
			return -1;
		if (entry < mapped)
			entry = mapped;
		if (entry < end && map_at(entry, end))
			return -1;
		mapped = (end + TD_PAGE_SIZE - 1) & ~(TD_PAGE_SIZE - 1);
	}
	return 0;
}

/* Calls something for each piece of memory that an operation can change. */
static size_t each_piece(size_t (*call)(unsigned char *at, size_t size, size_t before))
{
	size_t done = 0;
	td_u32 i;

	for (i = 0; i < td.config.nr_regions; i++) {
		const struct td_region *region = &td.config.regions[i];

		done += call((void *)(TD_MEMORY + (region->pfn << TD_PAGE_SHIFT)),
			     region->pages << TD_PAGE_SHIFT, done);
		done += call((void *)(TD_VMEMMAP + region->pfn * td_page_bytes),
			     region->pages * td_page_bytes, done);
	}
	done += call((void *)td.data_start, td.own_start - td.data_start, done);
	done += call((void *)(td.own_start + td.own_size),
		     td.data_start + td.data_size - td.own_start - td.own_size, done);
	return done;
}

static size_t measure(unsigned char *at, size_t size, size_t before)
{
	(void)at;
	(void)before;
	return size;
}

static size_t keep(unsigned char *at, size_t size, size_t before)
{
	memcpy(td.kept + before, at, size);
	return size;
}

static size_t compare(unsigned char *at, size_t size, size_t before)
{
	size_t i;

	if (memcmp(td.kept + before, at, size))
		for (i = 0; i < size; i++)
			td.nr_different += td.kept[before + i] != at[i];
	return size;
}

/* Keeps a copy of all memory: the machine's, its vmemmap, the globals of the tree. */
void td_keep(void)
{
	size_t size = each_piece(measure);

	if (size > td.kept_size) {
		td.kept = td_map(size);
		td.kept_size = size;
	}
	each_piece(keep);
}

/* How many bytes of memory are not as they were kept. */
td_u32 td_differences(void)
{
	td.nr_different = 0;
	each_piece(compare);
	return td.nr_different;
}

const struct td_config *td_config_now(void)
{
	return &td.config;
}

td_u32 td_nr_pages(void)
{
	return td.nr_pages;
}

/* Index among all pages of memory, or -1. */
int td_page_index(td_u64 pfn)
{
	td_u32 i;

	for (i = 0; i < td.config.nr_regions; i++) {
		const struct td_region *region = &td.config.regions[i];

		if (pfn - region->pfn < region->pages)
			return region->first_page + (pfn - region->pfn);
	}
	return -1;
}

/* Where the contents of a page are, by its index. */
td_u64 td_page_address(td_u32 page)
{
	td_u32 i = td.config.nr_regions - 1;

	while (i > 0 && page < td.config.regions[i].first_page)
		i--;
	return TD_MEMORY + ((td.config.regions[i].pfn + page -
			     td.config.regions[i].first_page) << TD_PAGE_SHIFT);
}
