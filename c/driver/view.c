// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine's memory as words of the model: which word of the model a word of
 * memory is, what it holds, and the other way round. In C a list node, a link
 * of a memcache and a descriptor all lie in the page itself; a value says which
 * of them it is, since descriptors that are not valid are below one page and
 * pointers are even and above it.
 */
#include <stdlib.h>
#include <string.h>
#include "driver.h"

void td_put(td_u32 word)
{
	if (td.nr_out == td.max_out) {
		size_t used = td.max_out * sizeof(*td.out);
		size_t size = used ? 2 * used : 1 << 20;

		td.out = td_grown(td.out, used, size);
		td.max_out = size / sizeof(*td.out);
	}
	td.out[td.nr_out++] = word;
}

static void put_record(td_u32 tag, td_u32 where, td_u32 value)
{
	td_put(tag);
	td_put(where);
	td_put(value);
}

static int is_pointer(td_u64 value)
{
	return value >= TD_PAGE_SIZE && !(value & 1);
}

/* A word of the globals that holds a list head, or of a VM's pool. */
static td_u32 head_of(td_u64 address)
{
	int word = td_global_of(address);
	int page, vm;

	if (word >= 0)
		return word;
	if (address - TD_MEMORY >= 1ULL << 40)
		return 0;
	page = td_page_index((address - TD_MEMORY) >> TD_PAGE_SHIFT);
	vm = page < 0 ? 0 : td.vm_of_page[page];
	if (!vm)
		return 0;
	word = td_vm_word_of(vm - 1, address);
	return word < 0 ? 0 : TD_VM_TABLE + (vm - 1) * TD_VM_WORDS + word;
}

/* A pointer between list nodes, or a physical address that links pages, as the model keeps it. */
td_u32 td_encode_pointer(td_u64 value)
{
	td_u32 head;
	int page;

	if (!value)
		return 0;
	if (value < 1ULL << 40)
		return ~(td_u32)(value >> TD_PAGE_SHIFT);
	head = head_of(value);
	if (head)
		return head;
	page = value - TD_MEMORY < 1ULL << 40 ?
		td_page_index((value - TD_MEMORY) >> TD_PAGE_SHIFT) : -1;
	return page < 0 ? ~0U : td.config.node_words + 2 * page;
}

static void put_contents(td_u32 page, td_u32 at, td_u64 old, td_u64 now)
{
	td_u32 half;

	if (at < 16) {
		td_u32 before = is_pointer(old) ? td_encode_pointer(old) : 0;
		td_u32 after = is_pointer(now) ? td_encode_pointer(now) : 0;

		if (before != after || is_pointer(old) != is_pointer(now))
			put_record(TD_TAG(TD_NODE, at / 8), page, after);
		if (is_pointer(old))
			old = 0;
		if (is_pointer(now))
			now = 0;
	}
	for (half = 0; half < 2; half++)
		if ((td_u32)(old >> 32 * half) != (td_u32)(now >> 32 * half))
			put_record(TD_TAG(TD_FRAME, at / 4 + half), page, now >> 32 * half);
}

static void put_page_entry(td_u64 at, td_u64 old)
{
	td_u64 was[2] = { 0, 0 }, now[2] = { 0, 0 }, first;
	td_u32 before[4], after[4];
	td_u32 bytes, field;
	int page;

	/* An entry of 4 bytes shares its word with its neighbour. */
	for (bytes = 0; bytes < 8; bytes += td_page_bytes) {
		first = at + bytes;
		page = td_page_index((first - TD_VMEMMAP) / td_page_bytes);
		if (page < 0)
			continue;
		was[0] = old >> 8 * bytes;
		now[0] = *(td_u64 *)at >> 8 * bytes;
		td_read_page(was, before);
		td_read_page(now, after);
		for (field = 0; field < 4; field++)
			if (before[field] != after[field])
				put_record(TD_TAG(TD_PAGE, field), page, after[field]);
	}
}

/* What the model says of the first 16 bytes of a page, beside descriptors. */
static td_u32 node_word(td_u32 page, td_u32 which)
{
	td_u32 vm = td.vm_of_page[page], vcpu = td.vcpu_of_page[page];
	td_u64 value = *(td_u64 *)(td_page_address(page) + 8 * which);

	if (vm && vcpu)
		return TD_VCPU_STRUCT - ((vm - 1) << 20) - (vcpu - 1);
	if (vm)
		return td_vm_page_in_use(vm - 1, td_page_address(page)) ?
			TD_VM_STRUCT - (vm - 1) : 0;
	if (!which && td.link_of_page[page])
		return value ? td_encode_pointer(value) : ~0U;
	return is_pointer(value) ? td_encode_pointer(value) : 0;
}

