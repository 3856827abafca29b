// SPDX-License-Identifier: GPL-2.0-only
/** How warm a cell of the coverage is. */

/** Bounds of the steps, by count: 1 to 9, 10 to 99, and so on. */
export const HEAT_STEPS = ['1 to 9', '10 to 99', '100 to 999', '1,000 to 9,999', '10,000 and more'];

/** Index in `HEAT_STEPS`; counts are at least 1. */
export function heatOf(count: number): number {
  return Math.min(HEAT_STEPS.length - 1, String(count).length - 1);
}
