// SPDX-License-Identifier: GPL-2.0-only
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OP_NAMES } from '../../src/hyp/op.js';
import { OUTCOME_NAMES } from '../../src/trace/compile.js';
import { traceSchema, traceToJson, writeTrace } from '../../src/trace/index.js';
import { newFolder } from '../folders.js';
import { documentOf, parsed, traceParser } from './helpers.js';

const TRACE = parsed(
  documentOf(
    [
      { pfn: 0x40100, op: '__pkvm_host_share_ffa', nr_pages: '0x1', expect: 0 },
      { comment: 'why', op: '__pkvm_host_unshare_hyp', expect: -1, pfn: '0x00040100' },
      {
        op: '__pkvm_init_vm',
        host_kvm: 4096,
        nr_vcpus: 1,
        vm: '0x2000',
        pgd: '0x4000',
        expect: { legacy: 4096, direct: '-ENOMEM' },
      },
      { op: 'ffa_host_share_ranges', ranges: [{ pg_cnt: '0xa', address: '0x00' }], expect: -6 },
    ],
    { name: 'unshare', description: 'a "quoted" reason' },
  ),
);

describe('traceToJson', () => {
  it('writes one canonical form', () => {
    expect(traceToJson(TRACE)).toBe(`{
  "format": "pkvm-trace/1",
  "name": "unshare",
  "description": "a \\"quoted\\" reason",
  "machine": {
    "nvhe_el2_debug": false,
    "share_guest_warn": true,
    "memory": [
      {"base": "0x40000000", "pages": 8192},
      {"base": "0x80000000", "pages": 1024, "nomap": true}
    ],
    "hyp_carveout": {"pfn": "0x40e00", "hpool_pages": 536, "host_s2_pages": 552}
  },
  "ops": [
    {"op": "__pkvm_host_share_ffa", "pfn": "0x40100", "nr_pages": 1, "expect": 0},
    {"op": "__pkvm_host_unshare_hyp", "pfn": "0x40100", "expect": "-EPERM", "comment": "why"},
    {"op": "__pkvm_init_vm", "host_kvm": "0x1000", "nr_vcpus": 1, "vm": "0x2000", "pgd": "0x4000", "expect": {"direct": "-ENOMEM", "legacy": 4096}},
    {"op": "ffa_host_share_ranges", "ranges": [{"address": "0x0", "pg_cnt": 10}], "expect": -6}
  ]
}
`);
  });

  it('reads back as the same trace, whatever the trace', () => {
    fc.assert(
      fc.property(anyDocument, (document) => {
        const trace = parsed(document);
        const written = traceToJson(trace);
        const result = traceParser.parse(written, trace.file);
        if (!result.ok) throw new Error(JSON.stringify(result.problems));
        const { source: _again, places: _there, ...again } = result.trace;
        const { source: _source, places: _here, ...before } = trace;
        expect(again).toEqual(before);
        expect(traceToJson(result.trace)).toBe(written);
      }),
    );
  });
});

describe('writeTrace', () => {
  it('writes a new file and leaves nothing else', async () => {
    const folder = newFolder();
    const path = join(folder, 'a.json');
    expect(await writeTrace(path, TRACE)).toBeUndefined();
    expect(await readFile(path, 'utf8')).toBe(traceToJson(TRACE));
    expect(await readdir(folder)).toEqual(['a.json']);
  });

  it('does not replace a file unless told to', async () => {
    const folder = newFolder();
    const path = join(folder, 'a.json');
    await writeFile(path, 'mine');
    expect(await writeTrace(path, TRACE)).toEqual({
      file: path,
      message: 'cannot write: file already exists',
    });
    expect(await readFile(path, 'utf8')).toBe('mine');
    expect(await writeTrace(path, TRACE, { overwrite: true })).toBeUndefined();
    expect(await readFile(path, 'utf8')).toBe(traceToJson(TRACE));
    expect(await readdir(folder)).toEqual(['a.json']);
  });

  it('has a problem with a folder that is not there', async () => {
    const path = join(newFolder(), 'gone', 'a.json');
    expect(await writeTrace(path, TRACE)).toEqual({
      file: path,
      message: 'cannot write: no such file or directory',
    });
  });
});