/* Tells the first 16 bytes of a page: what holds them is another thing now. */
static void put_page_start(td_u32 page)
{
	td_u32 which, half;

	for (which = 0; which < 2; which++) {
		td_u64 value = *(td_u64 *)(td_page_address(page) + 8 * which);
		int is_entry = !td.vm_of_page[page] && !is_pointer(value);

		put_record(TD_TAG(TD_NODE, which), page, node_word(page, which));
		for (half = 0; half < 2; half++)
			put_record(TD_TAG(TD_FRAME, 2 * which + half), page,
				   is_entry ? value >> 32 * half : 0);
	}
}

static void put_vcpu(int slot, int index, int gone)
{
	td_u32 words[TD_VCPU_WORDS];
	td_u32 i;

	memset(words, 0, sizeof(words));
	if (!gone)
		td_vcpu_words(slot, index, words);
	for (i = 0; i < TD_VCPU_WORDS; i++)
		put_record(TD_TAG(TD_VCPU, i), slot << 16 | index, words[i]);
}

static void put_vm(int slot)
{
	td_u32 words[TD_VM_WORDS];
	td_u32 i, nr;

	memset(words, 0, sizeof(words));
	nr = td_vm_words(slot, words);
	for (i = 0; i < TD_VM_WORDS; i++)
		put_record(TD_TAG(TD_GLOBAL, TD_VM_TABLE + slot * TD_VM_WORDS + i), 0, words[i]);
	for (i = 0; i < nr || i < td.known_vcpus[slot]; i++)
		put_vcpu(slot, i, i >= nr);
	if (nr > td.known_vcpus[slot])
		td.known_vcpus[slot] = nr;
}

static void mark_page(td_u32 page)
{
	if (td.nr_marked == td.max_marked) {
		size_t used = td.max_marked * sizeof(*td.marked);
		size_t size = used ? 2 * used : 1 << 16;

		td.marked = td_grown(td.marked, used, size);
		td.max_marked = size / sizeof(*td.marked);
	}
	td.marked[td.nr_marked++] = page;
}

static void mark(td_u64 first, td_u64 pages, int vm, int vcpu)
{
	for (; pages; pages--, first++) {
		int page = td_page_index(first);

		if (page < 0)
			continue;
		mark_page(page);
		td.vm_of_page[page] = vm + 1;
		td.vcpu_of_page[page] = vcpu + 1;
	}
}

/* The pages that a memcache links, as far as they are memory. */
static void mark_links(td_u64 pfn, td_u32 left)
{
	for (; left; left--) {
		int page = td_page_index(pfn);

		if (page < 0 || td.link_of_page[page])
			return;
		mark_page(page);
		td.link_of_page[page] = 1;
		pfn = *(td_u64 *)td_page_address(page) >> TD_PAGE_SHIFT;
	}
}

/* Notes which pages hold the state of VMs and vCPUs now, and which are in memcaches. */
void td_mark_vms(void)
{
	td_u32 words[TD_VM_WORDS], record[TD_VCPU_WORDS];
	td_u64 first, pages;
	int slot, i, nr;

	while (td.nr_marked) {
		td_u32 page = td.marked[--td.nr_marked];

		td.vm_of_page[page] = 0;
		td.vcpu_of_page[page] = 0;
		td.link_of_page[page] = 0;
	}
	for (slot = 0; slot < TD_MAX_PVMS; slot++) {
		if (!((td_u64 *)td_vm_table())[slot])
			continue;
		td_vm_extent(slot, &first, &pages);
		if (!pages)
			continue;
		mark(first, pages, slot, -1);
		nr = td_vm_words(slot, words);
		for (i = 0; i < nr; i++) {
			td_vcpu_extent(slot, i, &first, &pages);
			mark(first, pages, slot, i);
			td_vcpu_words(slot, i, record);
			mark_links(record[TD_VCPU_MC_HEAD], record[TD_VCPU_MC_NR_PAGES]);
		}
	}
}

struct td_numbered {
	struct td_store store;
	td_u64 number;
};

