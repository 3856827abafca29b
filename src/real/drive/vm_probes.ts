// SPDX-License-Identifier: GPL-2.0-only
/**
 * Experiments with a VM: where the hypervisor reads what it needs of the host's `struct kvm` and
 * `struct kvm_vcpu`, and how its guest calls are made. The structs are ours: pages of zeros in
 * which one number after the other is set, until the hypervisor answers differently.
 */

import { SideError } from '../../side/side.js';
import type { HypPageLayout } from '../machine/hyp_page.js';
import { addressOf, isValid, TableMirror } from '../machine/table_mirror.js';
import type { Cpu } from './cpu.js';
import { hypercall } from './hypercalls.js';
import type { Kernel } from './kernel.js';

const PAGE = 4096;
const ENOMEM = -12;
const EINVAL = -22;

/** What a kernel's VMs are made of; offsets in bytes. */
export interface VmFacts {
  /** `created_vcpus` in struct kvm. */
  readonly createdVcpus: number;
  /** `vcpu_idx` in struct kvm_vcpu. */
  readonly vcpuIdx: number;
  /** Pages that a struct kvm_vcpu is pinned in: page-aligned, and 8 bytes into a page. */
  readonly vcpuPages: readonly [aligned: number, unaligned: number];
  /** What guest calls need; or why there are none. */
  readonly guests: GuestFacts | { readonly none: string };
}

export interface GuestFacts {
  /** The head of `arch.pkvm_memcache` in struct kvm_vcpu; its count is 8 bytes on. */
  readonly memcache: number;
  /** The calls take a number of pages. */
  readonly ranged: boolean;
  /** The count of guest mappings in struct hyp_page. */
  readonly shareCount: { readonly offset: number; readonly bytes: number };
}

/** Bytes into a page at which a struct kvm_vcpu that is not page-aligned is put. */
export const UNALIGNED_OFFSET = 8;

/** Most pages that a struct is looked for in. */
const STRUCT_PAGES = 4;
/** Pages of the probe: from its first one on. */
const AT = { kvm: 0, vm: 8, pgd: 16, vcpuStruct: 32, vcpu: 48, shared: 64 } as const;
const HANDLE = 0x1000;

/** Bytes of struct hyp_page, and where its reference count is. */
type EntryPlace = Pick<HypPageLayout, 'size' | 'refcount'>;

class VmProbe {
  readonly #hyp: TableMirror;

  constructor(
    readonly kernel: Kernel,
    private readonly first: number,
  ) {
    // The tables that map the vmemmap stay as they are.
    this.#hyp = kernel.tables().hyp;
  }

  page(offset: number): number {
    return this.first + offset;
  }

  hypVa(offset: number, bytes = 0): bigint {
    return this.kernel.addresses.hypVa(this.page(offset) * PAGE + bytes);
  }

  linear(offset: number): bigint {
    return this.kernel.addresses.linear(this.page(offset) * PAGE);
  }

  fill(offset: number, bytes: Buffer): void {
    this.kernel.ram.write(this.page(offset) * PAGE, bytes);
  }

  async result(name: string, ...args: (bigint | number)[]): Promise<number> {
    return intOf(await this.kernel.call(name, ...args), name);
  }

  async share(offset: number, pages: number): Promise<void> {
    for (let i = 0; i < pages; i++) {
      await this.result('__pkvm_host_share_hyp', this.page(offset + i));
    }
  }

  initVm(unaligned = 0n): Promise<number> {
    const vm = this.linear(AT.vm) + unaligned;
    return this.result('__pkvm_init_vm', this.hypVa(AT.kvm), vm, this.linear(AT.pgd));
  }

  initVcpu(bytes = 0): Promise<number> {
    const struct = this.hypVa(AT.vcpuStruct, bytes);
    return this.result('__pkvm_init_vcpu', HANDLE, struct, this.linear(AT.vcpu));
  }

  refcount(offset: number, entry: EntryPlace): number {
    return this.entry(offset, entry.size).readUInt16LE(entry.refcount);
  }

  entry(offset: number, size: number): Buffer {
    const va = this.kernel.machine.vmemmap + BigInt(this.page(offset) * size);
    const { pte } = this.#hyp.leaf(Number(va >> 12n));
    return this.kernel.ram.read(addressOf(pte) + Number(va & 0xfffn), size);
  }
}

