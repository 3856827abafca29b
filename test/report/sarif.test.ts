// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { EVERY } from './every.js';
import { DOCUMENTS } from './fixture.js';
import { render } from './render.js';

const require = createRequire(import.meta.url);
const SARIF_SCHEMA = JSON.parse(
  readFileSync(require.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'), 'utf8'),
) as Record<string, unknown>;

describe('sarif', () => {
  const ajv = new Ajv({
    strict: false,
    unicodeRegExp: false,
    validateFormats: false,
    allErrors: true,
  });
  const { $schema: _draft, id: _id, ...schema } = SARIF_SCHEMA;
  const validate = ajv.compile(schema);

  it.each(Object.keys(EVERY))('of %s is valid SARIF 2.1.0', (name) => {
    validate(JSON.parse(render('sarif', EVERY[name])));
    expect(validate.errors).toBeNull();
  });

  it('suppresses what is known, with the reason', () => {
    const { runs } = JSON.parse(render('sarif', DOCUMENTS.new)) as SarifLog;
    const levels = runs[0].results.map(({ level, suppressions }) => [level, suppressions.length]);
    expect(levels).toEqual([
      ['error', 0],
      ['note', 1],
    ]);
    expect(runs[0].results[1].suppressions[0].justification).toMatch(/^The order of two checks/);
  });

  it('was not successful when nothing was compared', () => {
    const { runs } = JSON.parse(render('sarif', DOCUMENTS.nothing)) as SarifLog;
    expect(runs[0].invocations[0].executionSuccessful).toBe(false);
  });
});

interface SarifLog {
  runs: {
    invocations: { executionSuccessful: boolean }[];
    results: { level: string; suppressions: { justification: string }[] }[];
  }[];
}
