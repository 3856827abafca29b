// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations of a trace as calls of the tree's functions. Compiled without the
 * hooks: it reads what the driver was told. What the host writes into its own
 * memory before a call goes through host_write(), which the journal sees, and
 * is taken back after it, as the model keeps nothing of the host's memory.
 */
#include "glue.h"

const td_u32 td_supported =
	1u << TD_SHARE_HYP | 1u << TD_UNSHARE_HYP | 1u << TD_DONATE_HYP |
	1u << TD_HYP_DONATE_HOST | 1u << TD_SHARE_FFA | 1u << TD_UNSHARE_FFA |
	1u << TD_PIN | 1u << TD_UNPIN | 1u << TD_HOST_FAULT |
#if TREE_HAS_FFA
	1u << TD_FFA_SHARE_RANGES | 1u << TD_FFA_UNSHARE_RANGES |
#endif
#if TREE_HAS_GUESTS
	1u << TD_INIT_VM | 1u << TD_INIT_VCPU | 1u << TD_TEARDOWN_VM |
	1u << TD_VCPU_LOAD | 1u << TD_VCPU_PUT | 1u << TD_SHARE_GUEST |
	1u << TD_UNSHARE_GUEST | 1u << TD_WRPROTECT_GUEST |
	1u << TD_TEST_CLEAR_YOUNG_GUEST | 1u << TD_RELAX_PERMS_GUEST |
	1u << TD_MKYOUNG_GUEST |
#endif
#if TREE_HOST_STATE == TREE_IN_VMEMMAP
	1u << TD_POKE |
#endif
	0;

int tracediff_debug;

int td_boot(const struct td_config *config)
{
	td_u32 i;

	tracediff_debug = config->debug;
	for (i = 0; i < config->nr_regions; i++) {
		hyp_memory[i].base = config->regions[i].pfn << PAGE_SHIFT;
		hyp_memory[i].size = config->regions[i].pages << PAGE_SHIFT;
		hyp_memory[i].flags = config->regions[i].nomap ? MEMBLOCK_NOMAP : 0;
	}
	hyp_memblock_nr = config->nr_regions;
	__hyp_vmemmap = TD_VMEMMAP;
	td_vm_table_init();
	return td_boot_hypervisor(config->carveout << PAGE_SHIFT, config->hpool_pages,
				  config->host_s2_pages);
}

td_u32 td_locks(void)
{
	hyp_spinlock_t *vm = td_current_vm_lock();

	return (hyp_spin_is_locked(&host_mmu.lock) ? 1 : 0) |
	       (hyp_spin_is_locked(&pkvm_pgd_lock) ? 2 : 0) |
	       (vm && hyp_spin_is_locked(vm) ? 4 : 0) |
	       (td_vm_lock_held() ? 8 : 0);
}

/* An address of the hypervisor's that the host names: a page, and whether it lies off its start. */
static u64 address_of(u64 pfn, int unaligned)
{
	return (pfn << PAGE_SHIFT) + TRACEDIFF_HYP_VA + (unaligned ? 8 : 0);
}

static int is_memory(const void *at, u64 size)
{
	u64 from = __hyp_pa(at);

	return td_page_index(from >> PAGE_SHIFT) >= 0 &&
	       td_page_index((from + size - 1) >> PAGE_SHIFT) >= 0;
}

#if TREE_HAS_GUESTS
u64 *td_host_registers(void);

/* The host's memory may not be there; then what it wrote is nowhere. */
static void host_write(void *at, u64 value, u64 size)
{
	if (is_memory(at, size))
		tracediff_memcpy(at, &value, size);
}

/* What the host wrote for a call, to be taken back after it. */
static struct {
	u32 *word;
	u32 was;
	struct kvm_hyp_memcache *memcaches[2];
} host_wrote;

static void host_sets(u32 *word, u32 value)
{
	host_wrote.word = NULL;
	if (!is_memory(word, sizeof(*word)))
		return;
	host_wrote.word = word;
	host_wrote.was = *word;
	host_write(word, value, sizeof(*word));
}

/* Takes the pages out of a memcache of the host's; what they held is no matter. */
static void drain(struct kvm_hyp_memcache *mc)
{
	u64 page, next, left;

	if (!mc || !is_memory(mc, sizeof(*mc)))
		return;
	page = mc->head & PAGE_MASK;
	for (left = mc->nr_pages; left; left--) {
		u64 *link = hyp_phys_to_virt(page);

		if (!is_memory(link, 8))
			break;
		next = *link & PAGE_MASK;
		if (!td_is_hyps(page >> PAGE_SHIFT))
			host_write(link, 0, 8);
		page = next;
	}
	host_write(&mc->head, 0, 8);
	host_write(&mc->nr_pages, 0, 8);
}

int td_tidy(const struct td_op *op)
{
	int i;

	for (i = 0; i < 2; i++) {
		drain(host_wrote.memcaches[i]);
		host_wrote.memcaches[i] = NULL;
	}
	if (host_wrote.word)
		host_write(host_wrote.word, host_wrote.was, sizeof(*host_wrote.word));
	host_wrote.word = NULL;
	return 0;
}

static int init_vm(const struct td_op *op)
{
	struct kvm *kvm = (void *)address_of(op->a, 0);

	host_sets(&kvm->created_vcpus, op->b);
	return __pkvm_init_vm(kvm, address_of(op->c, op->e & 1), address_of(op->d, op->e & 2));
}

