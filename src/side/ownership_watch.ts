// SPDX-License-Identifier: GPL-2.0-only
/** Which pages of a machine an operation gave to somebody else, read from the machine's journal. */

import { HANDLE_OFFSET } from '../hyp/layout.js';
import {
  forEachGuestLeaf,
  forEachHostLeaf,
  forEachHypLeaf,
  liveVms,
} from '../compare/ownership.js';
import { stage2Perms } from '../hyp/dump_tables.js';
import { hostEntryOf, hypStateOf } from '../hyp/lookup.js';
import type { Machine } from '../hyp/machine.js';
import { HYP_VA_OFFSET } from '../hyp/numbers.js';
import { PAGE_STATE_NAMES, PKVM_NOPAGE } from '../hyp/page_state.js';
import {
  KVM_INVALID_PTE_OWNER_MASK,
  KVM_INVALID_PTE_OWNER_SHIFT,
  KVM_PGTABLE_LAST_LEVEL,
  kvm_pte_to_phys,
  kvm_pte_valid,
  pteStateBits,
} from '../hyp/pte.js';
import type { PageOwnership } from './side.js';

/** A table of the last level, by page index: whose it is, and the first page it translates. */
interface LeafTable {
  /** Slot of a guest's VM, or HYP or HOST. */
  readonly owner: number;
  readonly input: number;
}

const HYP = -1;
const HOST = -2;

type Tables = ReadonlyMap<number, LeafTable>;

/** An entry of a guest's table: the VM's slot, the guest frame, and the entry's first word. */
interface GuestEntry {
  readonly slot: number;
  readonly gfn: number;
  readonly word: number;
}

const NO_GUESTS: readonly string[] = [];

export class OwnershipWatch {
  private tables: Tables;
  /** What guests map, by page number, as `PageOwnership` writes it. */
  private readonly guests = new Map<number, Set<string>>();

  /** Watches a machine that has just booted. */
  constructor(private readonly machine: Machine) {
    this.tables = leafTables(machine);
  }

  /** The pages that the operation in the journal changed. Call it once, before the commit. */
  changes(): Map<number, PageOwnership> {
    const { machine } = this;
    const before = this.tables;
    const pages = new Set<number>();
    const entries = this.changedEntries(pages);
    if (entries.length > 0) this.tables = leafTables(machine);
    const after = this.tables;

    const guestsAfter = this.entriesOf(entries, after, pages);
    const was = new Map<number, PageOwnership>();
    const lost = machine.state.undone(() => {
      const guestsBefore = this.entriesOf(entries, before, pages);
      for (const pfn of pages) was.set(pfn, this.ownershipOf(pfn));
      return guestsBefore.map((entry) => [entry, this.mapping(entry)] as const);
    });
    for (const [, mapping] of lost) this.forget(mapping);
    for (const entry of guestsAfter) this.remember(this.mapping(entry));

    const changed = new Map<number, PageOwnership>();
    for (const pfn of pages) {
      const now = this.ownershipOf(pfn);
      if (!sameOwnership(was.get(pfn), now)) changed.set(pfn, now);
    }
    return changed;
  }

  /** Who may do what with a page now; of the guests, as of the last `changes()`. */
  private ownershipOf(pfn: number): PageOwnership {
    const { machine } = this;
    const page = machine.layout.pageIndex(pfn);
    const host = machine.vmemmap.hostState(page);
    const guests = this.guests.get(pfn);
    return {
      host,
      hyp: hypStateOf(machine, pfn),
      refcount: host === PKVM_NOPAGE ? 0 : machine.vmemmap.refcount(page),
      owner: ownerOf(hostEntryOf(machine, pfn)[0]),
      shareCount: machine.vmemmap.shareCount(page),
      guests: guests && guests.size > 0 ? [...guests].sort() : NO_GUESTS,
    };
  }

  /** First words of the table entries that changed; notes the pages whose `struct hyp_page` did. */
  private changedEntries(pages: Set<number>): number[] {
    const { layout, state } = this.machine;
    const entries = new Set<number>();
    for (let i = 0; i < state.journalLength; i++) {
      const word = state.journalIndex[i];
      if (word >= layout.fixedWords) {
        if (layout.framePageOfWord(word) >= 0) entries.add(word & ~1);
      } else if (word >= layout.refcount && word < layout.node) {
        pages.add(layout.pfnOf((word - layout.refcount) % layout.nrPages));
      }
    }
    return [...entries];
  }

  /** Notes the pages that changed entries are about; those of guests as a list. */
  private entriesOf(words: readonly number[], tables: Tables, pages: Set<number>): GuestEntry[] {
    const { layout } = this.machine;
    const guests: GuestEntry[] = [];
    for (const word of words) {
      const page = layout.framePageOfWord(word);
      const table = tables.get(page);
      if (!table) continue;
      const input = table.input + ((word - layout.frameOf(page)) >> 1);
      if (table.owner < 0) {
        const pfn = table.owner === HYP ? input - HYP_VA_OFFSET : input;
        if (layout.pageIndex(pfn) >= 0) pages.add(pfn);
        continue;
      }
      const entry = { slot: table.owner, gfn: input, word };
      const mapping = this.mapping(entry);
      if (mapping && layout.pageIndex(mapping.pfn) >= 0) pages.add(mapping.pfn);
      guests.push(entry);
    }
    return guests;
  }

  /** What an entry of a guest maps now. */
  private mapping({ slot, gfn, word }: GuestEntry): { pfn: number; text: string } | undefined {
    const { words } = this.machine.state;
    const lo = words[word];
    const hi = words[word + 1];
    if (!kvm_pte_valid(lo)) return undefined;
    const handle = (HANDLE_OFFSET + slot).toString(16);
    const state = PAGE_STATE_NAMES[pteStateBits(hi)];
    const text = `0x${handle}:0x${gfn.toString(16)} ${state} ${stage2Perms(lo, hi)}`;
    return { pfn: kvm_pte_to_phys(lo, hi), text };
  }

  private forget(mapping: ReturnType<OwnershipWatch['mapping']>): void {
    if (mapping) this.guests.get(mapping.pfn)?.delete(mapping.text);
  }

  private remember(mapping: ReturnType<OwnershipWatch['mapping']>): void {
    if (!mapping) return;
    const texts = this.guests.get(mapping.pfn);
    if (texts) texts.add(mapping.text);
    else this.guests.set(mapping.pfn, new Set([mapping.text]));
  }
}

/** Do two say the same of a page? */
export function sameOwnership(a: PageOwnership | undefined, b: PageOwnership | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.host === b.host &&
    a.hyp === b.hyp &&
    a.refcount === b.refcount &&
    a.owner === b.owner &&
    a.shareCount === b.shareCount &&
    a.guests.length === b.guests.length &&
    a.guests.every((text, i) => text === b.guests[i])
  );
}

/** Owner in an annotation of the host's stage 2; 0, the host, where there is none. */
function ownerOf(lo: number): number {
  if (kvm_pte_valid(lo)) return 0;
  return (lo & KVM_INVALID_PTE_OWNER_MASK) >> KVM_INVALID_PTE_OWNER_SHIFT;
}

function leafTables(machine: Machine): Tables {
  const tables = new Map<number, LeafTable>();
  const note = (owner: number) => (page: number, level: number, input: number) => {
    if (level === KVM_PGTABLE_LAST_LEVEL) tables.set(page, { owner, input });
  };
  forEachHypLeaf(machine, undefined, note(HYP));
  forEachHostLeaf(machine, undefined, note(HOST));
  for (const slot of liveVms(machine)) forEachGuestLeaf(machine, slot, undefined, note(slot));
  return tables;
}