const hexOf = (max: bigint) => fc.bigInt({ min: 0n, max }).map((n) => `0x${n.toString(16)}`);
const numberOf = (bits: bigint) =>
  fc.oneof(
    fc.nat({ max: Number(2n ** (bits < 53n ? bits : 53n) - 1n) }),
    hexOf(2n ** bits - 1n),
    hexOf(2n ** bits - 1n).map((hex) => `0x${hex.slice(2).toUpperCase()}`),
  );
const BY_KIND: Record<string, fc.Arbitrary<unknown>> = {
  pageNumber: numberOf(64n),
  address: numberOf(64n),
  pageAddress: hexOf(2n ** 52n - 1n).map((hex) => `${hex}000`),
  pageCount: numberOf(64n),
  unsignedInt: numberOf(64n),
  protection: fc.oneof(fc.nat(9), fc.constantFrom('R', 'WX', 'RWX'), numberOf(64n)),
  u32: numberOf(32n),
  u16: numberOf(16n),
};

const outcome = fc.oneof(fc.integer(), fc.constantFrom(...OUTCOME_NAMES));
const expectation = fc.oneof(
  outcome,
  fc.dictionary(fc.constantFrom('legacy', 'direct', 'series-1'), outcome, { minKeys: 1 }),
);

const pageState = fc
  .record(
    {
      host: fc.constantFrom('OWNED', 'SHARED_OWNED', 'SHARED_BORROWED', 'NOPAGE'),
      hyp: fc.constantFrom('OWNED', 'SHARED_BORROWED', 'NOPAGE'),
      refcount: BY_KIND.u16,
      host_share_guest_count: BY_KIND.u32,
      guests: fc.array(fc.record({ vm: BY_KIND.unsignedInt, gfn: BY_KIND.pageNumber })),
    },
    { requiredKeys: [] },
  )
  .filter((state) => Object.keys(state).length > 0);
const pageStates = fc.dictionary(fc.constantFrom('0x1', '0x02'), pageState, { minKeys: 1 });
const stateExpectation = fc.oneof(
  pageStates,
  fc.dictionary(fc.constantFrom('legacy', 'direct'), pageStates, { minKeys: 1 }),
);

/** Any value of a parameter, from its schema. */
function valueOf(name: string, schema: { $ref?: string; enum?: string[] }): fc.Arbitrary<unknown> {
  const kind = schema.$ref?.split('/').at(-1);
  if (kind === 'expect') return expectation;
  if (kind === 'expectState') return stateExpectation;
  if (kind !== undefined) return BY_KIND[kind];
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (name === 'memcache') return fc.array(BY_KIND.pageNumber, { maxLength: 4 });
  if (name === 'mkold') return fc.boolean();
  if (name === 'comment') return fc.string();
  return fc.array(fc.record({ address: BY_KIND.address, pg_cnt: BY_KIND.u32 }), { maxLength: 3 });
}

const anyOp = fc.oneof(
  ...OP_NAMES.map((op) => {
    const definition = traceSchema.$defs[op];
    const parameters = Object.entries<object>(definition.properties).slice(1);
    const values = parameters.map(([name, schema]) => [name, valueOf(name, schema)] as const);
    const requiredKeys = op === 'poke' ? ['pfn', 'host_state'] : definition.required.slice(1);
    return fc
      .record(Object.fromEntries(values), { requiredKeys })
      .map((members) => ({ ...members, op }));
  }),
);

const anyDocument = fc
  .record({
    name: fc.string({ minLength: 1, unit: 'binary' }),
    description: fc.option(fc.string(), { nil: undefined }),
    debug: fc.boolean(),
    nomap: fc.boolean(),
    pages: fc.integer({ min: 2, max: 2 ** 23 }),
    ops: fc.array(anyOp, { minLength: 1, maxLength: 8 }),
  })
  .map(({ name, description, debug, nomap, pages, ops }) =>
    documentOf(ops, {
      name,
      ...(description === undefined ? {} : { description }),
      machine: {
        nvhe_el2_debug: debug,
        memory: [{ base: '0x1000', pages, nomap }],
        hyp_carveout: { pfn: 1, hpool_pages: 1, host_s2_pages: 1 },
      },
    }),
  );
