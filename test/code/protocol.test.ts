// SPDX-License-Identifier: GPL-2.0-only
/** What the C of the driver and the TypeScript must agree on. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { C_FOLDER } from '../../src/code/build.js';
import * as protocol from '../../src/code/protocol.js';
import * as layout from '../../src/hyp/layout.js';
import { OP_NAMES, Op, OpCode } from '../../src/hyp/op.js';
import { vcpuStructWord, vmStructWord } from '../../src/hyp/page_words.js';

const HEADER = readFileSync(join(C_FOLDER, 'driver/machine.h'), 'utf8');
const REQUESTS = readFileSync(join(C_FOLDER, 'driver/requests.c'), 'utf8');

/** Numbers that the header defines, by name without TD_. */
function defines(): Map<string, number> {
  const found = new Map<string, number>();
  for (const [, name, text] of HEADER.matchAll(/^#define TD_(\w+) ([^\t\n/]+)/gm)) {
    const value = text.replace(/TD_(\w+)/g, (_, other: string) => String(found.get(other)));
    if (/^[\d\s()+*<-]+$/.test(value)) found.set(name, Number(new Function(`return ${value}`)()));
  }
  return found;
}

describe('the words of the layout', () => {
  it('have the same numbers in C', () => {
    const c = defines();
    let compared = 0;
    for (const [name, value] of Object.entries(layout)) {
      if (typeof value !== 'number' || !c.has(name)) continue;
      expect([name, c.get(name)]).toEqual([name, value]);
      compared++;
    }
    expect(compared).toBeGreaterThan(20);
    expect(c.get('VM_STRUCT')).toBe(vmStructWord(0));
    expect(c.get('VCPU_STRUCT')).toBe(vcpuStructWord(0, 0));
  });

  it('belong to the same kinds', () => {
    const c = defines();
    const kinds = ['PAGE', 'NODE', 'FRAME', 'GLOBAL', 'VCPU', 'RAW'] as const;
    for (const kind of kinds) expect([kind, c.get(kind)]).toEqual([kind, protocol[kind]]);
  });
});

describe('operations', () => {
  it('have the same codes in C, by the names of what is called', () => {
    const list = /enum td_code \{([^}]*)\}/.exec(HEADER)?.[1] ?? '';
    const names = list.split(',').map((name) => name.trim());
    expect(names.length).toBe(OP_NAMES.length + 1);
    const called: readonly (readonly [string, keyof typeof OpCode])[] = [
      ['TD_SHARE_HYP', '__pkvm_host_share_hyp'],
      ['TD_HYP_DONATE_HOST', '__pkvm_hyp_donate_host'],
      ['TD_UNPIN', 'hyp_unpin_shared_mem'],
      ['TD_HOST_FAULT', 'handle_host_mem_abort'],
      ['TD_INIT_VCPU', '__pkvm_init_vcpu'],
      ['TD_SHARE_GUEST', '__pkvm_host_share_guest'],
      ['TD_MKYOUNG_GUEST', '__pkvm_host_mkyoung_guest'],
      ['TD_TEARDOWN_VM', '__pkvm_teardown_vm'],
      ['TD_POKE', 'poke'],
    ];
    for (const [name, op] of called)
      expect([name, names.indexOf(name)]).toEqual([name, OpCode[op]]);
  });

  it('carry page numbers up to 2^52, and -1 as all ones', () => {
    const request = new protocol.Request();
    request.beginRun(0, 0);
    request.putNoWords();
    request.putOp(new Op(3, 2 ** 52 - 1, -1, 7));
    const [head, ...rest] = request.words.slice(6, request.length);
    expect([head & 0xff, (head >> 8) & 3, (head >> 10) & 3, (head >> 12) & 3]).toEqual([
      3, 2, 3, 1,
    ]);
    expect(rest).toEqual([0xffffffff, 0xfffff, 7]);
    expect(request.ops).toBe(1);
    expect(request.bytes().length).toBe(4 * request.length);
    expect(request.words[0]).toBe(request.length - 1);
  });
});

describe('flags of a run', () => {
  it('have the same values in C', () => {
    for (const name of ['UNDO', 'READS', 'CHECK', 'AHEAD', 'EACH'] as const) {
      expect(REQUESTS).toMatch(new RegExp(`^#define ${name} ${protocol[name]}$`, 'm'));
    }
  });
});
