/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the glue share; read after the tree's headers. */
#ifndef TRACEDIFF_GLUE_H
#define TRACEDIFF_GLUE_H

#include <linux/kvm_host.h>
#include <asm/kvm_pgtable.h>
#include <asm/kvm_pkvm.h>
#include <nvhe/gfp.h>
#include <nvhe/memory.h>
#include <nvhe/mem_protect.h>
#include <nvhe/mm.h>
#include <nvhe/pkvm.h>
#include "../driver/machine.h"

/* Where a tree keeps the host's state of a page. */
#define TREE_IN_PTES 0
#define TREE_IN_VMEMMAP 1
#define TREE_BY_GETTER 2

extern struct hyp_pool hpool;
extern struct memblock_region hyp_memory[];
extern unsigned int hyp_memblock_nr;

struct hyp_pool *td_host_s2_pool(void);
hyp_spinlock_t *td_current_vm_lock(void);
td_u32 td_nr_pages(void);
int td_boot_hypervisor(u64 base, u64 nr_hpool, u64 nr_host_s2);
int td_host_fault(u64 addr);
int td_take_carveout(u64 base, u64 pages);
void td_pool_words(const struct hyp_pool *pool, td_u32 *words);
int td_pool_word_of(const struct hyp_pool *pool, td_u64 address);
int td_set_pool(struct hyp_pool *pool, td_u32 word, td_u32 value);
td_u64 td_pool_address(struct hyp_pool *pool, td_u32 word);
struct pkvm_hyp_vm *td_vm(int slot);
td_u32 td_vm_lock_held(void);
void td_vm_table_init(void);
struct pkvm_hyp_vcpu *td_loaded_vcpu(void);
int td_is_loaded_vcpu(td_u64 address);
int td_set_loaded_vcpu(struct pkvm_hyp_vcpu *vcpu);
int td_guest_call(td_u32 code);
int td_is_hyps(u64 pfn);
int td_poke_page(u64 pfn, u64 host_state, u64 refcount, u64 share_count);
int td_poke_hyp_state(u64 pfn, u64 state);
void *tracediff_memcpy(void *to, const void *from, size_t size);

#endif /* TRACEDIFF_GLUE_H */
