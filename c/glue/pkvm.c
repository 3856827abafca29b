// SPDX-License-Identifier: GPL-2.0-only
/* The tree's pkvm.c, and its VMs and vCPUs as words of the model. */
#include "tree/arch/arm64/kvm/hyp/nvhe/pkvm.c"
#include "glue.h"

/* Instead of pages that setup.c sets aside. */
static struct pkvm_hyp_vm *vm_table_pages[TD_MAX_PVMS + 1];

void td_vm_table_init(void)
{
	vm_table = vm_table_pages;
}

td_u64 td_vm_table(void)
{
	return (td_u64)vm_table_pages;
}

struct pkvm_hyp_vm *td_vm(int slot)
{
	return vm_table_pages[slot];
}

td_u32 td_vm_lock_held(void)
{
	return hyp_spin_is_locked(&vm_table_lock);
}

#if TREE_HAS_GUESTS
struct pkvm_hyp_vcpu *td_loaded_vcpu(void)
{
	return loaded_hyp_vcpu;
}

int td_is_loaded_vcpu(td_u64 address)
{
	return address == (td_u64)&loaded_hyp_vcpu;
}

int td_set_loaded_vcpu(struct pkvm_hyp_vcpu *vcpu)
{
	if (loaded_hyp_vcpu)
		loaded_hyp_vcpu->loaded_hyp_vcpu = NULL;
	loaded_hyp_vcpu = vcpu;
	if (vcpu)
		vcpu->loaded_hyp_vcpu = &loaded_hyp_vcpu;
	return 0;
}
#else
struct pkvm_hyp_vcpu *td_loaded_vcpu(void)
{
	return NULL;
}

int td_is_loaded_vcpu(td_u64 address)
{
	return 0;
}

int td_set_loaded_vcpu(struct pkvm_hyp_vcpu *vcpu)
{
	return vcpu ? -1 : 0;
}
#endif

static u64 pfn_of(const void *at)
{
	return __hyp_pa(at) >> PAGE_SHIFT;
}

void td_vm_extent(int slot, td_u64 *first, td_u64 *pages)
{
	struct pkvm_hyp_vm *vm = vm_table_pages[slot];

	*pages = 0;
	if (!vm || td_page_index(pfn_of(vm)) < 0)
		return;
	*first = pfn_of(vm);
	*pages = PAGE_ALIGN(pkvm_get_hyp_vm_size(vm->kvm.created_vcpus)) >> PAGE_SHIFT;
}

/* The first page of a VM is in use, and those that hold pointers to vCPUs that there are. */
int td_vm_page_in_use(int slot, td_u64 address)
{
	struct pkvm_hyp_vm *vm = vm_table_pages[slot];

	return address < (td_u64)&vm->vcpus[vm->nr_vcpus];
}

void td_vcpu_extent(int slot, int index, td_u64 *first, td_u64 *pages)
{
	*first = pfn_of(vm_table_pages[slot]->vcpus[index]);
	*pages = PAGE_ALIGN(sizeof(struct pkvm_hyp_vcpu)) >> PAGE_SHIFT;
}

/* How many vCPUs there are. */
int td_vm_words(int slot, td_u32 words[TD_VM_WORDS])
{
	struct pkvm_hyp_vm *vm = vm_table_pages[slot];

	if (!vm || td_page_index(pfn_of(vm)) < 0)
		return 0;
	words[TD_VM_PAGE] = pfn_of(vm) + 1;
	words[TD_VM_PGD] = vm->pgt.pgd ? pfn_of(vm->pgt.pgd) + 1 : 0;
	words[TD_VM_HOST_KVM] = pfn_of(vm->host_kvm) + 1;
	words[TD_VM_CREATED_VCPUS] = vm->kvm.created_vcpus;
	words[TD_VM_NR_VCPUS] = vm->nr_vcpus;
	td_pool_words(&vm->pool, words + TD_VM_POOL);
	return vm->nr_vcpus;
}

int td_vcpu_words(int slot, int index, td_u32 words[TD_VCPU_WORDS])
{
	struct pkvm_hyp_vcpu *vcpu = vm_table_pages[slot]->vcpus[index];

	words[TD_VCPU_VM] = slot + 1;
	words[TD_VCPU_PAGE] = pfn_of(vcpu);
	words[TD_VCPU_HOST_FIRST] = pfn_of(vcpu->host_vcpu);
	words[TD_VCPU_HOST_END] = PAGE_ALIGN(__hyp_pa(vcpu->host_vcpu + 1)) >> PAGE_SHIFT;
	words[TD_VCPU_MC_HEAD] = vcpu->vcpu.arch.pkvm_memcache.head >> PAGE_SHIFT;
	words[TD_VCPU_MC_NR_PAGES] = vcpu->vcpu.arch.pkvm_memcache.nr_pages;
	words[TD_VCPU_INDEX] = vcpu->vcpu.vcpu_idx;
	return 0;
}

