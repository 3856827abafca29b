/* SPDX-License-Identifier: GPL-2.0-only */
/* The tree's, but for the size of the host's pool, which the trace's machine says. */
#ifndef TRACEDIFF_KVM_PKVM_H
#define TRACEDIFF_KVM_PKVM_H

struct ffa_mem_region { u8 size; };
struct ffa_mem_region_attributes { u8 size; };
struct ffa_composite_mem_region { u8 size; };
struct ffa_mem_region_addr_range {
	u64 address;
	u32 pg_cnt;
	u32 reserved;
};
#define SG_MAX_SEGMENTS 128
#define FFA_PAGE_SIZE SZ_4K
#define FFA_RET_DENIED -6
struct cpu_sve_state { u8 size; };
#define SVE_SIG_REGS_SIZE(vq) (vq)
#define sve_vq_from_vl(vl) (vl)
extern unsigned int kvm_host_sve_max_vl;

#define host_s2_pgtable_pages tree_host_s2_pgtable_pages
#include_next <asm/kvm_pkvm.h>
#undef host_s2_pgtable_pages

unsigned long host_s2_pgtable_pages(void);

#endif /* TRACEDIFF_KVM_PKVM_H */
