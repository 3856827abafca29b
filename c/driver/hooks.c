// SPDX-License-Identifier: GPL-2.0-only
/*
 * Called by the compiler at each load and store of the tree's code and of the
 * glue (-fsanitize=thread, without its library). A store's old value goes into
 * the journal; an access to what the machine does not have is a data abort.
 */
#include "driver.h"

/* Is the page of memory there? The region found last is tried first. */
static inline int have_page(td_u64 pfn)
{
	const struct td_region *region = &td.config.regions[td.last_region];
	td_u32 i;

	if (pfn - region->pfn < region->pages)
		return 1;
	for (i = 0; i < td.config.nr_regions; i++) {
		region = &td.config.regions[i];
		if (pfn - region->pfn < region->pages) {
			td.last_region = i;
			return 1;
		}
	}
	return 0;
}

static inline int may_access(td_u64 at, int store)
{
	if (at - TD_MEMORY < 1ULL << 40)
		return have_page((at - TD_MEMORY) >> TD_PAGE_SHIFT);
	if (at - TD_VMEMMAP < (1ULL << 28) * td_page_bytes)
		return have_page((at - TD_VMEMMAP) / td_page_bytes);
	if (at - td.data_start < td.data_size)
		return at - td.own_start >= td.own_size;
	return !store && at - td.image_start < td.data_start - td.image_start;
}

static inline int on_stack(td_u64 at)
{
	return at - td.stack_low < td.stack_high - td.stack_low;
}

static void fault(void)
{
	td_leave(TD_FAULTED);
}

static void log_store(td_u64 word)
{
	if (td.nr_journal == td.max_journal)
		td_grow_journal();
	td.journal[td.nr_journal].at = word;
	td.journal[td.nr_journal].old = *(td_u64 *)word;
	td.nr_journal++;
}

static void log_load(td_u64 at, td_u64 size)
{
	if (td.nr_reads == td.max_reads)
		td_grow_reads();
	td.reads[td.nr_reads].at = at;
	td.reads[td.nr_reads].size = size;
	td.nr_reads++;
}

static inline void loaded(td_u64 at, td_u64 size)
{
	if (on_stack(at) || !td.armed)
		return;
	if (!may_access(at, 0) || !may_access(at + size - 1, 0))
		fault();
	if (td.want_reads)
		log_load(at, size);
}

static inline void stored(td_u64 at, td_u64 size)
{
	td_u64 word;

	if (on_stack(at) || !td.armed)
		return;
	if (!may_access(at, 1) || !may_access(at + size - 1, 1))
		fault();
	if (td.want_reads)
		log_load(at, size);
	for (word = at & ~7ULL; word < at + size; word += 8)
		log_store(word);
}

#define HOOKS(size)							\
	void __tsan_read##size(void *at) { loaded((td_u64)at, size); }	\
	void __tsan_write##size(void *at) { stored((td_u64)at, size); }	\
	void __tsan_unaligned_read##size(void *at) { loaded((td_u64)at, size); } \
	void __tsan_unaligned_write##size(void *at) { stored((td_u64)at, size); } \
	void __tsan_volatile_read##size(void *at) { loaded((td_u64)at, size); } \
	void __tsan_volatile_write##size(void *at) { stored((td_u64)at, size); } \
	void __tsan_unaligned_volatile_read##size(void *at) { loaded((td_u64)at, size); } \
	void __tsan_unaligned_volatile_write##size(void *at) { stored((td_u64)at, size); } \
	void __tsan_read_write##size(void *at) { stored((td_u64)at, size); } \
	void __tsan_unaligned_read_write##size(void *at) { stored((td_u64)at, size); }
HOOKS(1)
HOOKS(2)
HOOKS(4)
HOOKS(8)
HOOKS(16)

void __tsan_read_range(void *at, unsigned long size)
{
	if (size)
		loaded((td_u64)at, size);
}

void __tsan_write_range(void *at, unsigned long size)
{
	if (size)
		stored((td_u64)at, size);
}

void __tsan_init(void) { }
void __tsan_func_entry(void *caller) { (void)caller; }
void __tsan_func_exit(void) { }

/* The tree's memset(), memcpy() and memmove(): a page at a time, so that a range may end early. */
static void store_bytes(unsigned char *to, const unsigned char *from, int value, td_u64 size)
{
	td_u64 i;

	for (i = 0; i < size; i++)
		to[i] = from ? from[i] : value;
}

void *tracediff_memset(void *at, int value, td_u64 size)
{
	td_u64 pattern = 0x0101010101010101ULL * (unsigned char)value;
	td_u64 cur = (td_u64)at, end = cur + size, stop;

	if (!td.armed || on_stack(cur)) {
		store_bytes(at, 0, value, size);
		return at;
	}
	while (cur < end) {
		stop = (cur | (TD_PAGE_SIZE - 1)) + 1;
		if (stop > end)
			stop = end;
		if (!may_access(cur, 1) || !may_access(stop - 1, 1))
			fault();
		if (td.want_reads)
			log_load(cur, stop - cur);
		for (; cur < stop; cur += cur & 7 || stop - cur < 8 ? 1 : 8) {
			if (cur & 7 || stop - cur < 8) {
				if (*(unsigned char *)cur != (unsigned char)value) {
					log_store(cur & ~7ULL);
					*(unsigned char *)cur = value;
				}
			} else if (*(td_u64 *)cur != pattern) {
				log_store(cur);
				*(td_u64 *)cur = pattern;
			}
		}
	}
	return at;
}

void *tracediff_memcpy(void *to, const void *from, td_u64 size)
{
	td_u64 done, part;

	for (done = 0; done < size; done += part) {
		part = size - done < 256 ? size - done : 256;
		loaded((td_u64)from + done, part);
		stored((td_u64)to + done, part);
		store_bytes((unsigned char *)to + done, (const unsigned char *)from + done, 0, part);
	}
	return to;
}

void *tracediff_memmove(void *to, const void *from, td_u64 size)
{
	unsigned char *target = to;
	const unsigned char *source = from;

	if (to <= from)
		return tracediff_memcpy(to, from, size);
	if (size) {
		loaded((td_u64)from, size);
		stored((td_u64)to, size);
	}
	while (size--)
		target[size] = source[size];
	return to;
}
