// SPDX-License-Identifier: GPL-2.0-only
/** Generated from trace.schema.json by scripts/generate-types.mjs: do not edit. */

/**
 * One operation, by the name of the C function it stands for.
 */
export type Operation =
  | _PkvmHostShareHyp
  | _PkvmHostUnshareHyp
  | _PkvmHostDonateHyp
  | _PkvmHypDonateHost
  | _PkvmHostShareFfa
  | _PkvmHostUnshareFfa
  | HypPinSharedMem
  | HypUnpinSharedMem
  | HandleHostMemAbort
  | FfaHostShareRanges
  | FfaHostUnshareRanges
  | _PkvmInitVm
  | _PkvmInitVcpu
  | _PkvmVcpuLoad
  | _PkvmVcpuPut
  | _PkvmHostShareGuest
  | _PkvmHostUnshareGuest
  | _PkvmHostWrprotectGuest
  | _PkvmHostTestClearYoungGuest
  | _PkvmHostRelaxPermsGuest
  | _PkvmHostMkyoungGuest
  | _PkvmTeardownVm
  | Poke;
/**
 * The outcome each implementation is held to, or one per implementation by name where they differ.
 */
export type Expect = Outcome | {[implementation: string]: Outcome};
/**
 * A page number (u64; an address is the page number times 4096, modulo 2^64).
 */
export type PageNumber = number | string;
/**
 * The operations, in order.
 *
 * @minItems 1
 */
export type Operations = Operation[];
/**
 * A byte address (u64).
 */
export type Address = number | string;
/**
 * A byte address (u64), a multiple of 4096.
 */
export type PageAddress = number | string;
/**
 * A number of 4 KiB pages (u64; the size is the count times 4096, modulo 2^64).
 */
export type PageCount = number | string;
/**
 * A number (u64) that the operation takes as a C unsigned int: modulo 2^32.
 */
export type UnsignedInt = number | string;
/**
 * Access rights (u64): X 1, W 2, R 4, added up. Other bits are refused by the operation.
 */
export type Protection = number | string;
/**
 * A number of 32 bits.
 */
export type U32 = number | string;
/**
 * A number of 16 bits.
 */
export type U16 = number | string;
/**
 * An outcome: the int an operation returns, that int as an errno name, or a panic.
 */
export type Outcome = number | string;
/**
 * One result per operation, up to and including a panic: the int returned, or the panic.
 *
 * @minItems 1
 */
export type Results = (number | 'WARN' | 'BUG' | 'FAULT')[];
/**
 * Runs of equal pages: numbers and words, hex frame and page numbers as strings.
 */
export type Runs = (number | string)[][];

/**
 * A trace of operations on pKVM's memory, format pkvm-trace/1.
 */
export interface TraceDocument {
  /**
   * Name and version of the format.
   */
  format: 'pkvm-trace/1';
  /**
   * Name of the trace, unique among the traces of a run.
   */
  name: string;
  /**
   * Why the trace exists.
   */
  description?: string;
  machine?: Machine;
  ops: Operations;
}
/**
 * The machine to boot. Each part that is left out has its default.
 */
export interface Machine {
  /**
   * CONFIG_NVHE_EL2_DEBUG (default false).
   */
  nvhe_el2_debug?: boolean;
  /**
   * Whether sharing a page with a guest that is shared otherwise is a WARN (default) or -EPERM.
   */
  share_guest_warn?: boolean;
  /**
   * The memory regions, sorted and disjoint, below 2^40.
   *
   * @minItems 1
   */
  memory?: MemoryRegion[];
  /**
   * The memory the hypervisor boots with.
   */
  hyp_carveout?: {
    /**
     * First physical page number (default 0x40e00).
     */
    pfn?: number | string;
    /**
     * Pages of the hypervisor's own pool (default 536).
     */
    hpool_pages?: number | string;
    /**
     * Pages for the tables of the host's stage 2 (default 552).
     */
    host_s2_pages?: number | string;
  };
}
/**
 * A memory region.
 */
export interface MemoryRegion {
  /**
   * Physical byte address of the region, page-aligned.
   */
  base: number | string;
  /**
   * Length in pages.
   */
  pages: number | string;
  /**
   * Not to be mapped by the host (default false).
   */
  nomap?: boolean;
}
/**
 * The host shares a page with the hypervisor.
 */
