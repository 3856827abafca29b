// SPDX-License-Identifier: GPL-2.0-only
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { run } from './run.js';

describe('schema', () => {
  const FORMATS = ['trace', 'baseline', 'coverage', 'result', 'kill-matrix'];

  it.each(FORMATS)('prints the one of %s', (format) => {
    const { code, out } = run(['schema', format]);
    expect(code).toBe(0);
    const schema = JSON.parse(out) as { $id: string };
    expect(schema.$id).toBe(`urn:pkvm-tracediff:${format}:1`);
    const ajv = new Ajv2020({ discriminator: true, allowUnionTypes: true, strictRequired: false });
    ajv.addVocabulary(['tsType']);
    expect(ajv.validateSchema(schema)).toBe(true);
  });

  it('prints the one of traces when none is named', () => {
    expect(run(['schema']).out).toBe(run(['schema', 'trace']).out);
    expect(run(['schema', 'html']).code).toBe(2);
  });
});