function intOf(ending: Awaited<ReturnType<Cpu['call']>>, name: string): number {
  if (ending.kind === 'returned') return Number(BigInt.asIntN(32, ending.registers.x[0]));
  throw new SideError(`${name} of an empty VM ends in a ${ending.kind}`);
}

/**
 * Finds the one word whose value makes a difference.
 * @param words how many words there are
 * @param isHit whether it is among the words of a range
 */
async function findWord(
  words: number,
  isHit: (from: number, to: number) => Promise<boolean>,
): Promise<number | undefined> {
  if (!(await isHit(0, words))) return undefined;
  let from = 0;
  let to = words;
  while (to - from > 1) {
    const middle = (from + to) >> 1;
    if (await isHit(from, middle)) to = middle;
    else from = middle;
  }
  return from;
}

/** Words of a struct, all zero but those of a range. */
function wordsOf(pages: number, bytes: 4 | 8, from: number, to: number, value: number): Buffer {
  const words = Buffer.alloc(pages * PAGE);
  for (let word = from; word < to; word++) words.writeUInt32LE(value, word * bytes);
  return words;
}

/**
 * Makes a VM with one vCPU, and finds out about it on the way. The kernel is not reset after it.
 * @param pages the first of some pages that are the host's alone
 */
export async function probeVm(
  kernel: Kernel,
  pages: number,
  entry: EntryPlace,
): Promise<VmFacts | { readonly none: string }> {
  const probe = new VmProbe(kernel, pages);
  const missing = ['__pkvm_init_vm', '__pkvm_init_vcpu', '__pkvm_teardown_vm'].filter(
    (name) => !kernel.symbols.hasHyp(name),
  );
  if (missing.length > 0) return { none: `the kernel has no ${missing.join(', no ')}` };
  await kernel.reset();
  await probe.share(AT.kvm, 1);
  const created = await findWord(PAGE / 4, async (from, to) => {
    probe.fill(AT.kvm, wordsOf(1, 4, from, to, 1));
    // An address that is not page-aligned is refused after the count was looked at.
    return (await probe.initVm(1n)) === ENOMEM;
  });
  if (created === undefined) return { none: 'created_vcpus of struct kvm cannot be found' };
  probe.fill(AT.kvm, wordsOf(1, 4, created, created + 1, 1));
  const handle = await probe.initVm();
  if (handle !== HANDLE) return { none: `a VM with one vCPU is refused with ${handle}` };

  /** A VM with a vCPU announced, and a struct for it that is shared and holds these bytes. */
  const withVm = async (struct: Buffer): Promise<void> => {
    await kernel.reset();
    await probe.share(AT.kvm, 1);
    probe.fill(AT.kvm, wordsOf(1, 4, created, created + 1, 1));
    await probe.initVm();
    await probe.share(AT.vcpuStruct, STRUCT_PAGES);
    probe.fill(AT.vcpuStruct, struct);
  };
  const words = (STRUCT_PAGES - 1) * (PAGE / 4);
  const index = await findWord(words, async (from, to) => {
    await withVm(wordsOf(STRUCT_PAGES, 4, from, to, 1));
    return (await probe.initVcpu()) === EINVAL;
  });
  if (index === undefined) return { none: 'vcpu_idx of struct kvm_vcpu cannot be found' };
  const pinned: number[] = [];
  for (const bytes of [0, UNALIGNED_OFFSET]) {
    await withVm(Buffer.alloc(STRUCT_PAGES * PAGE));
    const result = await probe.initVcpu(bytes);
    if (result !== 0) return { none: `a vCPU of zeros is refused with ${result}` };
    let count = 0;
    while (count < STRUCT_PAGES && probe.refcount(AT.vcpuStruct + count, entry) > 0) count++;
    pinned.push(count);
  }
  const guests = await probeGuests(kernel, probe, withVm, entry.size);
  const vcpuPages: [number, number] = [pinned[0], pinned[1]];
  return { createdVcpus: 4 * created, vcpuIdx: 4 * index, vcpuPages, guests };
}

