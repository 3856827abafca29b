// SPDX-License-Identifier: GPL-2.0-only
/* Which pages hold the state of VMs and vCPUs, and which are linked by memcaches. */
#include "driver.h"

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
