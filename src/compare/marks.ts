// SPDX-License-Identifier: GPL-2.0-only
/** Subjects of operations marked with the cause that they are in doubt for. */

import type { PageRange } from '../ops/index.js';
import { LOADED, type Subjects } from './subjects.js';

/** Ranges of at most so many pages are marked page by page. */
const SHORT_RANGE = 64;

export class Marks {
  private readonly names = new Map<string, number>();
  private readonly pages = new Map<number, number>();
  private readonly longRanges: { readonly range: PageRange; readonly cause: number }[] = [];
  /** Pages that operations on a VM named, by its name. */
  private readonly pagesOfVm = new Map<string, PageRange[]>();
  private loadedVm: string | undefined;

  /** Notes which pages belong to which VM; to be called for each operation in turn. */
  follow({ pages, needs, changes }: Subjects): void {
    if (changes.includes(LOADED)) this.loadedVm = needs.find((name) => name !== LOADED);
    for (const name of [...needs, ...changes]) {
      const vm = name === LOADED ? this.loadedVm : name;
      if (vm === undefined || pages.length === 0) continue;
      const known = this.pagesOfVm.get(vm);
      if (known === undefined) this.pagesOfVm.set(vm, [...pages]);
      else known.push(...pages);
    }
  }

  /** The cause that something an operation is about is marked with. */
  causeOf({ pages, frames, needs }: Subjects): number | undefined {
    for (const name of [...needs, ...frames]) {
      const cause = this.names.get(name);
      if (cause !== undefined) return cause;
    }
    for (const range of pages) {
      const cause = this.causeOfPages(range);
      if (cause !== undefined) return cause;
    }
    return undefined;
  }

  /** Marks all that an operation would have changed. */
  mark({ pages, frames, changes }: Subjects, cause: number): void {
    for (const name of [...frames, ...changes]) this.names.set(name, cause);
    for (const range of pages) this.markPages(range, cause);
    for (const name of changes) {
      for (const range of this.pagesOfVm.get(name) ?? []) this.markPages(range, cause);
    }
  }

  private markPages(range: PageRange, cause: number): void {
    if (range.end - range.start > SHORT_RANGE) this.longRanges.push({ range, cause });
    else for (let page = range.start; page < range.end; page++) this.pages.set(page, cause);
  }

  private causeOfPages({ start, end }: PageRange): number | undefined {
    if (end - start <= SHORT_RANGE) {
      for (let page = start; page < end; page++) {
        const cause = this.pages.get(page);
        if (cause !== undefined) return cause;
      }
    } else {
      for (const [page, cause] of this.pages) if (page >= start && page < end) return cause;
    }
    return this.longRanges.find(({ range }) => range.start < end && start < range.end)?.cause;
  }
}
