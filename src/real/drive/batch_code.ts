// SPDX-License-Identifier: GPL-2.0-only
/**
 * The routine of ours at EL2 that makes a list of calls one after the other, and writes down what
 * each returned and which of the watched words it changed. Its input and output lie in the data
 * pages; `batch.ts` writes and reads them.
 */

import { type Assembler, XZR } from '../boot/asm.js';

/** The block that the routine is called with, words of 8 bytes at these offsets. */
export const CONTROL = {
  /** First call, and behind the last; the first moves on as calls return. */
  calls: 0,
  callsEnd: 8,
  /** Lists of watched words, and behind them. */
  lists: 16,
  listsEnd: 24,
  /** Where the log goes on, and from where on no further call is made. */
  log: 32,
  logEnd: 40,
  /** Physical minus hyp virtual address. */
  physvirt: 48,
  BYTES: 56,
} as const;

/** A call: the address of a function, six arguments, and room for what it returns. */
export const CALL = { pc: 0, args: 8, result: 56, BYTES: 64 } as const;

/**
 * The head of a list of watched words. They lie from `base` on; or, with a shift that is not zero, in
 * the last table that `input` is translated by, `base` being the first table and `shift` that of its
 * index.
 */
export const LIST = { base: 0, shift: 8, input: 16, count: 24, BYTES: 32 } as const;

/** A watched word behind its head: bytes from the start of the table, and what was last seen there. */
export const WATCHED = { offset: 0, seen: 8, BYTES: 16 } as const;

/** An entry of the log: the address of the watched word, 0 where a call ended, and its value. */
export const LOGGED = { watched: 0, value: 8, BYTES: 16 } as const;

const PAGE_SHIFT = 12;
const BITS_OF_LEVEL = 9;
const TABLE = 3;
const ADDRESS = 0xfffffffff000n;

/** Registers that a C function leaves alone. */
const CALLS = 19;
const CALLS_END = 20;
const LISTS = 21;
const LISTS_END = 22;
const LOG = 23;
const LOG_END = 24;
const PHYSVIRT = 25;
const ADDRESSES = 26;
const LINK = 27;
const BLOCK = 28;

/** Registers in use between two calls. */
const AT = 10;
const BASE = 11;
const SHIFT = 12;
const INPUT = 13;
const COUNT = 14;
const INDEX = 15;
const VALUE = 16;
const SEEN = 17;

/** Adds the routine `batch(control)`. */
export function addBatch(asm: Assembler): void {
  asm.label('batch').mov(LINK, 30).mov(BLOCK, 0);
  const fields = [
    [CALLS, CONTROL.calls],
    [CALLS_END, CONTROL.callsEnd],
    [LISTS, CONTROL.lists],
    [LISTS_END, CONTROL.listsEnd],
    [LOG, CONTROL.log],
    [LOG_END, CONTROL.logEnd],
    [PHYSVIRT, CONTROL.physvirt],
  ];
  for (const [register, offset] of fields) asm.load(8, register, BLOCK, offset);
  asm.mov64(ADDRESSES, ADDRESS);

  asm.label('batch.next').compare(CALLS, CALLS_END).branchIf('eq', 'batch.end');
  asm.compare(LOG, LOG_END).branchIf('cs', 'batch.end');
  for (let argument = 0; argument < 6; argument++) {
    asm.load(8, argument, CALLS, CALL.args + 8 * argument);
  }
  asm.load(8, 9, CALLS, CALL.pc).callRegister(9).store(8, 0, CALLS, CALL.result);
  addComparison(asm);
  asm.store(8, XZR, LOG, LOGGED.watched).addImmediate(LOG, LOG, LOGGED.BYTES);
  asm.addImmediate(CALLS, CALLS, CALL.BYTES);
  // Written down after each call: one of them may never return.
  asm.store(8, CALLS, BLOCK, CONTROL.calls).store(8, LOG, BLOCK, CONTROL.log);
  asm.branch('batch.next');
  asm.label('batch.end').mov(30, LINK).ret();
}

/** Compares every watched word with what was last seen of it. */
function addComparison(asm: Assembler): void {
  asm.mov(AT, LISTS);
  asm.label('batch.list').compare(AT, LISTS_END).branchIf('eq', 'batch.compared');
  asm.load(8, BASE, AT, LIST.base).load(8, SHIFT, AT, LIST.shift);
  asm.load(8, INPUT, AT, LIST.input).load(8, COUNT, AT, LIST.count);
  asm.addImmediate(AT, AT, LIST.BYTES).branchIfZero(SHIFT, 'batch.words');
  asm.shiftRight(INDEX, INPUT, SHIFT);

  asm.label('batch.walk').compareImmediate(SHIFT, PAGE_SHIFT).branchIf('eq', 'batch.words');
  asm.add(VALUE, BASE, INDEX, 3).load(8, VALUE, VALUE, 0);
  asm.andLow(SEEN, VALUE, 2).compareImmediate(SEEN, TABLE).branchIf('ne', 'batch.block');
  asm.and(BASE, VALUE, ADDRESSES).sub(BASE, BASE, PHYSVIRT);
  asm.subImmediate(SHIFT, SHIFT, BITS_OF_LEVEL);
  asm.shiftRight(INDEX, INPUT, SHIFT).andLow(INDEX, INDEX, BITS_OF_LEVEL).branch('batch.walk');

  asm.label('batch.words').branchIfZero(COUNT, 'batch.list');
  asm.load(8, VALUE, AT, WATCHED.offset).add(VALUE, VALUE, BASE).load(8, VALUE, VALUE, 0);
  addWord(asm, 'words');

  // An entry of a level above the last stands for every page.
  asm.label('batch.block').branchIfZero(COUNT, 'batch.list');
  addWord(asm, 'block');
  asm.label('batch.compared');
}

/** One watched word, whose value is known. */
function addWord(asm: Assembler, loop: string): void {
  asm.load(8, SEEN, AT, WATCHED.seen).compare(VALUE, SEEN).branchIf('eq', `batch.same-${loop}`);
  asm.store(8, VALUE, AT, WATCHED.seen);
  asm.store(8, AT, LOG, LOGGED.watched).store(8, VALUE, LOG, LOGGED.value);
  asm.addImmediate(LOG, LOG, LOGGED.BYTES);
  asm.label(`batch.same-${loop}`).addImmediate(AT, AT, WATCHED.BYTES).subImmediate(COUNT, COUNT, 1);
  asm.branch(`batch.${loop}`);
}
