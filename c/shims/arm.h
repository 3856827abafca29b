/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The CPU of the machine: 40 bits of physical address, 4 KiB pages, FWB for
 * guests, neither LPA2 nor hVHE nor range invalidation. Caches and TLBs are
 * not modelled: their maintenance does nothing.
 */
#ifndef TRACEDIFF_ARM_H
#define TRACEDIFF_ARM_H

#define id_aa64mmfr0_el1_sys_val 2ULL
#define id_aa64mmfr1_el1_sys_val 0ULL
#define ID_AA64MMFR0_EL1_PARANGE_SHIFT 0
#define ID_AA64MMFR0_EL1_PARANGE_40 2
#define ID_AA64MMFR0_EL1_PARANGE_48 5
#define ID_AA64MMFR0_EL1_PARANGE_52 6
#define cpuid_feature_extract_unsigned_field(reg, shift) (((reg) >> (shift)) & 15)
#define get_vmid_bits(mmfr1) 8
#define cpus_have_final_cap(cap) (cap)
#define cpus_have_final_boot_cap(cap) (cap)
#define cpus_have_cap(cap) (cap)
#define alternative_has_cap_likely(cap) (cap)
#define alternative_has_cap_unlikely(cap) (cap)
#define ARM64_HAS_STAGE2_FWB 1
#define ARM64_KVM_HVHE 0
#define ARM64_WORKAROUND_AMPERE_AC03_CPU_38 0
#define ARM64_SPECTRE_V3A 0
#define system_supports_lpa2() 0
#define system_supports_bti_kernel() 0
#define system_supports_tlb_range() 0
#define system_supports_sve() 0
#define has_hvhe() 0
#define has_vhe() 0
#define is_hyp_code() 1

static inline u32 id_aa64mmfr0_parange_to_phys_shift(int parange)
{
	static const u8 bits[] = { 32, 36, 40, 42, 44, 48, 52 };

	return bits[parange];
}

#define PHYS_MASK_SHIFT 48
#define VA_BITS 48

#define MT_NORMAL 0
#define MT_NORMAL_TAGGED 1
#define MT_NORMAL_NC 2
#define MT_DEVICE_nGnRnE 3
#define MT_DEVICE_nGnRE 4
#define MT_S2_NORMAL 0xf
#define MT_S2_NORMAL_NC 5
#define MT_S2_DEVICE_nGnRE 1
#define MT_S2_FWB_NORMAL 6
#define MT_S2_FWB_NORMAL_NC 5
#define MT_S2_FWB_DEVICE_nGnRE 1
#define MT_S2_AS_S1 7
#define MT_S2_FWB_AS_S1 7
#define TRACEDIFF_MEMATTR(attr, fwb) \
	((u64)((fwb) ? MT_S2_FWB_##attr : MT_S2_##attr) << 2)
#if TREE_MEMATTR_ARGS == 3
#define PAGE_S2_MEMATTR(attr, fwb, mte) TRACEDIFF_MEMATTR(attr, fwb)
#else
#define PAGE_S2_MEMATTR(attr, fwb) TRACEDIFF_MEMATTR(attr, fwb)
#endif

#define write_sysreg(value, reg) do { } while (0)
#define read_sysreg(reg) 0ULL
#define __tlbi(...) do { } while (0)
#define __tlbi_level(...) do { } while (0)
#define __tlbi_sync_s1ish_hyp() do { } while (0)
#define __TLBI_VADDR(addr, asid) (addr)
#define TLBI_TTL_UNKNOWN 0
#define MAX_TLBI_RANGE_PAGES (1UL << 21)
#define kvm_call_hyp(f, ...) do { } while (0)
#define kvm_call_hyp_nvhe(f, ...) do { } while (0)
#define __kvm_tlb_flush_vmid(mmu) do { } while (0)
#define __kvm_flush_vm_context() do { } while (0)
#define kvm_flush_dcache_to_poc(at, size) do { } while (0)
#define __clean_dcache_guest_page(at, size) do { } while (0)
#define __invalidate_icache_guest_page(at, size) do { } while (0)
#define __load_stage2(mmu, arch) do { } while (0)
#define cond_resched() do { } while (0)
#define touch_softlockup_watchdog() do { } while (0)

enum arm64_hyp_spectre_vector {
	HYP_VECTOR_DIRECT,
	HYP_VECTOR_SPECTRE_DIRECT,
	HYP_VECTOR_INDIRECT,
	HYP_VECTOR_SPECTRE_INDIRECT,
};

/* kvm_protected_mode_initialized: the machine is past its boot, or boots by itself. */
#define static_branch_likely(key) 1
#define static_branch_unlikely(key) 0

#endif /* TRACEDIFF_ARM_H */
