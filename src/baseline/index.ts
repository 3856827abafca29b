// SPDX-License-Identifier: GPL-2.0-only
/** Baselines: the differences that somebody has looked at and accepts. */

export { Baseline } from './baseline.js';
export { type PlacedEntry, type ReadBaselines, readBaselines } from './read.js';
export { baselineSchema } from './schema.generated.js';
export type { BaselineDocument, Entry, Match } from './types.generated.js';
export { bucketsOfConditions, entriesFor, withEntries } from './update.js';
export { baselineValidators } from './validators.js';
