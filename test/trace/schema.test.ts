// SPDX-License-Identifier: GPL-2.0-only
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { OP_NAMES } from '../../src/hyp/op.js';
import { OUTCOME_NAMES } from '../../src/trace/compile.js';
import { traceSchema } from '../../src/trace/index.js';

describe('trace.schema.json', () => {
  it('is a valid schema of draft 2020-12, strictly', () => {
    const ajv = new Ajv2020({ discriminator: true, allowUnionTypes: true, strictRequired: false });
    ajv.addVocabulary(['tsType']);
    expect(ajv.validateSchema(traceSchema)).toBe(true);
  });

  it('has every operation of the machine, with a description of each parameter', () => {
    const { $defs } = traceSchema;
    const operations = $defs.operation.oneOf.map(({ $ref }) => $ref.replace('#/$defs/', ''));
    expect(new Set(operations)).toEqual(new Set(OP_NAMES));
    for (const name of OP_NAMES) {
      const { description, properties } = $defs[name];
      expect(description).not.toBe('');
      for (const [key, property] of Object.entries<object>(properties)) {
        if (key !== 'op' && key !== 'expect') expect(property).toHaveProperty('description');
      }
    }
  });

  it('knows exactly the outcomes the model has', () => {
    const { pattern } = traceSchema.$defs.outcome;
    expect(pattern).toBe(`^(${OUTCOME_NAMES.join('|')})$`);
    expect(traceSchema.$defs.expect.pattern).toBe(pattern);
  });
});
