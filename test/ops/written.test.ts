// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Op, OpCode } from '../../src/hyp/op.js';
import { compileOp, decompileOp } from '../../src/ops/index.js';
import { Parser } from '../../src/trace/parse.js';
import { readInputs } from '../../src/trace/read.js';
import { traceToJson } from '../../src/trace/write.js';

const GOLDEN = fileURLToPath(new URL('../golden', import.meta.url));
const FILES = ['core', 'guest', 'layout', 'oom', 'special'].map((n) => join(GOLDEN, `${n}.jsonl`));

describe('decompileOp', () => {
  it('gives back what compiles to the same numbers, for every operation recorded', async () => {
    let ops = 0;
    for await (const item of readInputs(Parser.ofRecordings(), FILES)) {
      if (item.kind === 'problem') throw new Error(item.problem.message);
      for (const op of item.trace.ops) {
        expect(compileOp(decompileOp(op))).toEqual(op);
        ops++;
      }
    }
    expect(ops).toBeGreaterThan(1000);
  });

  it('gives valid traces', () => {
    const ops = [
      new Op(OpCode.__pkvm_init_vm, 0x40100, 2 ** 32 - 1, 2 ** 52 - 1, 0, 3),
      new Op(OpCode.__pkvm_init_vcpu, 0x1000, 0x40100, 7, 0x40102, 1, 0x40102),
      new Op(OpCode.hyp_pin_shared_mem, 2 ** 52 - 1, 0),
      new Op(OpCode.__pkvm_host_share_guest, 1, 2, 8, 0, 0, 0, [3, 4]),
      new Op(OpCode.ffa_host_share_ranges, 0, 0, 0, 0, 0, 0, [5, 6, 7, 8]),
      new Op(OpCode.poke, 9, 4, 1, -1, 2),
    ];
    const machine = {
      nvhe_el2_debug: false,
      share_guest_warn: true,
      memory: [{ pfn: 0x40000, pages: 64, nomap: false }],
      carveout: { pfn: 0x40000, hpool_pages: 8, host_s2_pages: 8 },
    };
    const text = traceToJson({ name: 't', machine, source: ops.map(decompileOp) });
    const parsed = Parser.ofTraces().parse(text, 't.json');
    if (!parsed.ok) throw new Error(parsed.problems[0].message);
    expect(parsed.trace.ops).toEqual(ops);
  });

  it('refuses a code that is no operation', () => {
    expect(() => decompileOp(new Op(99))).toThrow('99');
  });
});
