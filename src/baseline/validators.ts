// SPDX-License-Identifier: GPL-2.0-only
/** The schema of baselines as a function. */

import { CompiledSchema, EVERY_ERROR } from '../input/compiled_schema.js';
import { baselineSchema } from './schema.generated.js';

export const baselineValidators = new CompiledSchema(baselineSchema, EVERY_ERROR, { document: '' });
