// SPDX-License-Identifier: GPL-2.0-only
/**
 * Who owns what on the real machine, read from its memory: the vmemmap, hyp's stage 1 and the
 * host's stage 2, each kept as a copy that is compared with the memory after every operation.
 */

import type { MemoryRegion } from '../../hyp/op.js';
import { PKVM_NOPAGE, PKVM_PAGE_OWNED } from '../../hyp/page_state.js';
import type { PageOwnership } from '../../side/side.js';
import type { Ram } from '../emulator/ram.js';
import type { Addresses } from './addresses.js';
import { type HypPageLayout, type StateField, stateOfPte, UNKNOWN_STATE } from './hyp_page.js';
import { addressOf, isValid, type PageRun, type TableMirror } from './table_mirror.js';

const PAGE = 4096;
/** Bytes of entries compared at a time; a multiple of the size of one. */
const CHUNK = 256 * 24;

/** The entries of one region of memory, as they were last looked at. */
interface Column {
  readonly region: MemoryRegion;
  /** Physically contiguous parts. */
  readonly parts: readonly { readonly address: number; readonly bytes: Buffer; now: Buffer }[];
  /** All parts in one. */
  readonly bytes: Buffer;
}

/** Guest mappings, which other tables hold. */
export interface GuestReader {
  /** Looks again, and gives the host pages whose mappings changed. */
  look(): readonly number[];
  accept(): void;
  /** `0x1000:0x5 SHARED_BORROWED rwx` for each mapping of a page, sorted. */
  mappings(pfn: number): readonly string[];
}

export interface Tables {
  readonly hyp: TableMirror;
  readonly host: TableMirror;
}

export class OwnershipReader {
  readonly #columns: Column[];

  constructor(
    private readonly ram: Ram,
    private readonly addresses: Addresses,
    readonly tables: Tables,
    readonly layout: HypPageLayout,
    memory: readonly MemoryRegion[],
    vmemmap: bigint,
    private readonly guests?: GuestReader,
  ) {
    this.#columns = memory.map((region) => this.#column(region, vmemmap));
  }

