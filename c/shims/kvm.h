/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM's structures, with the members that the hypervisor's C uses. What a tree
 * defines in its own way comes from the tree, in tree.h, which is made when a
 * tree is built. TREE_VM_PAD brings struct pkvm_hyp_vm to one page.
 */
#ifndef TRACEDIFF_KVM_H
#define TRACEDIFF_KVM_H

#include "tree.h"

#ifndef TREE_VM_PAD
#define TREE_VM_PAD 0
#endif

/* Distance from a physical address to the hypervisor's address of it. */
#define TRACEDIFF_HYP_VA (1UL << 44)
#define hyp_physvirt_offset (-(s64)TRACEDIFF_HYP_VA)
#define __hyp_pa(virt) ((phys_addr_t)(virt) + hyp_physvirt_offset)
#define kern_hyp_va(at) (at)
#define __kvm_nvhe_sym(name) name
#define kvm_nvhe_sym(name) name
#define kvm_ksym_ref(name) (name)

#define KVM_MAX_VCPUS 512
#define KVM_VCPU_MAX_FEATURES 9
#define MEMBLOCK_NOMAP 4

struct memblock_region {
	phys_addr_t base;
	phys_addr_t size;
	int flags;
};

struct user_pt_regs {
	u64 regs[31];
	u64 sp, pc, pstate;
};

struct kvm_cpu_context {
	struct user_pt_regs regs;
};

struct kvm_vcpu_fault_info {
	u64 esr_el2, far_el2, hpfar_el2, disr_el1;
};

struct kvm_nvhe_init_params {
	u64 hcr_el2, vttbr, vtcr;
};

struct kvm;
struct kvm_arch;
struct kvm_pgtable;

struct kvm_vmid {
	atomic64_t id;
};

struct kvm_s2_mmu {
	struct kvm_vmid vmid;
	phys_addr_t pgd_phys;
	struct kvm_pgtable *pgt;
	u64 vtcr;
	struct kvm_arch *arch;
};

struct kvm_protected_vm {
	pkvm_handle_t handle;
	struct kvm_hyp_memcache teardown_mc;
	struct kvm_hyp_memcache stage2_teardown_mc;
	bool enabled;
	bool is_protected;
	bool is_created;
};

struct kvm_arch {
	struct kvm_s2_mmu mmu;
	unsigned long flags;
	unsigned long vcpu_features[1];
	struct kvm_protected_vm pkvm;
};

struct kvm {
	unsigned int created_vcpus;
	struct kvm_arch arch;
	u8 pad[64 + TREE_VM_PAD];
};

struct kvm_mp_state {
	u32 mp_state;
};
#define KVM_MP_STATE_STOPPED 5

struct kvm_vcpu_arch {
	struct kvm_cpu_context ctxt;
	struct kvm_s2_mmu *hw_mmu;
	struct kvm_vcpu_fault_info fault;
	u64 hcr_el2, mdcr_el2, hcrx_el2, cptr_el2, vsesr_el2;
	u64 flags;
	u8 cflags, iflags, sflags;
	unsigned int sve_max_vl;
	unsigned long features[1];
	struct kvm_mp_state mp_state;
	struct kvm_hyp_memcache pkvm_memcache;
};

/* The host's vCPU is a page, and the hypervisor's, which holds one, two. */
struct kvm_vcpu {
	union {
		struct {
			struct kvm *kvm;
			int vcpu_id;
			int vcpu_idx;
			struct kvm_vcpu_arch arch;
		};
		u8 page[PAGE_SIZE];
	};
};

#define KVM_ARCH_FLAG_MTE_ENABLED 1
#define KVM_ARCH_FLAG_ID_REGS_INITIALIZED 7
#define kvm_vm_is_protected(kvm) false
#define vcpu_is_protected(vcpu) false
#define kvm_has_mte(kvm) false
#define kvm_s2_mmu_valid(mmu) true
#define is_protected_kvm_enabled() true

#define cpu_reg(context, r) ((context)->regs.regs[r])
#define DECLARE_REG(type, name, context, r) type name = (type)cpu_reg(context, r)

/* What a vCPU starts with is of no matter here. */
#define pkvm_vcpu_init_traps(vcpu) do { } while (0)
#define pkvm_vcpu_init_ptrauth(vcpu) do { } while (0)
#define pkvm_vcpu_init_sve(vcpu, host) do { } while (0)
#define pkvm_init_features_from_host(vm, kvm) do { } while (0)

#endif /* TRACEDIFF_KVM_H */
