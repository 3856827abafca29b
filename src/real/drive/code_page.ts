// SPDX-License-Identifier: GPL-2.0-only
/**
 * A page of code of our own at EL2, in memory that the host donates to the hypervisor before
 * anything else happens. No code of the kernel is changed.
 */

import { Assembler } from '../boot/asm.js';
import { addBatch } from './batch_code.js';

const DSB_SY = 0xd5033f9f;
const ISB = 0xd5033fdf;
const TLBI_ALLE1 = 0xd50c879f;
const TLBI_ALLE2 = 0xd50c871f;
const MSR_ESR_EL2 = 0xd51c5200;
const MSR_FAR_EL2 = 0xd51c6000;
const MSR_HPFAR_EL2 = 0xd51c6080;

/** Where each routine starts, bytes from the start of the page. */
export interface CodePage {
  readonly code: Buffer;
  /** Forgets every translation: memory was changed behind the CPU's back. */
  readonly flush: number;
  /** `abort(host_ctxt, handler, hpfar, esr, far)`: calls the handler of a fault of the host. */
  readonly abort: number;
  /** `batch(control)`: makes a list of calls. */
  readonly batch: number;
  /** Does nothing. */
  readonly nothing: number;
  /** Never returns. */
  readonly spin: number;
}

export function codePage(): CodePage {
  const asm = new Assembler();
  asm.label('flush').word(DSB_SY).word(TLBI_ALLE1).word(TLBI_ALLE2).word(DSB_SY).word(ISB).ret();
  asm
    .label('abort')
    .word(MSR_HPFAR_EL2 | 2)
    .word(MSR_ESR_EL2 | 3)
    .word(MSR_FAR_EL2 | 4)
    .word(ISB);
  asm.branchRegister(1);
  asm.label('nothing').ret();
  asm.label('spin').branch('spin');
  addBatch(asm);
  return {
    code: asm.code(),
    flush: asm.offsetOf('flush'),
    abort: asm.offsetOf('abort'),
    batch: asm.offsetOf('batch'),
    nothing: asm.offsetOf('nothing'),
    spin: asm.offsetOf('spin'),
  };
}