export interface _PkvmHostShareHyp {
  op: '__pkvm_host_share_hyp';
  /**
   * Physical page number.
   */
  pfn: number | string;
  expect?: Expect;
  /**
   * Free text.
   */
  comment?: string;
}
/**
 * The host takes back a page it shared with the hypervisor.
 */
export interface _PkvmHostUnshareHyp {
  op: '__pkvm_host_unshare_hyp';
  /**
   * Physical page number.
   */
  pfn: number | string;
  expect?: Expect;
  /**
   * Free text.
   */
  comment?: string;
}
/**
 * The host gives pages to the hypervisor.
 */
export interface _PkvmHostDonateHyp {
  op: '__pkvm_host_donate_hyp';
  /**
   * First physical page number.
   */
  pfn: number | string;
  /**
   * Number of pages.
   */
  nr_pages: number | string;
  expect?: Expect;
  /**
   * Free text.
   */
  comment?: string;
}
/**
 * The hypervisor gives pages to the host.
 */
export interface _PkvmHypDonateHost {
  op: '__pkvm_hyp_donate_host';
  /**
   * First physical page number.
   */
  pfn: number | string;
  /**
   * Number of pages.
   */
  nr_pages: number | string;
  expect?: Expect;
  /**
   * Free text.
   */
  comment?: string;
}
/**
 * The host shares pages with the secure world.
 */
export interface _PkvmHostShareFfa {
  op: '__pkvm_host_share_ffa';
  /**
   * First physical page number.
   */
  pfn: number | string;
  /**
   * Number of pages.
   */
  nr_pages: number | string;
  expect?: Expect;
  /**
   * Free text.
   */
  comment?: string;
}
/**
 * The host takes back pages it shared with the secure world.
 */
export interface _PkvmHostUnshareFfa {
  op: '__pkvm_host_unshare_ffa';
  /**
   * First physical page number.
   */
  pfn: number | string;
  /**
   * Number of pages.
   */
  nr_pages: number | string;
  expect?: Expect;
  /**
   * Free text.
   */
  comment?: string;
}
/**
 * The hypervisor pins memory the host shares with it.
 */
export interface HypPinSharedMem {
  op: 'hyp_pin_shared_mem';
  /**
   * Physical byte address of the first byte; rounded down to a page.
   */
  from: number | string;
  /**
   * Physical byte address after the last byte; rounded up to a page.
   */
  to: number | string;
  expect?: Expect;
  /**
   * Free text.
   */
  comment?: string;
}
/**
 * The hypervisor gives up a pin.
 */
export interface HypUnpinSharedMem {
  op: 'hyp_unpin_shared_mem';
  /**
   * Physical byte address of the first byte; rounded down to a page.
   */
  from: number | string;
  /**
   * Physical byte address after the last byte; rounded up to a page.
   */
  to: number | string;
  expect?: Expect;
  /**
   * Free text.
   */
  comment?: string;
}
/**
 * The host touches an address that its stage 2 does not map.
 */
export interface HandleHostMemAbort {
  op: 'handle_host_mem_abort';
  /**
   * Physical byte address touched.
   */
  addr: number | string;
  expect?: Expect;
  /**
   * Free text.
   */
  comment?: string;
}
/**
 * An FF-A call shares ranges with the secure world.
 */
export interface FfaHostShareRanges {
  op: 'ffa_host_share_ranges';
  /**
   * The ranges, in order; there may be none.
   */
  ranges: FfaRange[];
  expect?: Expect;
  /**
   * Free text.
   */
  comment?: string;
}
/**
 * A constituent memory range of an FF-A call.
 */
export interface FfaRange {
  /**
   * Physical byte address of the range; rounded down to a page.
   */
  address: number | string;
  /**
   * Number of pages (u32).
   */
  pg_cnt: number | string;
}
/**
 * An FF-A call takes back ranges.
 */
export interface FfaHostUnshareRanges {
  op: 'ffa_host_unshare_ranges';
  /**
   * The ranges, in order; there may be none.
   */
  ranges: FfaRange[];
  expect?: Expect;
  /**
   * Free text.
   */
  comment?: string;
}
/**
 * The host creates a VM; the result is its handle.
 */