  #column(region: MemoryRegion, vmemmap: bigint): Column {
    const { size } = this.layout;
    const bytes = Buffer.alloc(region.pages * size);
    const parts: { address: number; bytes: Buffer; now: Buffer }[] = [];
    const start = vmemmap + BigInt(region.pfn * size);
    for (let at = 0; at < bytes.length; ) {
      const va = start + BigInt(at);
      const inPage = Number(va & 0xfffn);
      const length = Math.min(PAGE - inPage, bytes.length - at);
      const { pte } = this.tables.hyp.leaf(Number(va >> 12n));
      const address = addressOf(pte) + inPage;
      const last = parts.at(-1);
      if (last && last.address + last.bytes.length === address) {
        const joined = bytes.subarray(at - last.bytes.length, at + length);
        parts[parts.length - 1] = { address: last.address, bytes: joined, now: joined };
      } else {
        const part = bytes.subarray(at, at + length);
        parts.push({ address, bytes: part, now: part });
      }
      at += length;
    }
    for (const part of parts) {
      part.now = Buffer.allocUnsafe(part.bytes.length);
      this.ram.readInto(part.bytes, part.address);
    }
    return { region, parts, bytes };
  }

  /** The pages of memory whose ownership changed since the last time, and what it is now. */
  changes(): Map<number, PageOwnership> {
    const pages = this.#touched();
    const before = new Map<number, PageOwnership>();
    for (const pfn of pages) before.set(pfn, this.of(pfn));
    this.accept();
    const changed = new Map<number, PageOwnership>();
    for (const [pfn, was] of before) {
      const is = this.of(pfn);
      if (!sameOwnership(was, is)) changed.set(pfn, is);
    }
    return changed;
  }

  /** Takes over what memory holds now without telling. */
  synchronize(): void {
    this.#touched();
    this.accept();
  }

  #touched(): Set<number> {
    const pages = new Set<number>();
    for (const column of this.#columns) this.#touchedEntries(column, pages);
    for (const run of this.tables.host.look()) this.#add(run, pages);
    const hypBase = Number(this.addresses.hypVa(0) >> 12n);
    for (const { page, pages: count } of this.tables.hyp.look()) {
      this.#add({ page: page - hypBase, pages: count }, pages);
    }
    for (const pfn of this.guests?.look() ?? []) pages.add(pfn);
    return pages;
  }

  #touchedEntries({ region, parts, bytes }: Column, pages: Set<number>): void {
    const { size } = this.layout;
    for (const part of parts) {
      this.ram.readInto(part.now, part.address);
      if (part.now.equals(part.bytes)) continue;
      const first = part.bytes.byteOffset - bytes.byteOffset;
      for (let chunk = 0; chunk < part.bytes.length; chunk += CHUNK) {
        const end = Math.min(chunk + CHUNK, part.bytes.length);
        if (part.now.subarray(chunk, end).equals(part.bytes.subarray(chunk, end))) continue;
        for (let at = chunk; at < end; at += size) {
          if (part.now.compare(part.bytes, at, at + size, at, at + size) === 0) continue;
          pages.add(region.pfn + (first + at) / size);
        }
      }
    }
  }

  /** Adds those pages of a run that are memory. */
  #add({ page, pages: count }: PageRun, pages: Set<number>): void {
    for (const { region } of this.#columns) {
      const end = Math.min(page + count, region.pfn + region.pages);
      for (let pfn = Math.max(page, region.pfn); pfn < end; pfn++) pages.add(pfn);
    }
  }

  accept(): void {
    this.tables.host.accept();
    this.tables.hyp.accept();
    this.guests?.accept();
    for (const { parts } of this.#columns) {
      for (const part of parts) if (!part.now.equals(part.bytes)) part.now.copy(part.bytes);
    }
  }

  /** The bytes of a page's `struct hyp_page`; undefined where it has none. */
  entry(pfn: number): Buffer | undefined {
    for (const { region, bytes } of this.#columns) {
      const index = pfn - region.pfn;
      if (index < 0 || index >= region.pages) continue;
      const { size } = this.layout;
      return bytes.subarray(index * size, (index + 1) * size);
    }
    return undefined;
  }

  /** Where a page's `struct hyp_page` lies, physical bytes; undefined where it has none. */
  entryAddress(pfn: number): number | undefined {
    for (const { region, parts, bytes } of this.#columns) {
      const at = (pfn - region.pfn) * this.layout.size;
      if (at < 0 || at >= bytes.length) continue;
      for (const part of parts) {
        const first = part.bytes.byteOffset - bytes.byteOffset;
        if (at >= first && at < first + part.bytes.length) return part.address + at - first;
      }
    }
    return undefined;
  }

  /** What was last seen of a page of memory. */
  of(pfn: number): PageOwnership {
    const host = this.tables.host.leaf(pfn).pte;
    const hyp = this.tables.hyp.leaf(this.hypPage(pfn)).pte;
    return this.decoded(pfn, this.entry(pfn), host, hyp);
  }

  /** The page number at which hyp maps a page. */
  hypPage(pfn: number): number {
    return Number(this.addresses.hypVa(BigInt(pfn) << 12n) >> 12n);
  }

  /** What a page's `struct hyp_page` and its entries in the two tables say of it. */
  decoded(pfn: number, entry: Buffer | undefined, host: bigint, hyp: bigint): PageOwnership {
    const { layout } = this;
    const owner = isValid(host) ? 0 : Number((host >> BigInt(layout.ownerShift)) & 0xffn);
    const hostState = layout.hostState ? stateIn(entry, layout.hostState) : hostOf(host);
    const hypState = layout.hypState ? stateIn(entry, layout.hypState) : hypOf(hyp);
    const share = layout.shareCount;
    return {
      host: hostState,
      hyp: hypState,
      // The references of a page that is hyp's own are those of a table or an allocation.
      refcount: hostState === PKVM_NOPAGE ? 0 : (entry?.readUInt16LE(layout.refcount) ?? 0),
      owner,
      shareCount: entry && share ? entry.readUIntLE(share.offset, share.bytes) : 0,
      guests: this.guests?.mappings(pfn) ?? [],
    };
  }
}

function stateIn(entry: Buffer | undefined, { offset, mask, states }: StateField): number {
  if (!entry) return PKVM_PAGE_OWNED;
  return states[entry[offset] & mask] ?? UNKNOWN_STATE;
}

function hostOf(pte: bigint): number {
  if (isValid(pte)) return stateOfPte(pte);
  return pte === 0n ? PKVM_PAGE_OWNED : PKVM_NOPAGE;
}

function hypOf(pte: bigint): number {
  return isValid(pte) ? stateOfPte(pte) : PKVM_NOPAGE;
}

export function sameOwnership(a: PageOwnership, b: PageOwnership): boolean {
  return (
    a.host === b.host &&
    a.hyp === b.hyp &&
    a.refcount === b.refcount &&
    a.owner === b.owner &&
    a.shareCount === b.shareCount &&
    a.guests.length === b.guests.length &&
    a.guests.every((guest, index) => guest === b.guests[index])
  );
}
