// SPDX-License-Identifier: GPL-2.0-only
/* What nvhe/setup.c keeps, and the boot of the machine that a trace describes. */
#include "glue.h"

struct hyp_pool hpool;
unsigned long hyp_nr_cpus = 1;

static void *zalloc_hyp_page(void *arg)
{
	return hyp_alloc_pages(&hpool, 0);
}

static void get_hyp_page(void *addr)
{
	hyp_get_page(&hpool, addr);
}

static void put_hyp_page(void *addr)
{
	hyp_put_page(&hpool, addr);
}

static int count_hyp_page(void *addr)
{
	return hyp_page_count(addr);
}

static void *to_virt(phys_addr_t phys)
{
	return hyp_phys_to_virt(phys);
}

static phys_addr_t to_phys(void *addr)
{
	return hyp_virt_to_phys(addr);
}

static struct kvm_pgtable_mm_ops hyp_mm_ops = {
	.zalloc_page = zalloc_hyp_page,
	.phys_to_virt = to_virt,
	.virt_to_phys = to_phys,
	.get_page = get_hyp_page,
	.put_page = put_hyp_page,
	.page_count = count_hyp_page,
};

static u64 host_s2_pages;

unsigned long host_s2_pgtable_pages(void)
{
	return host_s2_pages;
}

/* Pages are mapped for cache maintenance through the fixmap, which has none to do here. */
void *hyp_fixmap_map(phys_addr_t phys)
{
	return hyp_phys_to_virt(phys);
}

void hyp_fixmap_unmap(void)
{
}

/* The hypervisor's part of boot; 0, or 1, 2 or 3 for the step that has too few pages. */
int td_boot_hypervisor(u64 base, u64 nr_hpool, u64 nr_host_s2)
{
	void *start = hyp_phys_to_virt(base);
	void *end = start + (nr_hpool + nr_host_s2) * PAGE_SIZE;
	int ret;

	host_s2_pages = nr_host_s2;
	if (hyp_pool_init(&hpool, base >> PAGE_SHIFT, nr_hpool, 0))
		return 1;
	if (kvm_pgtable_hyp_init(&pkvm_pgtable, 48, &hyp_mm_ops))
		return 1;
	hyp_spin_lock(&pkvm_pgd_lock);
	ret = pkvm_create_mappings_locked(start, end, pkvm_mkstate(PAGE_HYP, PKVM_PAGE_OWNED));
	hyp_spin_unlock(&pkvm_pgd_lock);
	if (ret)
		return 1;
	if (kvm_host_prepare_stage2(start + nr_hpool * PAGE_SIZE))
		return 2;
	return td_take_carveout(base, nr_hpool + nr_host_s2) ? 3 : 0;
}
