// SPDX-License-Identifier: GPL-2.0-only
/**
 * Outcomes that the compiled kernel code had in the recordings (test/golden), by operation, of the
 * two versions before and after the series. A test holds this to the recordings.
 */

import { OPERATIONS } from '../ops/index.js';

export const RECORDED_OUTCOMES: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  OPERATIONS.filter(({ recorded }) => recorded !== '').map(({ name, recorded }) => [
    name,
    recorded.split(' '),
  ]),
);
