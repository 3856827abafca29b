// SPDX-License-Identifier: GPL-2.0-only
/** Neighbouring pages that differ in the same way, told as one: half a million pages in a line. */

import type { Column, Difference } from './divergence.js';

interface Run {
  readonly column: Column;
  readonly first: string;
  readonly second: string;
  readonly note: string;
  readonly start: number;
  end: number;
}

export class PageRuns {
  private readonly runs: Run[] = [];

  /** Adds a page, in ascending order within a column. `note` says what the page is. */
  add(column: Column, pfn: number, first: string, second: string, note: string): void {
    const last = this.runs[this.runs.length - 1];
    if (
      last &&
      last.end === pfn &&
      last.column === column &&
      last.first === first &&
      last.second === second &&
      last.note === note
    ) {
      last.end++;
    } else {
      this.runs.push({ column, first, second, note, start: pfn, end: pfn + 1 });
    }
  }

  finish(): Difference[] {
    return this.runs.map(({ column, first, second, note, start, end }) => ({
      column,
      subject: pagesText(start, end) + note,
      first: `${LABELS[column] ?? column} ${first}`,
      second: `${LABELS[column] ?? column} ${second}`,
    }));
  }
}

const LABELS: Partial<Record<Column, string>> = {
  host_state: 'host',
  hyp_s1: 'hyp',
  host_s2: 'host stage 2',
  guest_s2: 'guests',
};

/** `page 0x40100` or `pages 0x40100-0x401ff (256)`, from the first to before `end`. */
export function pagesText(start: number, end: number): string {
  const from = `0x${start.toString(16)}`;
  if (end - start === 1) return `page ${from}`;
  return `pages ${from}-0x${(end - 1).toString(16)} (${end - start})`;
}
