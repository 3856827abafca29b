// SPDX-License-Identifier: GPL-2.0-only
/** The workload of the figures: the six transitions over 64 pages, uniformly random, a page each. */

import { OP_NAMES, Op } from '../dist/hyp/op.js';
import { DEFAULT_MACHINE } from '../dist/trace/index.js';

export const MACHINE = DEFAULT_MACHINE;
const FIRST_PAGE = 0x40100;
const PAGES = 64;
const TRANSITIONS = 6;
/** Transitions from this code on take a number of pages. */
const FIRST_WITH_COUNT = 2;

/** Calls `each(code, pfn)` for `count` random transitions, the same every time. */
export function transitions(count, each) {
  let seed = 1;
  const random = (below) => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % below;
  };
  for (let i = 0; i < count; i++) each(random(TRANSITIONS), FIRST_PAGE + random(PAGES));
}

/** The workload as the machine runs it. */
export function compiledOps(count) {
  const ops = [];
  transitions(count, (code, pfn) => ops.push(new Op(code, pfn, code < FIRST_WITH_COUNT ? 0 : 1)));
  return ops;
}

/** The workload as JSON Lines, `perTrace` operations a trace. Yields one line at a time. */
export function* traceLines(count, perTrace) {
  const ops = [];
  transitions(count, (code, pfn) => {
    const pages = code < FIRST_WITH_COUNT ? '' : ',"nr_pages":1';
    ops.push(`{"op":"${OP_NAMES[code]}","pfn":"0x${pfn.toString(16)}"${pages}}`);
  });
  for (let i = 0; i < ops.length; i += perTrace) {
    const list = ops.slice(i, i + perTrace).join(',');
    yield `{"format":"pkvm-trace/1","name":"bench-${i}","ops":[${list}]}\n`;
  }
}
