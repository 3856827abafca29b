// SPDX-License-Identifier: GPL-2.0-only
/* Puts the machine's memory into a state that words of the model say. */
#include "driver.h"

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

/* Is it a word of a VM or vCPU, of its pages, or a link of a memcache? */
static int is_of_vms(td_u32 tag, td_u32 where)
{
	td_u32 kind = tag >> 16;

	if (kind == TD_VCPU || is_vm(tag))
		return 1;
	if (kind != TD_NODE && kind != TD_FRAME)
		return 0;
	return td.vm_of_page[where] || td.link_of_page[where] || (kind == TD_NODE && tag & TD_LINK);
}

/* Writes words of the model into memory. The first 16 bytes of a page are two things: zeros first. */
int td_set_words(td_u32 count, const td_u32 *records)
{
	td_u32 i;
	int ret = 0, is_made = 0, touches_vms = 0;

	td.nr_words = count;
	td.words = records;
	td.nr_journal = 0;
	td.nr_marks = 0;
	td.want_reads = 0;
	for (i = 0; i < count; i++) {
		is_made |= records[3 * i] >> 16 == TD_VCPU || is_vm(records[3 * i]);
		touches_vms |= is_of_vms(records[3 * i], records[3 * i + 1]);
	}
	if (is_made) {
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
	if (touches_vms)
		td_mark_vms();
	td_all_host_states();
	return ret;
}
