// SPDX-License-Identifier: GPL-2.0-only
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Validator } from '../../src/trace/validate.js';
import { documentOf } from './helpers.js';

const DOCUMENT = documentOf(
  [
    { op: '__pkvm_host_donate_hyp', pfn: '0x40100', nr_pages: 2, expect: { legacy: 'WARN' } },
    { op: 'poke', pfn: 1, host_state: 'OWNED', comment: '' },
    { op: 'ffa_host_share_ranges', ranges: [{ address: 0, pg_cnt: 1 }], expect: -6 },
    { op: '__pkvm_host_share_guest', pfn: 1, gfn: 2, prot: 7, memcache: ['0x1', 2] },
  ],
  {
    description: '',
    machine: { memory: [{ base: 4096, pages: 1, nomap: true }], hyp_carveout: {} },
  },
);

/** Every key path of the document. */
function pathsOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const below = Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...path, key]));
  return [path, ...below];
}

/** The document with the value at a path replaced, or left out (undefined). */
function changed(value: unknown, path: string[], to: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return to;
  const copy = Array.isArray(value) ? [...value] : { ...Object(value) };
  copy[key] = changed(copy[key], rest, to);
  return JSON.parse(JSON.stringify(copy));
}

describe('Validator', () => {
  const validator = new Validator('trace');

  it('says the same fast and slowly, of any document near a valid one', () => {
    const values = fc.oneof(
      fc.jsonValue({ maxDepth: 1 }),
      fc.constantFrom(undefined, 0, -1, 2 ** 53, '0x1', '0x1000', 'OWNED', 'BUG', [], {}, true),
    );
    const edit = fc.tuple(fc.constantFrom(...pathsOf(DOCUMENT)), values);
    const verdicts = new Set<boolean>();
    fc.assert(
      fc.property(edit, ([path, to]) => {
        const document = changed(DOCUMENT, path, to);
        const isValid = validator.isValid(document);
        verdicts.add(isValid);
        expect(validator.issues(document, 100).length === 0).toBe(isValid);
      }),
      { numRuns: 2000 },
    );
    expect(verdicts.size).toBe(2);
  });

  it('tells traces from recordings', () => {
    const recording = { name: 'x', ops: [{ op: '__pkvm_vcpu_put' }], results: { legacy: [0] } };
    expect(validator.isValid(DOCUMENT)).toBe(true);
    expect(validator.isValid(recording)).toBe(false);
    expect(new Validator('recording').isValid(recording)).toBe(true);
    expect(new Validator('recording').isValid(DOCUMENT)).toBe(false);
  });
});

describe('an object with a key named toString', () => {
  it('is a problem like any other', () => {
    const issues = new Validator('trace').issues(JSON.parse('{"toString": 0}'), 9);
    expect(issues.length).toBeGreaterThan(0);
  });
});
