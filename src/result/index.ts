// SPDX-License-Identifier: GPL-2.0-only
/** What a run compared and found: the one document that every report is made from. */

export {
  type KnownDifferences,
  type KnownEntries,
  NOTHING_KNOWN,
  type Occurrence,
  type Ran,
  type Run,
} from './known.js';
export { type Merged, mergeDocuments } from './merge.js';
export type { Part } from './merge_checks.js';
export { byImportance, summed } from './merge_sums.js';
export { agreementOf, OUTCOME_CLASSES, outcomeClass, outcomeClassText } from './outcome_class.js';
export { resultSchema } from './schema.generated.js';
export { Tally, type TallySettings } from './tally.js';
export type {
  Agreed,
  Baseline,
  BaselineEntry,
  Bucket,
  Campaign,
  Certificate,
  CertificateBucket,
  Condition,
  ConditionCase,
  Counts,
  Coverage,
  Evidence,
  Example,
  ExplanationEvidence,
  Finding,
  Invariant,
  OpEvidence,
  Operation,
  PageEvidence,
  Pair,
  Replay,
  ResultDocument,
  SeededBugs,
  Theorem,
  TraceEvidence,
  Verdict,
} from './types.generated.js';
export { resultValidators } from './validators.js';
export { countIn, verdictOf } from './verdict.js';