int td_vm_word_of(int slot, td_u64 address)
{
	struct pkvm_hyp_vm *vm = vm_table_pages[slot];
	int word = vm ? td_pool_word_of(&vm->pool, address) : -1;

	if (!vm)
		return -1;
	if (word >= 0)
		return TD_VM_POOL + word;
	if (address == ((td_u64)&vm->pgt.pgd & ~7ULL))
		return TD_VM_PGD;
	if (address == ((td_u64)&vm->nr_vcpus & ~7ULL))
		return TD_VM_NR_VCPUS;
	return -1;
}

int td_vcpu_word_of(int slot, int index, td_u64 address)
{
	struct kvm_hyp_memcache *mc = &vm_table_pages[slot]->vcpus[index]->vcpu.arch.pkvm_memcache;

	if ((address & ~7ULL) == ((td_u64)&mc->head & ~7ULL))
		return TD_VCPU_MC_HEAD;
	if ((address & ~7ULL) == ((td_u64)&mc->nr_pages & ~7ULL))
		return TD_VCPU_MC_NR_PAGES;
	return -1;
}

/* Takes a VM away without a call, with what its pages held. */
static void forget_vm(int slot)
{
	struct pkvm_hyp_vm *vm = vm_table_pages[slot];
	unsigned int i;

	if (!vm)
		return;
	for (i = 0; i < vm->nr_vcpus; i++)
		__builtin_memset(vm->vcpus[i], 0, PAGE_ALIGN(sizeof(*vm->vcpus[i])));
	vm_table_pages[slot] = NULL;
	__builtin_memset(vm, 0, PAGE_ALIGN(pkvm_get_hyp_vm_size(vm->kvm.created_vcpus)));
}

static void *virt_of(td_u32 pfn)
{
	return hyp_phys_to_virt((u64)pfn << PAGE_SHIFT);
}

/* Makes a VM without a call: what the tree's own functions put into it, but for its tables. */
static int make_vm(int slot, const td_u32 words[TD_VM_WORDS])
{
	struct pkvm_hyp_vm *vm = virt_of(words[TD_VM_PAGE] - 1);
	struct kvm *host_kvm = virt_of(words[TD_VM_HOST_KVM] - 1);
	int ret;

	hyp_spin_lock(&vm_table_lock);
	init_pkvm_hyp_vm(host_kvm, vm, words[TD_VM_CREATED_VCPUS]);
	vm_table_pages[slot] = vm;
	vm->kvm.arch.pkvm.handle = idx_to_vm_handle(slot);
	atomic64_set(&vm->kvm.arch.mmu.vmid.id, slot + 1);
	vm->kvm.arch.mmu.arch = &vm->kvm.arch;
	vm->kvm.arch.mmu.pgt = &vm->pgt;
	ret = kvm_guest_prepare_stage2(vm, virt_of(words[TD_VM_POOL + TD_POOL_RANGE_START]));
	hyp_spin_unlock(&vm_table_lock);
	return ret;
}

static void make_vcpu(int slot, int index, const td_u32 words[TD_VCPU_WORDS])
{
	struct pkvm_hyp_vm *vm = vm_table_pages[slot];
	struct pkvm_hyp_vcpu *vcpu = virt_of(words[TD_VCPU_PAGE]);
	int across = words[TD_VCPU_HOST_END] - words[TD_VCPU_HOST_FIRST] > 1;

	vm->vcpus[index] = vcpu;
	vcpu->host_vcpu = virt_of(words[TD_VCPU_HOST_FIRST]) + (across ? TD_VCPU_ACROSS : 0);
	vcpu->vcpu.kvm = &vm->kvm;
	vcpu->vcpu.vcpu_idx = index;
	vcpu->vcpu.arch.hw_mmu = &vm->kvm.arch.mmu;
	vm->nr_vcpus = index + 1;
}

/*
 * Brings the VMs to those of a state; their pools and memcaches are set after
 * it. The caller undoes what is stored outside the pages of VMs and vCPUs.
 */
int td_set_vm(int slot, const td_u32 words[TD_VM_WORDS])
{
	td_u32 now[TD_VM_WORDS] = { 0 };
	int field, same = 1;

	td_vm_words(slot, now);
	for (field = TD_VM_PAGE; field <= TD_VM_CREATED_VCPUS; field++)
		same &= field == TD_VM_PGD || now[field] == words[field];
	if (same)
		return 0;
	forget_vm(slot);
	return words[TD_VM_PAGE] ? make_vm(slot, words) : 0;
}

