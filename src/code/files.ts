// SPDX-License-Identifier: GPL-2.0-only
/** Which files of a kernel tree are compiled, and what of them. */

const HYP = 'arch/arm64/kvm/hyp';
const ASM = 'arch/arm64/include/asm';

export const PGTABLE_C = `${HYP}/pgtable.c`;
export const MEM_PROTECT = `${HYP}/nvhe/mem_protect.c`;
export const PKVM_C = `${HYP}/nvhe/pkvm.c`;
export const FFA_C = `${HYP}/nvhe/ffa.c`;
export const HYP_MAIN_C = `${HYP}/nvhe/hyp-main.c`;
export const MM_C = `${HYP}/nvhe/mm.c`;
export const KVM_HOST_H = `${ASM}/kvm_host.h`;
export const MEMORY_H = `${HYP}/include/nvhe/memory.h`;

/** A C file of a tree: the functions that are wanted of it, with all they call within the file. */
export interface Source {
  readonly path: string;
  /** Undefined: the whole file. */
  readonly roots?: readonly string[];
  /** Functions that are left out though something calls them: what they do is of no matter here. */
  readonly without?: readonly string[];
  /** The file of the glue that includes it; undefined: it is compiled as it is. */
  readonly glue?: string;
  readonly optional?: boolean;
}

export const SOURCES: readonly Source[] = [
  {
    path: MEM_PROTECT,
    glue: 'mem_protect.c',
    roots: [
      '__pkvm_host_share_hyp',
      '__pkvm_host_unshare_hyp',
      '__pkvm_host_donate_hyp',
      '__pkvm_hyp_donate_host',
      '__pkvm_host_share_ffa',
      '__pkvm_host_unshare_ffa',
      'hyp_pin_shared_mem',
      'hyp_unpin_shared_mem',
      'host_stage2_idmap',
      'host_stage2_set_owner_locked',
      'kvm_host_prepare_stage2',
      'kvm_guest_prepare_stage2',
      'reclaim_guest_pages',
      'reclaim_pgtable_pages',
      '__pkvm_host_share_guest',
      '__pkvm_host_unshare_guest',
      '__pkvm_host_wrprotect_guest',
      '__pkvm_host_test_clear_young_guest',
      '__pkvm_host_relax_perms_guest',
      '__pkvm_host_mkyoung_guest',
    ],
  },
  {
    path: PGTABLE_C,
    roots: [
      'kvm_pgtable_walk',
      'kvm_pgtable_get_leaf',
      'kvm_pgtable_hyp_init',
      'kvm_pgtable_hyp_map',
      'kvm_pgtable_hyp_unmap',
      'kvm_pgtable_hyp_pte_prot',
      'kvm_get_vtcr',
      '__kvm_pgtable_stage2_init',
      'kvm_pgtable_stage2_pgd_size',
      'kvm_pgtable_stage2_destroy',
      'kvm_pgtable_stage2_free_unlinked',
      'kvm_pgtable_stage2_map',
      'kvm_pgtable_stage2_set_owner',
      'kvm_pgtable_stage2_annotate',
      'kvm_pgtable_stage2_unmap',
      'kvm_pgtable_stage2_pte_prot',
      'kvm_pgtable_stage2_wrprotect',
      'kvm_pgtable_stage2_mkyoung',
      'kvm_pgtable_stage2_test_clear_young',
      'kvm_pgtable_stage2_relax_perms',
    ],
  },
  { path: `${HYP}/nvhe/page_alloc.c` },
  { path: MM_C, roots: ['pkvm_create_mappings_locked', 'refill_memcache'] },
  {
    path: PKVM_C,
    glue: 'pkvm.c',
    roots: [
      '__pkvm_init_vm',
      '__pkvm_init_vcpu',
      '__pkvm_teardown_vm',
      'pkvm_load_hyp_vcpu',
      'pkvm_put_hyp_vcpu',
      'pkvm_get_loaded_hyp_vcpu',
      'get_np_pkvm_hyp_vm',
      'put_pkvm_hyp_vm',
    ],
    without: [
      'pkvm_vcpu_init_traps',
      'pkvm_vcpu_init_ptrauth',
      'pkvm_vcpu_init_sve',
      'pkvm_init_features_from_host',
    ],
  },
  {
    path: FFA_C,
    glue: 'ffa.c',
    roots: ['ffa_host_share_ranges', 'ffa_host_unshare_ranges'],
    optional: true,
  },
  {
    path: HYP_MAIN_C,
    glue: 'hyp_main.c',
    roots: [
      'handle___pkvm_vcpu_load',
      'handle___pkvm_vcpu_put',
      'handle___pkvm_host_share_guest',
      'handle___pkvm_host_unshare_guest',
      'handle___pkvm_host_wrprotect_guest',
      'handle___pkvm_host_test_clear_young_guest',
      'handle___pkvm_host_relax_perms_guest',
      'handle___pkvm_host_mkyoung_guest',
    ],
    optional: true,
  },
];

/** Headers of a tree that are used as they are, by the name they are included by. */
export const HEADERS: ReadonlyMap<string, string> = new Map([
  ['asm/kvm_pgtable.h', `${ASM}/kvm_pgtable.h`],
  ['asm/kvm_arm.h', `${ASM}/kvm_arm.h`],
  ['asm/stage2_pgtable.h', `${ASM}/stage2_pgtable.h`],
  ['asm/pgtable-hwdef.h', `${ASM}/pgtable-hwdef.h`],
  ['asm/kvm_pkvm.h', `${ASM}/kvm_pkvm.h`],
  ['nvhe/gfp.h', `${HYP}/include/nvhe/gfp.h`],
  ['nvhe/memory.h', MEMORY_H],
  ['nvhe/mem_protect.h', `${HYP}/include/nvhe/mem_protect.h`],
  ['nvhe/mm.h', `${HYP}/include/nvhe/mm.h`],
  ['nvhe/pkvm.h', `${HYP}/include/nvhe/pkvm.h`],
]);

/** Every file that is read of a tree. */
export const TREE_FILES: readonly string[] = [
  'Makefile',
  KVM_HOST_H,
  ...SOURCES.map(({ path }) => path),
  ...HEADERS.values(),
];

/** Files without which a tree has no pKVM that could be compiled. */
export const REQUIRED_FILES: readonly string[] = [
  ...SOURCES.filter(({ optional }) => !optional).map(({ path }) => path),
  ...HEADERS.values(),
  KVM_HOST_H,
];