/** Whether the guest calls are there, and how they are made. */
async function probeGuests(
  kernel: Kernel,
  probe: VmProbe,
  withVm: (struct: Buffer) => Promise<void>,
  entrySize: number,
): Promise<VmFacts['guests']> {
  const missing = GUEST_HANDLERS.filter((name) => !kernel.symbols.hasHyp(`handle_${name}`));
  if (missing.length > 0) return { none: `the kernel has no ${missing.join(', no ')}` };
  const shared = BigInt(probe.page(AT.shared));
  const PROT = 6n;
  const FRAME = 0x10n;
  const call = async (name: string, ...args: bigint[]) => {
    const ending = await hypercall(kernel, `handle_${name}`, args);
    // A guest whose tables cannot be made, for want of pages, is a WARN.
    return ending.kind === 'panic' ? undefined : intOf(ending, name);
  };
  const load = async (struct: Buffer) => {
    await withVm(Buffer.alloc(STRUCT_PAGES * PAGE));
    await probe.initVcpu();
    probe.fill(AT.vcpuStruct, struct);
    await call('__pkvm_vcpu_load', BigInt(HANDLE), 0n, 0n);
  };
  const words = (STRUCT_PAGES - 1) * (PAGE / 8);
  // Counts and addresses alike: the count asks for pages, and the address is none of the host's.
  const NOWHERE = PAGE;
  const count = await findWord(words, async (from, to) => {
    await load(wordsOf(STRUCT_PAGES, 8, from, to, NOWHERE));
    return (await call('__pkvm_host_share_guest', shared, FRAME, 1n, PROT)) === ENOMEM;
  });
  if (count === undefined) return { none: 'pkvm_memcache of struct kvm_vcpu cannot be found' };
  const memcache = 8 * (count - 1);

  const struct = Buffer.alloc(STRUCT_PAGES * PAGE);
  const pages = [AT.shared + 8, AT.shared + 9, AT.shared + 10];
  fillMemcache(
    kernel,
    pages.map((offset) => probe.page(offset)),
    struct,
    memcache,
  );
  await load(struct);
  const first = await call('__pkvm_host_share_guest', shared, FRAME, 1n, PROT);
  if (first !== 0) return { none: `a page for a guest is refused with ${first}` };
  const before = probe.entry(AT.shared, entrySize);
  await call('__pkvm_host_share_guest', shared, FRAME + 1n, 1n, PROT);
  const after = probe.entry(AT.shared, entrySize);
  const offset = after.findIndex((byte, at) => byte === 2 && before[at] === 1);
  if (offset < 0) return { none: 'the count of guest mappings cannot be found in struct hyp_page' };
  const bytes = entrySize - (offset & ~3) >= 4 && offset % 4 === 0 ? 4 : 1;
  // With prot 6 a call that takes a count of pages maps RW; one that takes prot 1 instead maps X.
  const ranged = await isWritable(kernel, probe.page(AT.pgd), Number(FRAME));
  return { memcache, ranged, shareCount: { offset, bytes } };
}

async function isWritable(kernel: Kernel, pgd: number, frame: number): Promise<boolean> {
  const { hostLevel, hostRootPages } = kernel.machine;
  const table = new TableMirror(kernel.ram, pgd * PAGE, hostLevel, hostRootPages);
  const { pte } = table.leaf(frame);
  const WRITE = 1n << 7n;
  return isValid(pte) && (pte & WRITE) !== 0n;
}

/**
 * Links pages into a memcache as the host does it, head first, in the bytes of a struct kvm_vcpu.
 * The link of a page that is not the host's is not written: the host could not have written it.
 */
export function fillMemcache(
  kernel: Kernel,
  pages: readonly number[],
  struct: Buffer,
  memcache: number,
  isHosts: (pfn: number) => boolean = () => true,
): void {
  const addresses = pages.map((pfn) => BigInt(pfn) * BigInt(PAGE));
  addresses.forEach((_, position) => {
    if (!isHosts(pages[position])) return;
    const link = Buffer.alloc(8);
    link.writeBigUInt64LE(addresses[position + 1] ?? 0n);
    kernel.ram.write(pages[position] * PAGE, link);
  });
  struct.writeBigUInt64LE(addresses[0] ?? 0n, memcache);
  struct.writeBigUInt64LE(BigInt(pages.length), memcache + 8);
}

/** Handlers of the hypercalls on guests. */
export const GUEST_HANDLERS = [
  '__pkvm_vcpu_load',
  '__pkvm_vcpu_put',
  '__pkvm_host_share_guest',
  '__pkvm_host_unshare_guest',
  '__pkvm_host_relax_perms_guest',
  '__pkvm_host_wrprotect_guest',
  '__pkvm_host_test_clear_young_guest',
  '__pkvm_host_mkyoung_guest',
];
