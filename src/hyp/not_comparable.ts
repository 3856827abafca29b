// SPDX-License-Identifier: GPL-2.0-only
/** Thrown where a machine cannot run an operation in a way that could be compared. */

/** A machine that is code, not a model, may lack an operation, or keep what no word of ours tells. */
export class NotComparable extends Error {}
