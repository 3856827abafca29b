// SPDX-License-Identifier: GPL-2.0-only
/** Branches inside the implementations: their names, all there are, and who took which. */

export { HelpersBetween } from './between.js';
export { branchesOf, OPERATIONS, type OperationSteps, type Step, stepsOf } from './catalogue.js';
export {
  type Helper,
  type HelperCall,
  type Interceptor,
  intercept,
  type Operation,
} from './intercept.js';
export { branchName, panicName, stepText, type Way, wayOf } from './names.js';
export { type BranchCounts, instrument } from './record.js';
