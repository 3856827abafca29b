/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the driver, which owns the process, and the glue, which is compiled
 * with the tree's headers. No header of the tree and none of the C library is
 * needed to read this one.
 */
#ifndef TRACEDIFF_MACHINE_H
#define TRACEDIFF_MACHINE_H

typedef unsigned int td_u32;
typedef unsigned long long td_u64;

#define TD_MEMORY (1ULL << 44)
#define TD_VMEMMAP (1ULL << 45)
#define TD_PAGE_SHIFT 12
#define TD_PAGE_SIZE 4096ULL
#define TD_MAX_REGIONS 128
#define TD_MAX_PVMS 255
#define TD_MAX_ORDER 10

/* Words of the model's layout (src/hyp/layout.ts). */
#define TD_POOL_RANGE_START 0
#define TD_POOL_RANGE_END 1
#define TD_POOL_MAX_ORDER 2
#define TD_POOL_FREE_AREA 3
#define TD_POOL_WORDS (TD_POOL_FREE_AREA + 2 * (TD_MAX_ORDER + 1))
#define TD_VM_PAGE 0
#define TD_VM_PGD 1
#define TD_VM_HOST_KVM 2
#define TD_VM_CREATED_VCPUS 3
#define TD_VM_NR_VCPUS 4
#define TD_VM_POOL 5
#define TD_VM_WORDS (TD_VM_POOL + TD_POOL_WORDS)
#define TD_VCPU_VM 0
#define TD_VCPU_PAGE 1
#define TD_VCPU_HOST_FIRST 2
#define TD_VCPU_HOST_END 3
#define TD_VCPU_MC_HEAD 4
#define TD_VCPU_MC_NR_PAGES 5
#define TD_VCPU_INDEX 6
#define TD_VCPU_WORDS 7
/* A host's vCPU that lies across two pages starts so far into the first. */
#define TD_VCPU_ACROSS (4096 - 64)
#define TD_HYP_PGD 1
#define TD_HOST_PGD 2
#define TD_LOADED_VCPU 3
#define TD_HPOOL 4
#define TD_HOST_S2_POOL (TD_HPOOL + TD_POOL_WORDS)
#define TD_VM_TABLE (TD_HOST_S2_POOL + TD_POOL_WORDS)

/* What a word of the model belongs to; with a number within it, the tag of a record. */
#define TD_TAG(kind, sub) ((kind) << 16 | (sub))
#define TD_PAGE 0	/* sub: 0 refcount, 1 order, 2 host_state, 3 share count */
#define TD_NODE 1	/* sub: 0 next or link, 1 prev */
#define TD_LINK 2	/* added to sub, where a state is set: a link, as a page number */
#define TD_FRAME 2	/* sub: 32-bit word of the page */
#define TD_GLOBAL 3	/* sub: word of the layout */
#define TD_VCPU 4	/* sub: word of the record; where: slot << 16 | index */
#define TD_RAW 5	/* a word that the model does not have; where: which */

/* First words of a page that holds a VM or vCPU (src/hyp/page_words.ts). */
#define TD_VM_STRUCT (-(1 << 29))
#define TD_VCPU_STRUCT (-(1 << 30))

/* Operations, as in src/hyp/op.ts. */
enum td_code {
	TD_SHARE_HYP, TD_UNSHARE_HYP, TD_DONATE_HYP, TD_HYP_DONATE_HOST,
	TD_SHARE_FFA, TD_UNSHARE_FFA, TD_PIN, TD_UNPIN, TD_HOST_FAULT,
	TD_FFA_SHARE_RANGES, TD_FFA_UNSHARE_RANGES, TD_INIT_VM, TD_INIT_VCPU,
	TD_VCPU_LOAD, TD_VCPU_PUT, TD_SHARE_GUEST, TD_UNSHARE_GUEST,
	TD_WRPROTECT_GUEST, TD_TEST_CLEAR_YOUNG_GUEST, TD_RELAX_PERMS_GUEST,
	TD_MKYOUNG_GUEST, TD_TEARDOWN_VM, TD_POKE, TD_NR_CODES
};

struct td_op {
	td_u32 code;
	td_u64 a, b, c, d, e, f;
	td_u32 nr_list;
	const td_u64 *list;
};

struct td_region {
	td_u64 pfn, pages;
	td_u32 nomap;
	td_u32 first_page;
};

struct td_config {
	td_u32 nr_regions;
	struct td_region regions[TD_MAX_REGIONS];
	td_u64 carveout, hpool_pages, host_s2_pages;
	td_u32 debug;
	/* First word of the pages' list nodes in the model's layout. */
	td_u32 node_words;
};

/* How an operation ended. */
enum td_end { TD_RETURNED, TD_WARNED, TD_BUGGED, TD_FAULTED, TD_HUNG, TD_CRASHED, TD_UNSUPPORTED };

/* The glue's. */
extern const td_u32 td_page_bytes;		/* sizeof(struct hyp_page) */
extern const td_u32 td_supported;		/* a bit an operation of enum td_code */
extern const td_u32 td_host_state_in_ptes;
int td_boot(const struct td_config *config);
int td_run(const struct td_op *op);
/* Takes back what the host wrote for an operation, however that ended. */
int td_tidy(const struct td_op *op);
td_u32 td_locks(void);
void td_read_page(const void *entry, td_u32 fields[4]);
void td_write_page(void *entry, int field, td_u32 value);
int td_global_words(td_u32 *words);
int td_vm_words(int slot, td_u32 words[TD_VM_WORDS]);
int td_vcpu_words(int slot, int index, td_u32 words[TD_VCPU_WORDS]);
int td_set_global(td_u32 word, td_u32 value);
int td_set_vm(int slot, const td_u32 words[TD_VM_WORDS]);
int td_set_vcpu_record(int slot, int index, const td_u32 words[TD_VCPU_WORDS]);
void td_vm_extent(int slot, td_u64 *first, td_u64 *pages);
int td_vm_page_in_use(int slot, td_u64 address);
void td_vcpu_extent(int slot, int index, td_u64 *first, td_u64 *pages);
/* What a word of the globals is: a word of the layout, or -1. */
int td_global_of(td_u64 address);
int td_vm_word_of(int slot, td_u64 address);
int td_vcpu_word_of(int slot, int index, td_u64 address);
td_u64 td_vm_table(void);
/* Where a list head is that the model knows by this word; 0 for another word. */
td_u64 td_global_address(td_u32 word);
/* Where a tree keeps the host's states in its stage 2: all of them by page index, and one descriptor's. */
void td_host_states(unsigned char *states);
int td_state_of(td_u64 pte);
#define TD_LAST_LEVEL 3

/* Data of the glue that only carries arguments into a call: undone, and never told. */
#define TD_SCRATCH __attribute__((section("td_scratch")))

/* The driver's. */
extern const struct td_config *td_config_now(void);
int td_page_index(td_u64 pfn);
void td_note_table(int page, int level, td_u64 first);
td_u32 td_nr_pages(void);
td_u32 td_encode_pointer(td_u64 value);
td_u64 td_decode_pointer(td_u32 value);

#endif /* TRACEDIFF_MACHINE_H */