static int init_vcpu(const struct td_op *op)
{
	/* As many pages as the trace's address touches: the structure lies across two of them. */
	int across = op->f - op->b > 1;
	struct kvm_vcpu *vcpu = (void *)(address_of(op->b, 0) + (across ? TD_VCPU_ACROSS : 0));

	host_sets((u32 *)&vcpu->vcpu_idx, op->c);
	return __pkvm_init_vcpu(op->a, vcpu, address_of(op->d, op->e & 1));
}

static int teardown_vm(const struct td_op *op)
{
	u32 idx = (u32)op->a - 0x1000;

	if (idx < TD_MAX_PVMS && td_vm(idx)) {
		struct kvm *host_kvm = td_vm(idx)->host_kvm;

		host_wrote.memcaches[0] = &host_kvm->arch.pkvm.teardown_mc;
		host_wrote.memcaches[1] = &host_kvm->arch.pkvm.stage2_teardown_mc;
	}
	return __pkvm_teardown_vm(op->a);
}

/* Links the host's pages into its memcache, head first. What is not the host's it cannot write to. */
static void fill_host_memcache(struct kvm_hyp_memcache *mc, const struct td_op *op)
{
	u32 i;

	for (i = 0; i < op->nr_list; i++) {
		u64 next = i + 1 < op->nr_list ? op->list[i + 1] << PAGE_SHIFT : 0;

		if (!td_is_hyps(op->list[i]))
			host_write(hyp_phys_to_virt(op->list[i] << PAGE_SHIFT), next, 8);
	}
	host_write(&mc->head, op->nr_list ? op->list[0] << PAGE_SHIFT : 0, 8);
	host_write(&mc->nr_pages, op->nr_list, 8);
	host_wrote.memcaches[0] = mc;
}

static int share_guest(const struct td_op *op)
{
	struct pkvm_hyp_vcpu *vcpu = td_loaded_vcpu();
	u64 *registers = td_host_registers();

	if (vcpu && is_memory(vcpu, sizeof(*vcpu)) && vcpu->host_vcpu)
		fill_host_memcache(&vcpu->host_vcpu->arch.pkvm_memcache, op);
	registers[1] = op->a;
	registers[2] = op->b;
	registers[3] = op->c;
	return td_guest_call(op->code);
}

static int guest_call(const struct td_op *op)
{
	u64 *registers = td_host_registers();

	switch (op->code) {
	case TD_INIT_VM:
		return init_vm(op);
	case TD_INIT_VCPU:
		return init_vcpu(op);
	case TD_TEARDOWN_VM:
		return teardown_vm(op);
	case TD_SHARE_GUEST:
		return share_guest(op);
	case TD_VCPU_LOAD:
		registers[1] = op->a;
		registers[2] = op->b;
		registers[3] = 0;
		td_guest_call(op->code);
		return 0;
	case TD_VCPU_PUT:
		td_guest_call(op->code);
		return 0;
	case TD_UNSHARE_GUEST:
	case TD_WRPROTECT_GUEST:
	case TD_TEST_CLEAR_YOUNG_GUEST:
		registers[1] = op->a;
		registers[2] = op->b;
		registers[3] = op->c;
		return td_guest_call(op->code);
	case TD_RELAX_PERMS_GUEST:
	case TD_MKYOUNG_GUEST:
		registers[1] = op->a;
		registers[2] = op->b;
		return td_guest_call(op->code);
	}
	return 0;
}
#else
int td_tidy(const struct td_op *op)
{
	return 0;
}

static int guest_call(const struct td_op *op)
{
	return 0;
}
#endif

#if TREE_HAS_FFA
struct ffa_mem_region_addr_range *td_ffa_ranges(void);
int td_ffa_share(u32 nr);
int td_ffa_unshare(u32 nr);

static int ffa_call(const struct td_op *op)
{
	struct ffa_mem_region_addr_range *ranges = td_ffa_ranges();
	u32 i, nr = op->nr_list / 2;

	for (i = 0; i < nr; i++) {
		ranges[i].address = op->list[2 * i] << PAGE_SHIFT;
		ranges[i].pg_cnt = op->list[2 * i + 1];
	}
	return op->code == TD_FFA_SHARE_RANGES ? td_ffa_share(nr) : td_ffa_unshare(nr);
}
#else
static int ffa_call(const struct td_op *op)
{
	return 0;
}
#endif

/* Builds a constructed state, without any check. A number that is not given is all ones. */
static int poke(const struct td_op *op)
{
	return td_poke_page(op->a, op->b, op->c, op->d) ?: td_poke_hyp_state(op->a, op->e);
}

int td_run(const struct td_op *op)
{
	void *from = (void *)address_of(op->a, 0), *to = (void *)address_of(op->b, 0);

	switch (op->code) {
	case TD_SHARE_HYP:
		return __pkvm_host_share_hyp(op->a);
	case TD_UNSHARE_HYP:
		return __pkvm_host_unshare_hyp(op->a);
	case TD_DONATE_HYP:
		return __pkvm_host_donate_hyp(op->a, op->b);
	case TD_HYP_DONATE_HOST:
		return __pkvm_hyp_donate_host(op->a, op->b);
	case TD_SHARE_FFA:
		return __pkvm_host_share_ffa(op->a, op->b);
	case TD_UNSHARE_FFA:
		return __pkvm_host_unshare_ffa(op->a, op->b);
	case TD_PIN:
		return hyp_pin_shared_mem(from, to);
	case TD_UNPIN:
		hyp_unpin_shared_mem(from, to);
		return 0;
	case TD_HOST_FAULT:
		return td_host_fault(op->a << PAGE_SHIFT);
	case TD_FFA_SHARE_RANGES:
	case TD_FFA_UNSHARE_RANGES:
		return ffa_call(op);
	case TD_POKE:
		return poke(op);
	}
	return guest_call(op);
}
