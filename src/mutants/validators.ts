// SPDX-License-Identifier: GPL-2.0-only
/** The schema of kill matrices as a function. */

import { CompiledSchema, EVERY_ERROR } from '../input/compiled_schema.js';
import { killMatrixSchema } from './schema.generated.js';

export const killMatrixValidators = new CompiledSchema(killMatrixSchema, EVERY_ERROR, {
  document: '',
});
