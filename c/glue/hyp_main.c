// SPDX-License-Identifier: GPL-2.0-only
/* The hypercalls on a guest's pages, from the tree's hyp-main.c, with the host's registers. */
#include "glue.h"
#if TREE_HAS_GUESTS
#include "tree/arch/arm64/kvm/hyp/nvhe/hyp-main.c"

static struct kvm_cpu_context host TD_SCRATCH;

u64 *td_host_registers(void)
{
	return host.regs.regs;
}

/* Results are in register 1; the two that have none leave what was put there. */
int td_guest_call(td_u32 code)
{
	switch (code) {
	case TD_VCPU_LOAD:
		handle___pkvm_vcpu_load(&host);
		break;
	case TD_VCPU_PUT:
		handle___pkvm_vcpu_put(&host);
		break;
	case TD_SHARE_GUEST:
		handle___pkvm_host_share_guest(&host);
		break;
	case TD_UNSHARE_GUEST:
		handle___pkvm_host_unshare_guest(&host);
		break;
	case TD_WRPROTECT_GUEST:
		handle___pkvm_host_wrprotect_guest(&host);
		break;
	case TD_TEST_CLEAR_YOUNG_GUEST:
		handle___pkvm_host_test_clear_young_guest(&host);
		break;
	case TD_RELAX_PERMS_GUEST:
		handle___pkvm_host_relax_perms_guest(&host);
		break;
	case TD_MKYOUNG_GUEST:
		handle___pkvm_host_mkyoung_guest(&host);
		break;
	}
	return host.regs.regs[1];
}
#endif