export interface _PkvmInitVm {
  op: '__pkvm_init_vm';
  /**
   * Physical byte address of the host's struct kvm, page-aligned.
   */
  host_kvm: number | string;
  /**
   * Number of vCPUs announced (C unsigned int: modulo 2^32).
   */
  nr_vcpus: number | string;
  /**
   * Physical byte address of the memory donated for the VM; refused unless page-aligned.
   */
  vm: number | string;
  /**
   * Physical byte address of the two pages donated for the guest's stage 2; refused unless page-aligned.
   */
  pgd: number | string;
  expect?: Expect;
  /**
   * Free text.
   */
  comment?: string;
}
/**
 * The host creates a vCPU of a VM.
 */
export interface _PkvmInitVcpu {
  op: '__pkvm_init_vcpu';
  /**
   * Handle of the VM, as __pkvm_init_vm returned it (C unsigned int: modulo 2^32).
   */
  vm: number | string;
  /**
   * Physical byte address of the host's struct kvm_vcpu.
   */
  host_vcpu: number | string;
  /**
   * Index of the vCPU (C unsigned int: modulo 2^32).
   */
  vcpu_idx: number | string;
  /**
   * Physical byte address of the two pages donated for the vCPU; refused unless page-aligned.
   */
  vcpu: number | string;
  expect?: Expect;
  /**
   * Free text.
   */
  comment?: string;
}
/**
 * The CPU loads a vCPU.
 */
export interface _PkvmVcpuLoad {
  op: '__pkvm_vcpu_load';
  /**
   * Handle of the VM, as __pkvm_init_vm returned it (C unsigned int: modulo 2^32).
   */
  vm: number | string;
  /**
   * Index of the vCPU (C unsigned int: modulo 2^32).
   */
  vcpu_idx: number | string;
  expect?: Expect;
  /**
   * Free text.
   */
  comment?: string;
}
/**
 * The CPU puts the vCPU it has loaded.
 */
export interface _PkvmVcpuPut {
  op: '__pkvm_vcpu_put';
  expect?: Expect;
  /**
   * Free text.
   */
  comment?: string;
}
/**
 * The host shares a page with the VM of the loaded vCPU.
 */
export interface _PkvmHostShareGuest {
  op: '__pkvm_host_share_guest';
  /**
   * Physical page number.
   */
  pfn: number | string;
  /**
   * Guest page number: guest physical address / 4096.
   */
  gfn: number | string;
  /**
   * Access rights of the guest: X 1, W 2, R 4, added up.
   */
  prot: number | string;
  /**
   * Physical page numbers of the pages in the host's vCPU memcache, head first.
   */
  memcache?: PageNumber[];
  expect?: Expect;
  /**
   * Free text.
   */
  comment?: string;
}
/**
 * The host takes back a page it shared with a VM.
 */
export interface _PkvmHostUnshareGuest {
  op: '__pkvm_host_unshare_guest';
  /**
   * Handle of the VM, as __pkvm_init_vm returned it (C unsigned int: modulo 2^32).
   */
  vm: number | string;
  /**
   * A page number (u64; an address is the page number times 4096, modulo 2^64).
   */
  gfn: number | string;
  expect?: Expect;
  /**
   * Free text.
   */
  comment?: string;
}
/**
 * The host makes a guest's page read-only.
 */
export interface _PkvmHostWrprotectGuest {
  op: '__pkvm_host_wrprotect_guest';
  /**
   * Handle of the VM, as __pkvm_init_vm returned it (C unsigned int: modulo 2^32).
   */
  vm: number | string;
  /**
   * A page number (u64; an address is the page number times 4096, modulo 2^64).
   */
  gfn: number | string;
  expect?: Expect;
  /**
   * Free text.
   */
  comment?: string;
}
/**
 * The host asks whether a guest used a page; the result is 0 or 1.
 */