int td_set_vcpu_record(int slot, int index, const td_u32 words[TD_VCPU_WORDS])
{
	struct pkvm_hyp_vm *vm = vm_table_pages[slot];
	td_u32 now[TD_VCPU_WORDS] = { 0 };
	int field, same = 1;

	if (!vm)
		return words[TD_VCPU_VM] ? -1 : 0;
	if (!words[TD_VCPU_VM]) {
		if (index < vm->nr_vcpus) {
			__builtin_memset(vm->vcpus[index], 0, PAGE_ALIGN(sizeof(*vm->vcpus[index])));
			vm->nr_vcpus = index;
		}
		return 0;
	}
	if (index < vm->nr_vcpus)
		td_vcpu_words(slot, index, now);
	for (field = TD_VCPU_VM; field <= TD_VCPU_HOST_END; field++)
		same &= now[field] == words[field];
	if (!same)
		make_vcpu(slot, index, words);
	vm->vcpus[index]->vcpu.arch.pkvm_memcache.head =
		(phys_addr_t)words[TD_VCPU_MC_HEAD] << PAGE_SHIFT;
	vm->vcpus[index]->vcpu.arch.pkvm_memcache.nr_pages = words[TD_VCPU_MC_NR_PAGES];
	return 0;
}

static int set_vm_word(int slot, td_u32 word, td_u32 value)
{
	struct pkvm_hyp_vm *vm = vm_table_pages[slot];

	if (!vm)
		return value ? -1 : 0;
	if (word == TD_VM_PGD)
		vm->pgt.pgd = value ? virt_of(value - 1) : NULL;
	if (word >= TD_VM_POOL)
		return td_set_pool(&vm->pool, word - TD_VM_POOL, value);
	return 0;
}

/* The words that are no VM's: the PGDs, the pools. The loaded vCPU is told as slot << 16 | index + 1. */
int td_global_words(td_u32 *words)
{
	struct pkvm_hyp_vcpu *loaded = td_loaded_vcpu();
	int slot;

	words[0] = 0;
	words[TD_HYP_PGD] = pkvm_pgtable.pgd ? pfn_of(pkvm_pgtable.pgd) + 1 : 0;
	words[TD_HOST_PGD] = host_mmu.pgt.pgd ? pfn_of(host_mmu.pgt.pgd) + 1 : 0;
	words[TD_LOADED_VCPU] = 0;
	td_pool_words(&hpool, words + TD_HPOOL);
	td_pool_words(td_host_s2_pool(), words + TD_HOST_S2_POOL);
	for (slot = 0; loaded && slot < TD_MAX_PVMS; slot++)
		if (vm_table_pages[slot] &&
		    loaded->vcpu.kvm == &vm_table_pages[slot]->kvm)
			words[TD_LOADED_VCPU] = slot << 16 | (loaded->vcpu.vcpu_idx + 1);
	return 0;
}

td_u64 td_global_address(td_u32 word)
{
	int slot;

	if (word >= TD_VM_TABLE && word < TD_VM_TABLE + TD_MAX_PVMS * TD_VM_WORDS) {
		slot = (word - TD_VM_TABLE) / TD_VM_WORDS;
		word = (word - TD_VM_TABLE) % TD_VM_WORDS;
		if (!vm_table_pages[slot] || word < TD_VM_POOL)
			return 0;
		return td_pool_address(&vm_table_pages[slot]->pool, word - TD_VM_POOL);
	}
	if (word >= TD_HOST_S2_POOL && word < TD_VM_TABLE)
		return td_pool_address(td_host_s2_pool(), word - TD_HOST_S2_POOL);
	if (word >= TD_HPOOL && word < TD_HOST_S2_POOL)
		return td_pool_address(&hpool, word - TD_HPOOL);
	return 0;
}

int td_global_of(td_u64 address)
{
	int word = td_pool_word_of(&hpool, address);

	if (word >= 0)
		return TD_HPOOL + word;
	word = td_pool_word_of(td_host_s2_pool(), address);
	if (word >= 0)
		return TD_HOST_S2_POOL + word;
	if (address == (td_u64)&pkvm_pgtable.pgd)
		return TD_HYP_PGD;
	if (address == (td_u64)&host_mmu.pgt.pgd)
		return TD_HOST_PGD;
	return td_is_loaded_vcpu(address) ? TD_LOADED_VCPU : -1;
}

int td_set_global(td_u32 word, td_u32 value)
{
	struct pkvm_hyp_vm *vm;

	if (word >= TD_VM_TABLE)
		return set_vm_word((word - TD_VM_TABLE) / TD_VM_WORDS,
				   (word - TD_VM_TABLE) % TD_VM_WORDS, value);
	if (word >= TD_HOST_S2_POOL)
		return td_set_pool(td_host_s2_pool(), word - TD_HOST_S2_POOL, value);
	if (word >= TD_HPOOL)
		return td_set_pool(&hpool, word - TD_HPOOL, value);
	if (word == TD_LOADED_VCPU) {
		vm = value ? vm_table_pages[value >> 16] : NULL;
		return td_set_loaded_vcpu(vm ? vm->vcpus[(value & 0xffff) - 1] : NULL);
	}
	return -1;
}
