// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { CompiledSchema, EVERY_ERROR } from '../../src/input/compiled_schema.js';

const SCHEMA = {
  $id: 'urn:test:1',
  type: 'object',
  required: ['name', 'count'],
  properties: { name: { type: 'string' }, count: { $ref: '#/$defs/count' } },
  $defs: { count: { type: 'integer', tsType: 'number' } },
};

describe('CompiledSchema', () => {
  const compiled = new CompiledSchema(SCHEMA, EVERY_ERROR, {
    document: '',
    count: '#/$defs/count',
    other: '#/$defs/other',
  });

  it('holds values against the whole schema and against parts of it', () => {
    expect(compiled.validator('document')({ name: 'a', count: 1 })).toBe(true);
    expect(compiled.validator('count')(1)).toBe(true);
    expect(compiled.validator('count')('1')).toBe(false);
  });

  it('lists every error with what it is about', () => {
    const validate = compiled.validator('document');
    expect(validate({ name: 1, count: 1.5 })).toBe(false);
    expect(validate.errors?.map(({ instancePath, data }) => [instancePath, data])).toEqual([
      ['/name', 1],
      ['/count', 1.5],
    ]);
  });

  it('has no part that the schema does not have', () => {
    expect(() => compiled.validator('other')).toThrow();
  });
});
