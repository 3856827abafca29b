// SPDX-License-Identifier: GPL-2.0-only
/** The schema of required coverage as a function. */

import { CompiledSchema, EVERY_ERROR } from '../input/compiled_schema.js';
import { requirementSchema } from './schema.generated.js';

export const requirementValidators = new CompiledSchema(requirementSchema, EVERY_ERROR, {
  document: '',
});
