// SPDX-License-Identifier: GPL-2.0-only
/** Outcomes after which a side does nothing more. */

export const PANICS: ReadonlySet<string> = new Set(['WARN', 'BUG', 'FAULT', 'UNDEFINED']);
