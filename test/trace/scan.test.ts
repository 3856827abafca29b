// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OP_NAMES } from '../../src/hyp/op.js';
import { type ParseResult, Parser } from '../../src/trace/parse.js';
import { DocumentScanner, ended } from '../../src/trace/scan_document.js';

const TRACES = Parser.ofTraces();
const RECORDINGS = Parser.ofRecordings();

/** Every kind of parameter, every way to write a number, every kind of expectation. */
const OPS = [
  '{"op":"__pkvm_host_share_hyp","pfn":"0x40100"}',
  '{"op":"__pkvm_host_unshare_hyp","pfn":262400,"expect":"-EPERM"}',
  '{"op":"__pkvm_host_donate_hyp","pfn":"0x40100","nr_pages":1,"expect":0}',
  '{ "nr_pages" : "0x2" , "pfn":"0x0000000000040100", "op" : "__pkvm_hyp_donate_host" }',
  '{"op":"__pkvm_host_share_ffa","pfn":"0xffffffffffffffff","nr_pages":9007199254740991}',
  '{"op":"__pkvm_host_unshare_ffa","pfn":"0x3fffffffffffff","nr_pages":0,"comment":"é \\u00e9 \\""}',
  '{"op":"hyp_pin_shared_mem","from":"0x40100000","to":"0x40100001","expect":{"legacy":-1}}',
  '{"op":"hyp_unpin_shared_mem","from":1074790401,"to":"0xfffffffffffff001","expect":"BUG"}',
  '{"op":"handle_host_mem_abort","addr":"0xABCdef12","comment":"é"}',
  '{"op":"ffa_host_share_ranges","ranges":[{"address":"0x40100000","pg_cnt":"0x00000001"}]}',
  '{"op":"ffa_host_unshare_ranges","ranges":[]}',
  '{"op":"__pkvm_init_vm","host_kvm":"0x40300000","nr_vcpus":2,"vm":"0x40200008","pgd":"0x40210000"}',
  '{"op":"__pkvm_init_vm","host_kvm":"0xf000000000003000","nr_vcpus":4294967297,"vm":1,"pgd":4096}',
  '{"op":"__pkvm_init_vcpu","vm":"0x1000","host_vcpu":"0x40304008","vcpu_idx":0,"vcpu":"0x40220000"}',
  '{"op":"__pkvm_vcpu_load","vm":4096,"vcpu_idx":0}',
  '{"op":"__pkvm_vcpu_put"}',
  '{"op":"__pkvm_host_share_guest","pfn":"0x40400","gfn":"0x10","prot":"RWX"}',
  '{"op":"__pkvm_host_share_guest","pfn":"0x40400","gfn":"0x10","prot":8,"memcache":["0x40500"]}',
  '{"op":"__pkvm_host_unshare_guest","vm":4096,"gfn":"0x10"}',
  '{"op":"__pkvm_host_wrprotect_guest","vm":4096,"gfn":"0x10"}',
  '{"op":"__pkvm_host_test_clear_young_guest","vm":4096,"gfn":16,"mkold":true}',
  '{"op":"__pkvm_host_test_clear_young_guest","vm":4096,"gfn":16,"mkold":false}',
  '{"op":"__pkvm_host_relax_perms_guest","gfn":"0x10","prot":"W"}',
  '{"op":"__pkvm_host_mkyoung_guest","gfn":"0x10","expect":-2147483648}',
  '{"op":"__pkvm_teardown_vm","vm":4096,"expect":4096}',
  '{"op":"poke","pfn":"0x40400","host_state":"OWNED","refcount":"0x1"}',
];
const DOCUMENT = `{"format":"pkvm-trace/1","name":"n","ops":[${OPS.join(',\n')}],"description":"ops"}`;

/** The same from the text alone, which no scanner sees. */
function compared<M extends 'trace' | 'recording'>(parser: Parser<M>, text: string) {
  const scanned = parser.parseBytes(Buffer.from(text), 'f', 3);
  const parsed = parser.parse(text, 'f', 3);
  return [plain(scanned), plain(parsed)];
}

function plain<M extends 'trace' | 'recording'>(result: ParseResult<M>) {
  if (!result.ok) return result;
  const { places, ...trace } = result.trace;
  return { ...trace, positions: places?.of(trace.ops.map((_, index) => index)) };
}

function scanned(text: string) {
  const others: string[] = [];
  const scanner = new DocumentScanner((other) => {
    others.push(other);
    return undefined;
  });
  return { document: scanner.scan(ended(Buffer.from(text))), others };
}

