// SPDX-License-Identifier: GPL-2.0-only
/**
 * The operations: what each is (`table.ts`), and all that follows from it. Nobody outside this folder
 * but the machine's dispatch, which is made from the table, knows which number of an `Op` is what.
 */

export { compileOp } from './compile.generated.js';
export { KINDS, type Kind } from './kinds.js';
export { argumentOf, isAligned, newOp, numberAt, opFrom, opOf, slotOf } from './op_numbers.js';
export { OUTCOME_BY_NAME } from './outcomes.js';
export {
  firstPageOf,
  guestPageOf,
  handleOf,
  listedPageNumbers,
  mapGuestPage,
  mapPages,
  type PageMap,
  type PageRange,
  pageNumberOf,
  pageRanges,
  renamePages,
} from './pages.js';
export { PAGE_STATE } from './read.js';
export { afterBlanks, afterText, type Ended, OpScanner, UNSURE, ZEROS } from './scan.js';
export { oddity, type Size, simplerForms, sizesOf, sumOfPages } from './simpler.js';
export { OPERATIONS, type Operation, SLOTS } from './slots.js';
export { type Choices, triedForms } from './tried.js';
export type {
  Expect,
  ExpectState,
  GuestFrame,
  Operation as WrittenOp,
  Outcome,
  PageState,
} from './types.generated.js';
export { canonicalParameters, decompileOp, opText, type WrittenParameter } from './written.js';
