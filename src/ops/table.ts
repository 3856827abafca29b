// SPDX-License-Identifier: GPL-2.0-only
/**
 * The operations, one row each. How a trace writes an operation, the numbers it becomes, the machine's
 * dispatch, what reports show, the pages it is about, what minimising, exploring and fuzzing make of
 * it, and the JSON Schema all follow from its row. A row's place is the operation's code: new ones go
 * to the end, before `poke`.
 */

import type { Parameter } from './kinds.js';

/** One operation. */
export interface Row {
  /** The C function it stands for. */
  readonly name: string;
  readonly about: string;
  /** Its parameters, in the order of the C function. */
  readonly parameters: readonly Parameter[];
  /** The part of `Machine` that has the function; '' for one of the machine's own. */
  readonly part: 'transitions' | 'memProtect' | 'hostStage2' | 'ffa' | 'pkvm' | 'hypMain' | '';
  readonly isVoid?: true;
  /** Every outcome it is known to have: those the bundled traces show. */
  readonly outcomes: string;
  /** Of these, what the compiled kernel code did in the recordings (test/golden). */
  readonly recorded: string;
  /** Those that exploring a world must meet; without it the operation is not explored. */
  readonly explored?: string;
  /** The parameter that names the first page it is about, where that is not the first page named. */
  readonly firstPage?: string;
  /** It takes a reference on the page: exploration stops at a limit. */
  readonly pins?: true;
  /** A trace has to give one of the parameters that may be left out. */
  readonly needsOne?: true;
  /** Ranges outside of memory are -EINVAL. */
  readonly checksRange?: true;
}

const PFN: Parameter = { name: 'pfn', kind: 'page', about: 'Physical page number.' };
const FIRST_PFN: Parameter = { name: 'pfn', kind: 'page', about: 'First physical page number.' };
const NR_PAGES: Parameter = { name: 'nr_pages', kind: 'count', about: 'Number of pages.' };
const FROM: Parameter = {
  name: 'from',
  kind: 'from',
  about: 'Physical byte address of the first byte; rounded down to a page.',
};
const TO: Parameter = {
  name: 'to',
  kind: 'to',
  about: 'Physical byte address after the last byte; rounded up to a page.',
};
const RANGES: Parameter = {
  name: 'ranges',
  kind: 'ranges',
  about: 'The ranges, in order; there may be none.',
};
const VM: Parameter = {
  name: 'vm',
  kind: 'handle',
  about: 'Handle of the VM, as __pkvm_init_vm returned it (C unsigned int: modulo 2^32).',
};
const VCPU_IDX: Parameter = {
  name: 'vcpu_idx',
  kind: 'index',
  about: 'Index of the vCPU (C unsigned int: modulo 2^32).',
  tried: 0,
};
const GFN: Parameter = {
  name: 'gfn',
  kind: 'gfn',
  about: 'Guest page number: guest physical address / 4096.',
};
const PROT: Parameter = {
  name: 'prot',
  kind: 'prot',
  about: 'Access rights of the guest: X 1, W 2, R 4, added up.',
};

const X = 1;
const W = 2;
const R = 4;

/** A guest's PGD and a vCPU's state each take two pages. */
const PAIR = () => 2;
/** `struct pkvm_hyp_vm` with a pointer for each vCPU. */
const BYTES_OF_A_VM = 4096;
const pagesOfVm = (vcpus: number) => Math.ceil((BYTES_OF_A_VM + 8 * vcpus) / 4096);