const documentOf = (...ops: string[]) =>
  `{"format":"pkvm-trace/1","name":"n","ops":[${ops.join(',')}]}`;

describe('a trace from its bytes', () => {
  it('is the one from its text, of every operation', () => {
    const [bytes, text] = compared(TRACES, DOCUMENT);
    expect(bytes).toEqual(text);
    expect(bytes).toMatchObject({ name: 'n', ops: { length: OPS.length } });
    for (const name of OP_NAMES) expect(DOCUMENT).toContain(`"${name}"`);
  });

  it('is the one from its text, of recordings with their results', () => {
    const file = fileURLToPath(new URL('../golden/special.jsonl', import.meta.url));
    const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) {
      const [bytes, text] = compared(RECORDINGS, line);
      expect(bytes).toEqual(text);
      expect(bytes).toHaveProperty('results');
    }
  });

  it('is the one from its text, where it expects a state of pages', () => {
    const op = `{"op":"__pkvm_host_share_hyp","pfn":"0x40100","expect_state":{"0x40100":{"refcount":0}}}`;
    const [bytes, text] = compared(TRACES, documentOf(OPS[0], op));
    expect(bytes).toEqual(text);
    expect(bytes).toMatchObject({ expectStates: [undefined, { all: [{ pfn: 0x40100 }] }] });
  });

  it('is refused as its text is, whatever was changed in it', () => {
    const piece = fc.constantFrom(
      ...'{}[]:,"\\\n\0 \t-+.eE0123456789xXaFgé',
      '"ops"',
      '"ops":[{"op":"__pkvm_vcpu_put"}]',
      '"o\\u0070s"',
      '"pfn":1,',
      'true',
      'null',
      '0x',
      '1e3',
      '1.0',
      '-0',
      '00',
      '"RXW"',
      '"HUNG"',
      '99999999999',
      '"0x00000000000000001"',
    );
    const edit = fc.record({
      at: fc.nat(DOCUMENT.length),
      removed: fc.nat(4),
      piece: fc.oneof(piece, fc.constant('')),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 2 }), (edits) => {
        let text = DOCUMENT;
        for (const { at, removed, piece } of edits) {
          text = text.slice(0, at) + piece + text.slice(at + removed);
        }
        const [bytes, parsed] = compared(TRACES, text);
        expect(bytes).toEqual(parsed);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps line and pointer of what is wrong in it', () => {
    const text = documentOf(OPS[0], '\n{"op":"__pkvm_host_share_hyp","pfn":-1}');
    const result = TRACES.parseBytes(Buffer.from(text), 'f', 3);
    expect(result).toMatchObject({
      ok: false,
      problems: [{ file: 'f', line: 4, column: 37, pointer: '/ops/1/pfn' }],
    });
  });
});

describe('the scanner of documents', () => {
  it('asks for nothing but lists, pokes, escapes, maps, and numbers near 2^53', () => {
    const unsure = OPS.filter((op) => scanned(documentOf(op)).others.length > 0);
    expect(unsure.map((op) => /"op" ?: ?"(\w+)"/.exec(op)?.[1])).toEqual([
      '__pkvm_host_share_ffa',
      '__pkvm_host_unshare_ffa',
      'hyp_pin_shared_mem',
      'ffa_host_share_ranges',
      'ffa_host_unshare_ranges',
      '__pkvm_host_share_guest',
      'poke',
    ]);
  });

  it('leaves the text around the operations, with one in place of them', () => {
    const text = `{"a":["\\"ops\\":[",{}], "ops" : [${OPS[0]}, ${OPS[1]}] ,"b":1}`;
    expect(scanned(text).document).toMatchObject({
      ops: { length: 2 },
      expects: [undefined, -1],
      rest: '{"a":["\\"ops\\":[",{}], "ops" : [{"op":"__pkvm_vcpu_put"}] ,"b":1}',
    });
  });

  it.each([
    ['two lists of operations', `{"ops":[${OPS[0]}],"ops":[${OPS[0]}]}`],
    ['a key with an escape', `{"\\u006fps":[${OPS[0]}],"ops":[${OPS[0]}]}`],
    ['a key with an escape behind', `{"ops":[${OPS[0]}],"\\u006fps":[]}`],
    ['no operations', '{"ops":[]}'],
    ['a comma too many', `{"ops":[${OPS[0]},]}`],
    ['a zero byte', `{"ops":[${OPS[0]}\0]}`],
    ['no end', `{"ops":[${OPS[0]}`],
    ['an array', `[{"ops":[${OPS[0]}]}]`],
  ])('leaves %s to others', (_what, text) => {
    expect(scanned(text).document).toBeUndefined();
  });
});