static int by_address(const void *a, const void *b)
{
	const struct td_numbered *x = a, *y = b;

	if (x->store.at != y->store.at)
		return x->store.at < y->store.at ? -1 : 1;
	return x->number < y->number ? -1 : 1;
}

static td_u32 distinct_of_many(struct td_store *stores, td_u32 nr)
{
	struct td_numbered *sorted = malloc(nr * sizeof(*sorted));
	td_u32 i, kept = 0;

	if (!sorted)
		_Exit(71);
	for (i = 0; i < nr; i++) {
		sorted[i].store = stores[i];
		sorted[i].number = i;
	}
	qsort(sorted, nr, sizeof(*sorted), by_address);
	for (i = 0; i < nr; i++)
		if (!kept || stores[kept - 1].at != sorted[i].store.at)
			stores[kept++] = sorted[i].store;
	free(sorted);
	return kept;
}

/* Leaves one entry a word, the oldest, in the order of addresses. */
static td_u32 distinct(struct td_store *stores, td_u32 nr)
{
	td_u32 i, j, kept = 0;

	if (nr > 48)
		return distinct_of_many(stores, nr);
	for (i = 0; i < nr; i++) {
		struct td_store one = stores[i];

		for (j = 0; j < kept && stores[j].at < one.at; j++)
			;
		if (j < kept && stores[j].at == one.at)
			continue;
		memmove(&stores[j + 1], &stores[j], (kept - j) * sizeof(one));
		stores[j] = one;
		kept++;
	}
	return kept;
}

static void put_global(td_u64 at)
{
	int word = td_global_of(at);
	td_u32 words[TD_VM_TABLE];

	if (word < 0) {
		put_record(TD_TAG(TD_RAW, 0), at - td.data_start, *(td_u32 *)at);
		put_record(TD_TAG(TD_RAW, 1), at - td.data_start, *(td_u32 *)(at + 4));
		return;
	}
	td_global_words(words);
	put_record(TD_TAG(TD_GLOBAL, word), 0, words[word]);
}

/* Host states that are kept in descriptors, told as if they were in the vmemmap. */
static void put_host_states(void)
{
	td_u32 page;

	td_host_states(td.host_states_new);
	for (page = 0; page < td.nr_pages; page++) {
		if (td.host_states_new[page] == td.host_states[page])
			continue;
		put_record(TD_TAG(TD_PAGE, 2), page, td.host_states_new[page]);
		td.host_states[page] = td.host_states_new[page];
	}
}

static int vm_of(td_u64 at)
{
	int page;

	if (at - td_vm_table() < 8 * TD_MAX_PVMS)
		return 1 + (at - td_vm_table()) / 8;
	if (at - TD_MEMORY >= 1ULL << 40)
		return 0;
	page = td_page_index((at - TD_MEMORY) >> TD_PAGE_SHIFT);
	return td.vm_of_page[page];
}

/* Did a store change a VM or vCPU? Then which pages are whose is found out anew. */
static int changed_vms(td_u32 mark)
{
	td_u32 i;

	for (i = mark; i < td.nr_journal; i++)
		if (vm_of(td.journal[i].at) &&
		    *(td_u64 *)td.journal[i].at != td.journal[i].old)
			return 1;
	return 0;
}

static void put_one(td_u64 at, td_u64 old, td_u64 now)
{
	if (at - TD_VMEMMAP < (1ULL << 28) * td_page_bytes)
		put_page_entry(at, old);
	else if (at - TD_MEMORY < 1ULL << 40)
		put_contents(td_page_index((at - TD_MEMORY) >> TD_PAGE_SHIFT),
			     at & (TD_PAGE_SIZE - 1), old, now);
	else
		put_global(at);
}

