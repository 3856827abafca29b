// SPDX-License-Identifier: GPL-2.0-only
/* What an operation loaded, as words of the model. */
#include "driver.h"

void td_grow_reads(void)
{
	size_t used = td.max_reads * sizeof(*td.reads);

	td.reads = td_grown(td.reads, used, used ? 4 * used : 1 << 20);
	td.max_reads = (used ? 4 * used : 1 << 20) / sizeof(*td.reads);
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
