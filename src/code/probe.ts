// SPDX-License-Identifier: GPL-2.0-only
/** What a tree has, as far as its text says: what the shims and the glue are told of it. */

import { SideError } from '../side/side.js';
import { cutFunction, cutStruct } from './cut.js';
import { FFA_C, HYP_MAIN_C, KVM_HOST_H, MEM_PROTECT, MEMORY_H, PGTABLE_C } from './files.js';
import type { TreeFiles } from './tree.js';

/** Where a tree keeps the host's state of a page. */
export type HostState = 'ptes' | 'vmemmap' | 'getter';

export interface Probes {
  readonly hostState: HostState;
  readonly hasShareCount: boolean;
  readonly hasGuests: boolean;
  readonly hasFfa: boolean;
  /** A page that is shared with nobody known is a WARN when it is shared with a guest. */
  readonly shareGuestWarn: boolean;
  /** CONFIG_NVHE_EL2_DEBUG is asked for by the preprocessor: each setting is a program of its own. */
  readonly debugAtBuildTime: boolean;
  /** Arguments of PAGE_S2_MEMATTR. */
  readonly memattrArgs: number;
  /** Text of `tree.h`: what a tree defines in its own way. */
  readonly treeHeader: string;
}

/**
 * Looks a tree over.
 * @throws SideError if it keeps things in a way that is not known here
 */
export function probe(files: TreeFiles): Probes {
  const memory = files.get(MEMORY_H) ?? '';
  const memProtect = files.get(MEM_PROTECT) ?? '';
  const hypMain = files.get(HYP_MAIN_C) ?? '';
  const kvmHost = files.get(KVM_HOST_H) ?? '';
  const pgtable = files.get(PGTABLE_C) ?? '';
  const probes = {
    hostState: hostStateOf(memory),
    hasShareCount: /\bhost_share_guest_count\b/.test(memory),
    hasGuests:
      /\b__pkvm_host_share_guest\(/.test(memProtect) &&
      /\bhandle___pkvm_host_share_guest\(/.test(hypMain),
    hasFfa: /\bffa_host_share_ranges\(/.test(files.get(FFA_C) ?? ''),
    shareGuestWarn: /WARN_ON\(1\)/.test(cutFunction(memProtect, '__pkvm_host_share_guest') ?? ''),
    debugAtBuildTime: [...files.values()].some((text) =>
      /^#\s*if.*\bCONFIG_NVHE_EL2_DEBUG\b/m.test(text),
    ),
    memattrArgs: /PAGE_S2_MEMATTR\([^()]*(?:\([^()]*\)[^()]*)*,[^,()]*,/.test(pgtable) ? 3 : 2,
  };
  return { ...probes, treeHeader: treeHeaderOf(kvmHost) };
}

function hostStateOf(memory: string): HostState {
  if (/\bget_host_state\(/.test(memory)) return 'getter';
  return /\bhost_state\b/.test(memory) ? 'vmemmap' : 'ptes';
}

const MEMCACHE_FUNCTIONS = ['push_hyp_memcache', 'pop_hyp_memcache', '__topup_hyp_memcache'];

function treeHeaderOf(kvmHost: string): string {
  const handle = /^typedef [^;]*\bpkvm_handle_t;/m.exec(kvmHost)?.[0];
  const memcache = cutStruct(kvmHost, 'kvm_hyp_memcache');
  const functions = MEMCACHE_FUNCTIONS.map((name) => cutFunction(kvmHost, name));
  const missing = [
    ...(handle ? [] : ['pkvm_handle_t']),
    ...(memcache ? [] : ['struct kvm_hyp_memcache']),
    ...MEMCACHE_FUNCTIONS.filter((_, i) => functions[i] === undefined),
  ];
  if (missing.length > 0) {
    throw new SideError(`not supported: ${KVM_HOST_H} does not define ${missing.join(', ')}`);
  }
  return `${[handle, memcache, ...functions].join('\n\n')}\n`;
}

/** Macros that tell the shims and the glue. `vmPad`: bytes that bring struct pkvm_hyp_vm to a page. */
export function definesOf(probes: Probes, debug: boolean, vmPad: number): string[] {
  const flag = (value: boolean) => (value ? 1 : 0);
  return [
    `TREE_HOST_STATE=${['ptes', 'vmemmap', 'getter'].indexOf(probes.hostState)}`,
    `TREE_HAS_SHARE_COUNT=${flag(probes.hasShareCount)}`,
    `TREE_HAS_GUESTS=${flag(probes.hasGuests)}`,
    `TREE_HAS_FFA=${flag(probes.hasFfa)}`,
    `TREE_MEMATTR_ARGS=${probes.memattrArgs}`,
    `TREE_VM_PAD=${vmPad}`,
    ...(!probes.debugAtBuildTime
      ? ['TREE_DEBUG_AT_RUN_TIME=1']
      : debug
        ? ['CONFIG_NVHE_EL2_DEBUG=1']
        : []),
  ];
}