/* Tells all words of the model that stores since a mark in the journal changed. */
void td_put_changes(td_u32 mark)
{
	size_t count_at = td.nr_out;
	unsigned char vms[TD_MAX_PVMS] = { 0 };
	td_u32 i, nr_before = 0;
	td_u32 *before = 0;
	int dirty, contents = 0;

	td_put(0);
	td.nr_journal = mark + distinct(td.journal + mark, td.nr_journal - mark);
	dirty = changed_vms(mark);
	if (dirty) {
		nr_before = td.nr_marked;
		before = malloc((nr_before + 1) * sizeof(*before));
		if (!before)
			_Exit(71);
		memcpy(before, td.marked, nr_before * sizeof(*before));
		for (i = mark; i < td.nr_journal; i++)
			if (vm_of(td.journal[i].at))
				vms[vm_of(td.journal[i].at) - 1] = 1;
		td_mark_vms();
	}
	for (i = mark; i < td.nr_journal; i++) {
		td_u64 at = td.journal[i].at, old = td.journal[i].old, now = *(td_u64 *)at;
		int vm;

		if (now == old)
			continue;
		vm = vm_of(at);
		if (vm)
			vms[vm - 1] = 1;
		else
			put_one(at, old, now);
		contents |= at - TD_MEMORY < 1ULL << 40;
	}
	for (i = 0; dirty && i < TD_MAX_PVMS; i++)
		if (vms[i])
			put_vm(i);
	for (i = 0; i < nr_before; i++)
		put_page_start(before[i]);
	for (i = 0; dirty && i < td.nr_marked; i++)
		put_page_start(td.marked[i]);
	free(before);
	if (td_host_state_in_ptes && contents)
		put_host_states();
	td.out[count_at] = (td.nr_out - count_at - 1) / 3;
}

static void put_read(td_u32 tag, td_u32 where)
{
	td_put(tag);
	td_put(where);
}

static void put_read_contents(td_u64 at, td_u64 end)
{
	int page = td_page_index((at - TD_MEMORY) >> TD_PAGE_SHIFT);
	td_u32 vm = td.vm_of_page[page], vcpu = td.vcpu_of_page[page];

	/* Whether the structure is still there is what the model's first words of the page say. */
	if (vm) {
		put_read(TD_TAG(TD_NODE, 0), page);
		put_read(TD_TAG(TD_NODE, 1), page);
	}
	for (at &= ~3ULL; at < end; at += 4) {
		td_u32 offset = at & (TD_PAGE_SIZE - 1);
		int word;

		if (vm && vcpu) {
			word = td_vcpu_word_of(vm - 1, vcpu - 1, at);
			put_read(TD_TAG(TD_VCPU, word < 0 ? TD_VCPU_PAGE : word),
				 (vm - 1) << 16 | (vcpu - 1));
		} else if (vm) {
			word = td_vm_word_of(vm - 1, at & ~7ULL);
			word = TD_VM_TABLE + (vm - 1) * TD_VM_WORDS + (word < 0 ? TD_VM_PAGE : word);
			put_read(TD_TAG(TD_GLOBAL, word), 0);
		} else {
			if (offset < 16)
				put_read(TD_TAG(TD_NODE, offset / 8), page);
			put_read(TD_TAG(TD_FRAME, offset / 4), page);
		}
	}
}

/* Tells the words of the model that were read, or stored to without a look. */
void td_put_reads(void)
{
	size_t count_at = td.nr_out;
	td_u32 i, field;

	td_put(0);
	for (i = 0; i < td.nr_reads; i++) {
		td_u64 at = td.reads[i].at, end = at + td.reads[i].size;
		int word;

		for (; at < end; at = (at | 7) + 1) {
			td_u64 stop = (at | 7) + 1 < end ? (at | 7) + 1 : end;

			if (at - TD_MEMORY < 1ULL << 40) {
				put_read_contents(at, stop);
			} else if (at - TD_VMEMMAP < (1ULL << 28) * td_page_bytes) {
				td_u64 entry = (at - TD_VMEMMAP) / td_page_bytes;

				for (; entry <= (stop - 1 - TD_VMEMMAP) / td_page_bytes; entry++)
					for (field = 0; field < 4; field++)
						put_read(TD_TAG(TD_PAGE, field), td_page_index(entry));
			} else if (at - td_vm_table() < 8 * TD_MAX_PVMS) {
				td_u32 slot = (at - td_vm_table()) / 8;

				put_read(TD_TAG(TD_GLOBAL, TD_VM_TABLE + slot * TD_VM_WORDS), 0);
			} else {
				word = td_global_of(at & ~7ULL);
				if (word >= 0)
					put_read(TD_TAG(TD_GLOBAL, word), 0);
			}
		}
	}
	td.out[count_at] = (td.nr_out - count_at - 1) / 2;
}

/* The inverse of td_encode_pointer(), for what is no link of a memcache. */
td_u64 td_decode_pointer(td_u32 value)
{
	if (!value)
		return 0;
	if (value >= td.config.node_words)
		return td_page_address((value - td.config.node_words) / 2);
	return td_global_address(value);
}

