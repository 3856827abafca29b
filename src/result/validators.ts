// SPDX-License-Identifier: GPL-2.0-only
/** The schema of results as a function. */

import { CompiledSchema, EVERY_ERROR } from '../input/compiled_schema.js';
import { resultSchema } from './schema.generated.js';

export const resultValidators = new CompiledSchema(resultSchema, EVERY_ERROR, { document: '' });
