// SPDX-License-Identifier: GPL-2.0-only
/* struct hyp_page and struct hyp_pool of the tree, as words of the model. */
#include "glue.h"

const td_u32 td_page_bytes = sizeof(struct hyp_page);

void td_read_page(const void *entry, td_u32 fields[4])
{
	struct hyp_page *page = (struct hyp_page *)entry;

	fields[0] = page->refcount;
	fields[1] = page->order == HYP_NO_ORDER ? 255 : page->order;
#if TREE_HOST_STATE == TREE_IN_VMEMMAP
	fields[2] = page->host_state;
#elif TREE_HOST_STATE == TREE_BY_GETTER
	fields[2] = get_host_state(page);
#else
	fields[2] = 0;
#endif
#if TREE_HAS_SHARE_COUNT
	fields[3] = page->host_share_guest_count;
#else
	fields[3] = 0;
#endif
}

void td_write_page(void *entry, int field, td_u32 value)
{
	struct hyp_page *page = entry;

	if (field == 0)
		page->refcount = value;
	else if (field == 1)
		page->order = value == 255 ? HYP_NO_ORDER : value;
#if TREE_HOST_STATE == TREE_IN_VMEMMAP
	else if (field == 2)
		page->host_state = value;
#elif TREE_HOST_STATE == TREE_BY_GETTER
	else if (field == 2)
		set_host_state(page, value);
#endif
#if TREE_HAS_SHARE_COUNT
	else if (field == 3)
		page->host_share_guest_count = value;
#endif
}

/* Is a page of memory out of the host's reach? */
int td_is_hyps(u64 pfn)
{
	td_u32 fields[4];

	if (td_page_index(pfn) < 0)
		return 0;
	td_read_page(hyp_phys_to_page(hyp_pfn_to_phys(pfn)), fields);
	return fields[2] == 4;
}

static int is_given(u64 value)
{
	return value != ~0ULL;
}

int td_poke_page(u64 pfn, u64 host_state, u64 refcount, u64 share_count)
{
	struct hyp_page *page = hyp_phys_to_page(hyp_pfn_to_phys(pfn));

	/* Read first: a page that is not there is a data abort whatever is written. */
	(void)READ_ONCE(page->refcount);
	if (is_given(host_state))
		td_write_page(page, 2, host_state);
	if (is_given(refcount))
		td_write_page(page, 0, refcount);
	if (is_given(share_count))
		td_write_page(page, 3, share_count);
	return 0;
}

/* Maps or unmaps a page in the hypervisor's stage 1, without any check. */
int td_poke_hyp_state(u64 pfn, u64 state)
{
	void *virt = hyp_phys_to_virt(hyp_pfn_to_phys(pfn));
	int ret = 0;

	if (!is_given(state))
		return 0;
	hyp_spin_lock(&pkvm_pgd_lock);
	if (state == 4)
		kvm_pgtable_hyp_unmap(&pkvm_pgtable, (u64)virt, PAGE_SIZE);
	else
		ret = pkvm_create_mappings_locked(virt, virt + PAGE_SIZE,
						  pkvm_mkstate(PAGE_HYP, state == 1 ?
							       PKVM_PAGE_SHARED_OWNED : state == 2 ?
							       PKVM_PAGE_SHARED_BORROWED :
							       PKVM_PAGE_OWNED));
	hyp_spin_unlock(&pkvm_pgd_lock);
	return ret;
}

void td_pool_words(const struct hyp_pool *pool, td_u32 *words)
{
	int order;

	words[TD_POOL_RANGE_START] = pool->range_start >> PAGE_SHIFT;
	words[TD_POOL_RANGE_END] = pool->range_end >> PAGE_SHIFT;
	words[TD_POOL_MAX_ORDER] = pool->max_order;
	for (order = 0; order <= TD_MAX_ORDER; order++) {
		const struct list_head *head = &pool->free_area[order];

		words[TD_POOL_FREE_AREA + 2 * order] = td_encode_pointer((td_u64)head->next);
		words[TD_POOL_FREE_AREA + 2 * order + 1] = td_encode_pointer((td_u64)head->prev);
	}
}

/* The word of a pool that an address of 8 bytes in it is, or -1. */
int td_pool_word_of(const struct hyp_pool *pool, td_u64 address)
{
	td_u64 at = address - (td_u64)pool;

	if (at >= sizeof(*pool))
		return -1;
	at &= ~7ULL;
	if (at - offsetof(struct hyp_pool, free_area) < sizeof(pool->free_area))
		return TD_POOL_FREE_AREA + (at - offsetof(struct hyp_pool, free_area)) / 8;
	if (at == (offsetof(struct hyp_pool, range_start) & ~7ULL))
		return TD_POOL_RANGE_START;
	if (at == (offsetof(struct hyp_pool, range_end) & ~7ULL))
		return TD_POOL_RANGE_END;
	if (at == (offsetof(struct hyp_pool, max_order) & ~7ULL))
		return TD_POOL_MAX_ORDER;
	return -1;
}

td_u64 td_pool_address(struct hyp_pool *pool, td_u32 word)
{
	if (word < TD_POOL_FREE_AREA || word & !(TD_POOL_FREE_AREA & 1))
		return 0;
	return (td_u64)&pool->free_area[(word - TD_POOL_FREE_AREA) / 2];
}

int td_set_pool(struct hyp_pool *pool, td_u32 word, td_u32 value)
{
	struct list_head *head;

	switch (word) {
	case TD_POOL_RANGE_START:
		pool->range_start = (phys_addr_t)value << PAGE_SHIFT;
		return 0;
	case TD_POOL_RANGE_END:
		pool->range_end = (phys_addr_t)value << PAGE_SHIFT;
		return 0;
	case TD_POOL_MAX_ORDER:
		pool->max_order = value;
		return 0;
	}
	head = &pool->free_area[(word - TD_POOL_FREE_AREA) / 2];
	if ((word - TD_POOL_FREE_AREA) & 1)
		head->prev = (void *)td_decode_pointer(value);
	else
		head->next = (void *)td_decode_pointer(value);
	return 0;
}
