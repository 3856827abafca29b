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

void td_put_record(td_u32 tag, td_u32 where, td_u32 value)
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
			td_put_record(TD_TAG(TD_NODE, at / 8), page, after);
		if (is_pointer(old))
			old = 0;
		if (is_pointer(now))
			now = 0;
	}
	for (half = 0; half < 2; half++)
		if ((td_u32)(old >> 32 * half) != (td_u32)(now >> 32 * half))
			td_put_record(TD_TAG(TD_FRAME, at / 4 + half), page, now >> 32 * half);
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
				td_put_record(TD_TAG(TD_PAGE, field), page, after[field]);
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

		td_put_record(TD_TAG(TD_NODE, which), page, node_word(page, which));
		for (half = 0; half < 2; half++)
			td_put_record(TD_TAG(TD_FRAME, 2 * which + half), page,
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
		td_put_record(TD_TAG(TD_VCPU, i), slot << 16 | index, words[i]);
}

static void put_vm(int slot)
{
	td_u32 words[TD_VM_WORDS];
	td_u32 i, nr;

	memset(words, 0, sizeof(words));
	nr = td_vm_words(slot, words);
	for (i = 0; i < TD_VM_WORDS; i++)
		td_put_record(TD_TAG(TD_GLOBAL, TD_VM_TABLE + slot * TD_VM_WORDS + i), 0, words[i]);
	for (i = 0; i < nr || i < td.known_vcpus[slot]; i++)
		put_vcpu(slot, i, i >= nr);
	if (nr > td.known_vcpus[slot])
		td.known_vcpus[slot] = nr;
}

static void put_global(td_u64 at)
{
	int word = td_global_of(at);
	td_u32 words[TD_VM_TABLE];

	if (word < 0 && td_is_scratch(at))
		return;
	if (word < 0) {
		td_put_record(TD_TAG(TD_RAW, 0), at - td.data_start, *(td_u32 *)at);
		td_put_record(TD_TAG(TD_RAW, 1), at - td.data_start, *(td_u32 *)(at + 4));
		return;
	}
	if (td_global_address(word)) {
		td_put_record(TD_TAG(TD_GLOBAL, word), 0, td_encode_pointer(*(td_u64 *)at));
		return;
	}
	td_global_words(words);
	td_put_record(TD_TAG(TD_GLOBAL, word), 0, words[word]);
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
	int dirty;

	td_put(0);
	td.nr_journal = mark + td_distinct(td.journal + mark, td.nr_journal - mark);
	td.vms_changed = dirty = changed_vms(mark);
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
	}
	for (i = 0; dirty && i < TD_MAX_PVMS; i++)
		if (vms[i])
			put_vm(i);
	for (i = 0; i < nr_before; i++)
		put_page_start(before[i]);
	for (i = 0; dirty && i < td.nr_marked; i++)
		put_page_start(td.marked[i]);
	free(before);
	td_put_host_states(mark);
	td.out[count_at] = (td.nr_out - count_at - 1) / 3;
}