static int set_word(td_u32 tag, td_u32 where, td_u32 value)
{
	td_u32 kind = tag >> 16, sub = tag & 0xffff;
	td_u64 at;

	switch (kind) {
	case TD_PAGE:
		at = (td_page_address(where) - TD_MEMORY) >> TD_PAGE_SHIFT;
		td_write_page((void *)(TD_VMEMMAP + at * td_page_bytes), sub, value);
		return 0;
	case TD_NODE:
		if (!value)
			return 0;
		if (sub & TD_LINK)
			*(td_u64 *)(td_page_address(where) + 8 * (sub & 1)) =
				(td_u64)value << TD_PAGE_SHIFT;
		else
			*(td_u64 *)(td_page_address(where) + 8 * sub) = td_decode_pointer(value);
		return 0;
	case TD_FRAME:
		if (sub >= 4 || value)
			*(td_u32 *)(td_page_address(where) + 4 * sub) = value;
		return 0;
	case TD_GLOBAL:
		return td_set_global(sub, value);
	case TD_VCPU:
		return 0;
	}
	return -1;
}

static int is_vm(td_u32 tag)
{
	return tag >> 16 == TD_GLOBAL && (tag & 0xffff) >= TD_VM_TABLE;
}

/*
 * VMs and vCPUs come as whole records, VMs first. What the tree's functions
 * store elsewhere while one is made is undone: the words that follow say it.
 */
static int set_vms(const void *unused)
{
	td_u32 i;
	int ret = 0;

	(void)unused;
	for (i = 0; i < td.nr_words; i++)
		if (is_vm(td.words[3 * i]) &&
		    ((td.words[3 * i] & 0xffff) - TD_VM_TABLE) % TD_VM_WORDS == TD_VM_PAGE) {
			td_u32 record[TD_VM_WORDS], n;

			for (n = 0; n < TD_VM_WORDS && i + n < td.nr_words; n++)
				record[n] = td.words[3 * (i + n) + 2];
			ret |= td_set_vm(((td.words[3 * i] & 0xffff) - TD_VM_TABLE) / TD_VM_WORDS,
					 record);
		}
	td_mark_vms();
	for (i = 0; i < td.nr_words; i++)
		if (td.words[3 * i] == TD_TAG(TD_VCPU, 0)) {
			td_u32 record[TD_VCPU_WORDS], where = td.words[3 * i + 1], n;

			for (n = 0; n < TD_VCPU_WORDS && i + n < td.nr_words; n++)
				record[n] = td.words[3 * (i + n) + 2];
			ret |= td_set_vcpu_record(where >> 16, where & 0xffff, record);
		}
	td_mark_vms();
	return ret;
}

static int is_in_vm(td_u64 at)
{
	int page = at - TD_MEMORY < 1ULL << 40 ?
		td_page_index((at - TD_MEMORY) >> TD_PAGE_SHIFT) : -1;

	return at - td_vm_table() < 8 * TD_MAX_PVMS || (page >= 0 && td.vm_of_page[page]);
}

/* Writes words of the model into memory. The first 16 bytes of a page are two things: zeros first. */
int td_set_words(td_u32 count, const td_u32 *records)
{
	td_u32 i;
	int ret = 0;

	td.nr_words = count;
	td.words = records;
	td.nr_journal = 0;
	td.want_reads = 0;
	for (i = 0; i < count; i++)
		if (records[3 * i] >> 16 == TD_VCPU || is_vm(records[3 * i]))
			break;
	if (i < count) {
		if (td_guarded(set_vms, 0, &ret) != 0)
			ret = -1;
		while (td.nr_journal) {
			struct td_store *store = &td.journal[--td.nr_journal];

			if (!is_in_vm(store->at))
				*(td_u64 *)store->at = store->old;
		}
	}
	for (i = 0; i < count; i++) {
		td_u32 kind = records[3 * i] >> 16, sub = records[3 * i] & 0xffff;

		if (kind == TD_NODE)
			*(td_u64 *)(td_page_address(records[3 * i + 1]) + 8 * (sub & 1)) = 0;
		else if (kind == TD_FRAME && sub < 4)
			*(td_u32 *)(td_page_address(records[3 * i + 1]) + 4 * sub) = 0;
	}
	for (i = 0; i < count; i++)
		ret |= set_word(records[3 * i], records[3 * i + 1], records[3 * i + 2]);
	td_mark_vms();
	if (td_host_state_in_ptes)
		td_host_states(td.host_states);
	return ret;
}
