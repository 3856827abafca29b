// SPDX-License-Identifier: GPL-2.0-only
/** What a run compared and found: the one document that every report is made from. */

export { countIn, isAllRefused } from './document.js';
export {
  type KnownDifferences,
  NOTHING_KNOWN,
  type Occurrence,
  type Ran,
} from './known.js';
export { joinDocuments, type Merged, mergeDocuments } from './merge.js';
export { summed } from './merge_sums.js';
export { agreementOf, OUTCOME_CLASSES, outcomeClass, outcomeClassText } from './outcome_class.js';
export type { Part } from './part.js';
export { resultSchema } from './schema.generated.js';
export { matchReasons } from './stale.js';
export { withSeries } from './series.js';
export { type Searched, Tally, type TallySettings } from './tally.js';
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
  Series,
  SeriesCommit,
  Theorem,
  TraceEvidence,
  UndefinedEnd,
  Verdict,
} from './types.generated.js';
export { undefinedEnd } from './undefined.js';
export { resultValidators } from './validators.js';
