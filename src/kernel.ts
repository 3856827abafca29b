// SPDX-License-Identifier: GPL-2.0-only
/**
 * The library's second part, `pkvm-tracediff/kernel`: what transitions are written with, by the names
 * that mem_protect.c and its headers give it.
 */

export { __hyp_va, wrapVirt } from './hyp/numbers.js';
export { EBUSY, EINVAL, ENOMEM, EPERM, ERANGE } from './hyp/outcome.js';
export {
  PAGE_HYP,
  PKVM_ID_FFA,
  PKVM_ID_HOST,
  PKVM_ID_HYP,
  PKVM_NOPAGE,
  PKVM_PAGE_OWNED,
  PKVM_PAGE_SHARED_BORROWED,
  PKVM_PAGE_SHARED_OWNED,
  pkvm_getstate,
  pkvm_mkstate,
} from './hyp/page_state.js';
export { BUG_ON, WARN_ON } from './hyp/panic.js';
