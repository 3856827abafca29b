// SPDX-License-Identifier: GPL-2.0-only
/* The tree's mem_protect.c, with its static parts made reachable. */
#include "tree/arch/arm64/kvm/hyp/nvhe/mem_protect.c"
#include "glue.h"

struct hyp_pool *td_host_s2_pool(void)
{
	return &host_s2_pool;
}

int td_host_fault(u64 addr)
{
	int ret = host_stage2_idmap(addr);

	/* As handle_host_mem_abort() does, whose caller only tries again. */
	BUG_ON(ret && ret != -EAGAIN);
	return ret;
}

/* What the hypervisor does to its carve-out while it boots (nvhe/setup.c). */
int td_take_carveout(u64 base, u64 pages)
{
	u64 page;
	int ret = 0;

	hyp_spin_lock(&host_mmu.lock);
	hyp_spin_lock(&pkvm_pgd_lock);
	for (page = 0; !ret && page < pages; page++)
		ret = host_stage2_set_owner_locked(base + page * PAGE_SIZE, PAGE_SIZE,
						   PKVM_ID_HYP);
	hyp_spin_unlock(&pkvm_pgd_lock);
	hyp_spin_unlock(&host_mmu.lock);
	return ret;
}

hyp_spinlock_t *td_current_vm_lock(void)
{
	return current_vm ? &current_vm->lock : NULL;
}

#if TREE_HOST_STATE == TREE_IN_PTES
/* A descriptor that says nothing is a page of the host's; one that is not valid may name an owner. */
int td_state_of(td_u64 pte)
{
	if (pte & 1)
		return FIELD_GET(GENMASK(56, 55), pte);
	return pte & GENMASK(9, 2) ? 4 : 0;
}

/* Walks the host's stage 2 by itself: the tree's walkers lock, and may be what is looked for. */
static void states_of(u64 table, int level, u64 input, unsigned char *states)
{
	kvm_pte_t *entry = hyp_phys_to_virt(table);
	u64 granule = PAGE_SIZE << 9 * (TD_LAST_LEVEL - level);
	int i, index = td_page_index(table >> PAGE_SHIFT);

	if (index < 0)
		return;
	td_note_table(index, level, input >> PAGE_SHIFT);
	for (i = 0; i < 512; i++, input += granule) {
		u64 pte = entry[i], page;
		u8 state;

		if (!pte)
			continue;
		if (level < TD_LAST_LEVEL && (pte & 3) == 3) {
			states_of(pte & GENMASK(47, 12), level + 1, input, states);
			continue;
		}
		state = td_state_of(pte);
		if (!state)
			continue;
		for (page = input; page < input + granule; page += PAGE_SIZE) {
			index = td_page_index(page >> PAGE_SHIFT);
			if (index >= 0)
				states[index] = state;
		}
	}
}

void td_host_states(unsigned char *states)
{
	u64 pgd = __hyp_pa(host_mmu.pgt.pgd);

	__builtin_memset(states, 0, td_nr_pages());
	if (!host_mmu.pgt.pgd)
		return;
	states_of(pgd, 1, 0, states);
	states_of(pgd + PAGE_SIZE, 1, 1ULL << 39, states);
}
#else
int td_state_of(td_u64 pte)
{
	return 0;
}

void td_host_states(unsigned char *states)
{
}
#endif

const td_u32 td_host_state_in_ptes = TREE_HOST_STATE == TREE_IN_PTES;
