// SPDX-License-Identifier: GPL-2.0-only
/** The map: how each operation came out of each pair. */

import { OP_NAMES } from '../../src/hyp/op_codes.generated.js';
import type { ResultDocument } from '../../src/result/index.js';

export type MapVerdict = 'equal' | 'known' | 'new' | 'none';

export interface MapCell {
  /** `none`: the pair was not compared in this operation. */
  readonly verdict: MapVerdict;
  readonly compared: number;
  readonly known: number;
  readonly new: number;
}

export interface MapRow {
  readonly op: string;
  /** One for each pair. */
  readonly cells: readonly MapCell[];
}

export interface OpMap {
  readonly rows: readonly MapRow[];
  /** Operations that no pair was compared in. */
  readonly notCompared: readonly string[];
}

const NONE: MapCell = { verdict: 'none', compared: 0, known: 0, new: 0 };

/** The map of a document, its rows in the order of the kernel's functions. */
export function opMap({ pairs }: Pick<ResultDocument, 'pairs'>): OpMap {
  const byPair = pairs.map(({ operations }) => new Map(operations.map((one) => [one.op, one])));
  const met = new Set(byPair.flatMap((operations) => [...operations.keys()]));
  const names: readonly string[] = [...new Set([...OP_NAMES, ...met])];
  const rows = names
    .filter((op) => met.has(op))
    .map((op) => ({
      op,
      cells: byPair.map((operations) => {
        const found = operations.get(op);
        if (!found) return NONE;
        const { compared, known } = found;
        const verdict = found.new > 0 ? 'new' : known > 0 ? 'known' : 'equal';
        return { verdict, compared, known, new: found.new } as const;
      }),
    }));
  return { rows, notCompared: names.filter((op) => !met.has(op)) };
}

/** Rows in so many blocks of the same height. */
export function blocksOf<T>(rows: readonly T[], blocks: number): T[][] {
  const height = Math.ceil(rows.length / blocks);
  const found: T[][] = [];
  for (let i = 0; i < rows.length; i += height) found.push(rows.slice(i, i + height));
  return found;
}