export const TABLE: readonly Row[] = [
  {
    name: '__pkvm_host_share_hyp',
    about: 'The host shares a page with the hypervisor.',
    parameters: [PFN],
    part: 'transitions',
    outcomes: '0 -EPERM -EINVAL WARN',
    recorded: '0 -EINVAL -EPERM WARN',
    explored: '0 -EPERM',
  },
  {
    name: '__pkvm_host_unshare_hyp',
    about: 'The host takes back a page it shared with the hypervisor.',
    parameters: [PFN],
    part: 'transitions',
    outcomes: '0 -EPERM -EINVAL -EBUSY',
    recorded: '0 -EBUSY -EINVAL -EPERM',
    explored: '0 -EPERM -EBUSY',
  },
  {
    name: '__pkvm_host_donate_hyp',
    about: 'The host gives pages to the hypervisor.',
    parameters: [FIRST_PFN, NR_PAGES],
    part: 'transitions',
    outcomes: '0 -EPERM -EINVAL WARN BUG FAULT',
    recorded: '0 -EINVAL -EPERM WARN',
    explored: '0 -EPERM',
    checksRange: true,
  },
  {
    name: '__pkvm_hyp_donate_host',
    about: 'The hypervisor gives pages to the host.',
    parameters: [FIRST_PFN, NR_PAGES],
    part: 'transitions',
    outcomes: '0 -EPERM -EINVAL -ERANGE WARN',
    recorded: '0 -EINVAL -EPERM WARN',
    explored: '0 -EPERM',
  },
  {
    name: '__pkvm_host_share_ffa',
    about: 'The host shares pages with the secure world.',
    parameters: [FIRST_PFN, NR_PAGES],
    part: 'transitions',
    outcomes: '0 -EPERM -EINVAL',
    recorded: '0 -EINVAL -EPERM',
    explored: '0 -EPERM',
    checksRange: true,
  },
  {
    name: '__pkvm_host_unshare_ffa',
    about: 'The host takes back pages it shared with the secure world.',
    parameters: [FIRST_PFN, NR_PAGES],
    part: 'transitions',
    outcomes: '0 -EPERM -EINVAL',
    recorded: '0 -EINVAL -EPERM',
    explored: '0 -EPERM',
    checksRange: true,
  },
  {
    name: 'hyp_pin_shared_mem',
    about: 'The hypervisor pins memory the host shares with it.',
    parameters: [FROM, TO],
    part: 'memProtect',
    outcomes: '0 -EPERM -EINVAL BUG',
    recorded: '0 -EINVAL -EPERM',
    explored: '0 -EPERM',
    pins: true,
  },
  {
    name: 'hyp_unpin_shared_mem',
    about: 'The hypervisor gives up a pin.',
    parameters: [FROM, TO],
    part: 'memProtect',
    isVoid: true,
    outcomes: '0 BUG FAULT',
    recorded: '0 BUG',
    explored: '0 BUG',
  },
  {
    name: 'handle_host_mem_abort',
    about: 'The host touches an address that its stage 2 does not map.',
    parameters: [{ name: 'addr', kind: 'address', about: 'Physical byte address touched.' }],
    part: 'hostStage2',
    outcomes: '0 -EAGAIN BUG WARN',
    recorded: '0 -EAGAIN BUG',
    explored: '0 -EAGAIN BUG',
  },
  {
    name: 'ffa_host_share_ranges',
    about: 'An FF-A call shares ranges with the secure world.',
    parameters: [RANGES],
    part: 'ffa',
    outcomes: '0 -6',
    recorded: '0 -6',
    explored: '0 -6',
  },
  {
    name: 'ffa_host_unshare_ranges',
    about: 'An FF-A call takes back ranges.',
    parameters: [RANGES],
    part: 'ffa',
    outcomes: '0 -6',
    recorded: '0 -6',
    explored: '0 -6',
  },
  {
    name: '__pkvm_init_vm',
    about: 'The host creates a VM; the result is its handle.',
    parameters: [
      {
        name: 'host_kvm',
        kind: 'aligned',
        about: "Physical byte address of the host's struct kvm, page-aligned.",
      },
      {
        name: 'nr_vcpus',
        kind: 'vcpus',
        about: 'Number of vCPUs announced (C unsigned int: modulo 2^32).',
      },
      {
        name: 'vm',
        kind: 'donated',
        about:
          'Physical byte address of the memory donated for the VM; refused unless page-aligned.',
        pages: pagesOfVm,
      },
      {
        name: 'pgd',
        kind: 'donated',
        about:
          "Physical byte address of the two pages donated for the guest's stage 2; refused unless page-aligned.",
        pages: PAIR,
      },
    ],
    part: 'pkvm',
    outcomes: 'handle -EPERM -EINVAL -ENOMEM WARN BUG FAULT',
    recorded: 'handle -EINVAL -ENOMEM -EPERM FAULT',
  },
  {
    name: '__pkvm_init_vcpu',
    about: 'The host creates a vCPU of a VM.',
    parameters: [
      VM,
      {
        name: 'host_vcpu',
        kind: 'object',
        about: "Physical byte address of the host's struct kvm_vcpu.",
      },
      VCPU_IDX,
      {
        name: 'vcpu',
        kind: 'donated',
        about:
          'Physical byte address of the two pages donated for the vCPU; refused unless page-aligned.',
        pages: PAIR,
      },
    ],
    part: 'pkvm',
    outcomes: '0 -ENOMEM -ENOENT -EINVAL -EBUSY WARN BUG',
    recorded: '0 -EBUSY -EINVAL -ENOENT -ENOMEM',
    firstPage: 'vcpu',
  },
  {
    name: '__pkvm_vcpu_load',
    about: 'The CPU loads a vCPU.',
    parameters: [VM, VCPU_IDX],
    part: 'pkvm',
    outcomes: '0 BUG',
    recorded: '0',
    explored: '0',
  },
  {
    name: '__pkvm_vcpu_put',
    about: 'The CPU puts the vCPU it has loaded.',
    parameters: [],
    part: 'pkvm',
    outcomes: '0 BUG',
    recorded: '0',
    explored: '0',
  },
  {
    name: '__pkvm_host_share_guest',
    about: 'The host shares a page with the VM of the loaded vCPU.',
    parameters: [
      PFN,
      GFN,
      { ...PROT, tried: R | W | X },
      {
        name: 'memcache',
        kind: 'pages',
        about: "Physical page numbers of the pages in the host's vCPU memcache, head first.",
        isOptional: true,
      },
    ],
    part: 'hypMain',
    outcomes: '0 -EINVAL -ENOMEM -EPERM -ERANGE WARN',
    recorded: '0 -EINVAL -ENOMEM -EPERM -ERANGE WARN',
    explored: '0 -EPERM WARN',
  },
  {
    name: '__pkvm_host_unshare_guest',
    about: 'The host takes back a page it shared with a VM.',
    parameters: [VM, GFN],
    part: 'hypMain',
    outcomes: '0 -EINVAL -ENOENT -E2BIG -ERANGE -EPERM WARN BUG',
    recorded: '0 -E2BIG -EINVAL -ENOENT -EPERM -ERANGE',
    explored: '0 -EPERM -ENOENT -E2BIG',
  },
  {
    name: '__pkvm_host_wrprotect_guest',
    about: "The host makes a guest's page read-only.",
    parameters: [VM, GFN],
    part: 'hypMain',
    outcomes: '0 -EINVAL -ENOENT -E2BIG -ERANGE -EPERM WARN BUG',
    recorded: '0 -E2BIG -EINVAL -ENOENT -ERANGE',
    explored: '0 -EPERM -ENOENT -E2BIG',
  },
  {
    name: '__pkvm_host_test_clear_young_guest',
    about: 'The host asks whether a guest used a page; the result is 0 or 1.',
    parameters: [
      VM,
      GFN,
      { name: 'mkold', kind: 'flag', about: 'Whether to clear the access flag.', tried: 1 },
    ],
    part: 'hypMain',
    outcomes: '0 1 -EINVAL -ENOENT -E2BIG -ERANGE -EPERM WARN BUG',
    recorded: '0 1 -E2BIG -EINVAL -ENOENT -ERANGE',
    explored: '0 1 -EPERM -ENOENT -E2BIG',
  },
  {
    name: '__pkvm_host_relax_perms_guest',
    about: "The host adds rights to a page of the loaded vCPU's VM.",
    parameters: [GFN, { ...PROT, tried: R | W }],
    part: 'hypMain',
    outcomes: '0 -EINVAL -ENOENT -E2BIG -ERANGE -EPERM WARN',
    recorded: '0 -E2BIG -EINVAL -ENOENT -ERANGE',
    explored: '0 -EPERM -ENOENT -E2BIG',
  },
  {
    name: '__pkvm_host_mkyoung_guest',
    about: "The host sets the access flag of a page of the loaded vCPU's VM.",
    parameters: [GFN],
    part: 'hypMain',
    outcomes: '0 -EINVAL -ENOENT -E2BIG -ERANGE -EPERM WARN',
    recorded: '0 -E2BIG -EINVAL -ENOENT -EPERM -ERANGE',
    explored: '0 -EPERM -ENOENT -E2BIG',
  },
  {
    name: '__pkvm_teardown_vm',
    about: 'The host destroys a VM.',
    parameters: [VM],
    part: 'pkvm',
    outcomes: '0 -ENOENT WARN BUG',
    recorded: '0 -ENOENT WARN',
  },
  {
    name: 'poke',
    about:
      "Writes a page's state without any check; at least one of the four. The trace is then a constructed one: the state need not be reachable.",
    parameters: [
      PFN,
      {
        name: 'host_state',
        kind: 'hostState',
        about: "The host's state of the page in the vmemmap.",
        isOptional: true,
      },
      {
        name: 'refcount',
        kind: 'u16',
        about: "The page's reference count (u16).",
        isOptional: true,
      },
      {
        name: 'host_share_guest_count',
        kind: 'u32',
        about: 'How many guest mappings the host shares the page with (u32).',
        isOptional: true,
      },
      {
        name: 'hyp_state',
        kind: 'hypState',
        about: "Maps the page in the hypervisor's stage 1 with this state, or unmaps it (NOPAGE).",
        isOptional: true,
      },
    ],
    part: '',
    needsOne: true,
    outcomes: '0 -ENOMEM FAULT',
    recorded: '',
  },
];
