// SPDX-License-Identifier: GPL-2.0-only
/** The schema of traces and recordings as functions. */

import type { Options } from 'ajv/dist/2020.js';
import { CompiledSchema, EVERY_ERROR } from '../input/compiled_schema.js';
import { traceSchema } from './schema.generated.js';

/** The schema itself is not checked against the meta-schema here (a test does it): that takes 40 ms. */
const OPTIONS: Options = {
  discriminator: true,
  allowUnionTypes: true,
  strictRequired: false,
  meta: false,
  validateSchema: false,
};

const PARTS = { trace: '', recording: '#/$defs/recording' };

/** Stop at the first error. */
export const fastValidators = new CompiledSchema(traceSchema, OPTIONS, {
  ...PARTS,
  operation: '#/$defs/operation',
});

/** List every error. */
export const slowValidators = new CompiledSchema(
  traceSchema,
  { ...OPTIONS, ...EVERY_ERROR },
  { ...PARTS, operations: '#/$defs/operations' },
);
