// SPDX-License-Identifier: GPL-2.0-only
/** Each thing once, in a list; the rest names it by its index. */

export class Interned<T> {
  readonly list: T[] = [];
  private readonly indexes = new Map<string, number>();

  constructor(private readonly keyOf: (item: T) => string) {}

  indexOf(item: T): number {
    const key = this.keyOf(item);
    const known = this.indexes.get(key);
    if (known !== undefined) return known;
    const index = this.list.push(item) - 1;
    this.indexes.set(key, index);
    return index;
  }
}
