// SPDX-License-Identifier: GPL-2.0-only
/** The symbols of a kernel by name and by place. */

import { SideError } from '../../side/side.js';
import type { KernelSymbol } from './kallsyms.js';

/** What every symbol of the hypervisor's own code and data is prefixed with (nVHE). */
const HYP_PREFIX = '__kvm_nvhe_';

export class Symbols {
  readonly #byName = new Map<string, number>();

  constructor(private readonly symbols: readonly KernelSymbol[]) {
    for (const { name, offset } of symbols) {
      if (!this.#byName.has(name)) this.#byName.set(name, offset);
    }
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** Whether the hypervisor has a function or variable of this name. */
  hasHyp(name: string): boolean {
    return this.has(HYP_PREFIX + name);
  }

  /**
   * Bytes from the start of the image to a symbol.
   * @throws SideError when the kernel does not have it
   */
  offset(name: string): number {
    const offset = this.#byName.get(name);
    if (offset === undefined) throw new SideError(`the kernel has no symbol ${name}`);
    return offset;
  }

  hypOffset(name: string): number {
    return this.offset(HYP_PREFIX + name);
  }

  /** Bytes from a symbol to the next one that lies elsewhere. */
  size(name: string): number {
    const offset = this.offset(name);
    const next = this.symbols.find((symbol) => symbol.offset > offset);
    return (next?.offset ?? offset) - offset;
  }

  /** `do_unshare+0x1c` of the hypervisor, or the kernel's own name. */
  describe(offset: number): string {
    let low = 0;
    let high = this.symbols.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.symbols[middle].offset <= offset) low = middle + 1;
      else high = middle;
    }
    const symbol = this.symbols[low - 1];
    if (!symbol) return `0x${offset.toString(16)}`;
    const name = symbol.name.startsWith(HYP_PREFIX)
      ? symbol.name.slice(HYP_PREFIX.length)
      : symbol.name;
    return `${name}+0x${(offset - symbol.offset).toString(16)}`;
  }

  /** Names of the hypervisor's symbols that match. */
  hypNames(pattern: RegExp): string[] {
    return this.symbols
      .filter(({ name }) => name.startsWith(HYP_PREFIX))
      .map(({ name }) => name.slice(HYP_PREFIX.length))
      .filter((name) => pattern.test(name));
  }
}
