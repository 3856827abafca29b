// SPDX-License-Identifier: GPL-2.0-only
/* The range loops of the tree's ffa.c. Without one, nothing is shared with the secure world. */
#include "glue.h"
#if TREE_HAS_FFA
#include "tree/arch/arm64/kvm/hyp/nvhe/ffa.c"

#define MOST_RANGES 1024
static struct ffa_mem_region_addr_range ranges[MOST_RANGES] TD_SCRATCH __aligned(8);

/* Called without hooks: where the ranges are to be put. */
void *td_ffa_ranges(void)
{
	return ranges;
}

int td_ffa_share(u32 nr)
{
	return ffa_host_share_ranges(ranges, nr);
}

int td_ffa_unshare(u32 nr)
{
	return ffa_host_unshare_ranges(ranges, nr);
}
#endif
