// SPDX-License-Identifier: GPL-2.0-only
/** What a panic of the hypervisor was: a WARN, a BUG, or a fault. */

import { PANIC_BUG, PANIC_FAULT, PANIC_WARN } from '../../hyp/outcome.js';
import type { Registers } from '../emulator/gdb_packets.js';
import type { Addresses } from '../machine/addresses.js';

const EC_BRK64 = 0x3cn;
const BUGFLAG_WARNING = 1;
/** struct bug_entry with and without CONFIG_DEBUG_BUGVERBOSE: bytes, and where its flags are. */
const BUG_ENTRIES = [
  { size: 12, flags: 10 },
  { size: 8, flags: 4 },
];

export class PanicReader {
  constructor(private readonly addresses: Addresses) {}

  /** Reads the arguments of nvhe_hyp_panic_handler(esr, spsr, elr_virt, elr_phys, ...). */
  read({ x }: Registers): { readonly outcome: number; readonly at: string } {
    const [esr, , , elrPhys] = x;
    const at = this.addresses.describePhysical(elrPhys);
    if (esr >> 26n !== EC_BRK64) return { outcome: PANIC_FAULT, at };
    return { outcome: this.#isWarning(elrPhys) ? PANIC_WARN : PANIC_BUG, at };
  }

  /** Whether the kernel's bug table has the address as a warning. */
  #isWarning(elrPhys: bigint): boolean {
    const { addresses } = this;
    const start = addresses.physical('__start___bug_table');
    const table = addresses.readPhysical(start, addresses.physical('__stop___bug_table') - start);
    for (const { size, flags } of BUG_ENTRIES) {
      for (let at = 0; at + size <= table.length; at += size) {
        if (BigInt(start + at + table.readInt32LE(at)) !== elrPhys) continue;
        return (table.readUInt16LE(at + flags) & BUGFLAG_WARNING) !== 0;
      }
    }
    return false;
  }
}
