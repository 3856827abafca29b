// SPDX-License-Identifier: GPL-2.0-only
/** The schema of what settles conditions as a function. */

import { CompiledSchema, EVERY_ERROR } from '../input/compiled_schema.js';
import { settledSchema } from './schema.generated.js';

export const settledValidators = new CompiledSchema(settledSchema, EVERY_ERROR, {
  document: '',
});
