// SPDX-License-Identifier: GPL-2.0-only
/** A result document that is to be joined with others. */

import type { ResultDocument } from './types.generated.js';

/** A document and the file it came from. */
export interface Part {
  readonly file: string;
  readonly document: ResultDocument;
}
