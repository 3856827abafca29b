// SPDX-License-Identifier: GPL-2.0-only
/** Evidence: what a page needs to show single traces, operations and calls. */

export {
  DEFAULT_EVIDENCE_LIMITS,
  EvidenceCollector,
  type EvidenceLimits,
} from './collector.js';
export { LINE_KINDS, ROW_KINDS } from './kinds.js';
