// SPDX-License-Identifier: GPL-2.0-only
/** Coverage: what a run met, what it did not, and what it had to. */

export { CoverageCollector, type CoverageObserver } from './collector.js';
export { RECORDED_OUTCOMES } from './recorded_outcomes.js';
export { missingOf, type ReadRequirement, readRequirement } from './requirement.js';
export { requirementSchema } from './schema.generated.js';
export type { RequiredCell, RequirementDocument } from './types.generated.js';