export interface _PkvmHostTestClearYoungGuest {
  op: '__pkvm_host_test_clear_young_guest';
  /**
   * Handle of the VM, as __pkvm_init_vm returned it (C unsigned int: modulo 2^32).
   */
  vm: number | string;
  /**
   * A page number (u64; an address is the page number times 4096, modulo 2^64).
   */
  gfn: number | string;
  /**
   * Whether to clear the access flag.
   */
  mkold: boolean;
  expect?: Expect;
  /**
   * Free text.
   */
  comment?: string;
}
/**
 * The host adds rights to a page of the loaded vCPU's VM.
 */
export interface _PkvmHostRelaxPermsGuest {
  op: '__pkvm_host_relax_perms_guest';
  /**
   * A page number (u64; an address is the page number times 4096, modulo 2^64).
   */
  gfn: number | string;
  /**
   * Access rights of the guest: X 1, W 2, R 4, added up.
   */
  prot: number | string;
  expect?: Expect;
  /**
   * Free text.
   */
  comment?: string;
}
/**
 * The host sets the access flag of a page of the loaded vCPU's VM.
 */
export interface _PkvmHostMkyoungGuest {
  op: '__pkvm_host_mkyoung_guest';
  /**
   * A page number (u64; an address is the page number times 4096, modulo 2^64).
   */
  gfn: number | string;
  expect?: Expect;
  /**
   * Free text.
   */
  comment?: string;
}
/**
 * The host destroys a VM.
 */
export interface _PkvmTeardownVm {
  op: '__pkvm_teardown_vm';
  /**
   * Handle of the VM, as __pkvm_init_vm returned it (C unsigned int: modulo 2^32).
   */
  vm: number | string;
  expect?: Expect;
  /**
   * Free text.
   */
  comment?: string;
}
/**
 * Writes a page's state without any check; at least one of the four. The trace is then a constructed one: the state need not be reachable.
 */
export interface Poke {
  op: 'poke';
  /**
   * A page number (u64; an address is the page number times 4096, modulo 2^64).
   */
  pfn: number | string;
  /**
   * The host's state of the page in the vmemmap.
   */
  host_state?: 'OWNED' | 'SHARED_OWNED' | 'SHARED_BORROWED' | 'NOPAGE';
  /**
   * The page's reference count (u16).
   */
  refcount?: number | string;
  /**
   * How many guest mappings the host shares the page with (u32).
   */
  host_share_guest_count?: number | string;
  /**
   * Maps the page in the hypervisor's stage 1 with this state, or unmaps it (NOPAGE).
   */
  hyp_state?: 'OWNED' | 'SHARED_BORROWED' | 'NOPAGE';
  expect?: Expect;
  /**
   * Free text.
   */
  comment?: string;
}
/**
 * A VM in a state dump.
 */
export interface VmDump {
  handle: number;
  nr_vcpus: number;
  created: number;
  pool_free: number;
  s2: Runs;
  /**
   * FNV-1a over the raw descriptors and their addresses.
   */
  s2_hash: string;
  vcpus: {
    memcache: string[];
  }[];
}
/**
 * The state of a machine, run-length encoded.
 */
export interface StateDump {
  vmemmap: Runs;
  host_s2: Runs;
  /**
   * FNV-1a over the raw descriptors and their addresses.
   */
  host_s2_hash: string;
  hyp_s1: Runs;
  /**
   * FNV-1a over the raw descriptors and their addresses.
   */
  hyp_s1_hash: string;
  free: {
    hpool: number;
    host_s2: number;
  };
  vms: VmDump[];
  /**
   * Handle and vCPU index of the loaded vCPU.
   *
   * @minItems 2
   * @maxItems 2
   */
  loaded?: [number, number];
}
/**
 * A trace and what the compiled kernel code did with it.
 */
export interface RecordingDocument {
  /**
   * Name and version of the format.
   */
  format?: 'pkvm-trace/1';
  /**
   * Name of the trace, unique among the traces of a run.
   */
  name: string;
  /**
   * Why the trace exists.
   */
  description?: string;
  machine?: Machine;
  ops: Operations;
  /**
   * Results by implementation; direct and legacy_before_fix only where they differ from legacy.
   */
  results: {
    legacy: Results;
    direct?: Results;
    legacy_before_fix?: Results;
  };
  /**
   * State after the last operation or at the panic; direct only where it differs from legacy.
   */
  state?: {
    legacy: StateDump;
    direct?: StateDump;
  };
}
