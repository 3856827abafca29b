// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { CELLS, CellSet, cellOf, cellText, preState } from '../../src/fuzz/coverage.js';
import type { OpName } from '../../src/hyp/op.js';
import { bootMachine, HYP_PAGE, NO_PAGE, op, PAGE } from '../support/machines.js';

function textOf(name: OpName, page: number, debug: boolean): string {
  const machine = bootMachine({ debug });
  const operation = op(name, page, 1);
  const before = preState(machine, operation);
  const cell = cellOf(operation, before, machine.run(operation), debug);
  expect(cell).toBeLessThan(CELLS);
  return cellText(cell);
}

describe('a cell', () => {
  it('is the operation, the states of its page before it, and the outcome', () => {
    expect(textOf('__pkvm_host_share_hyp', PAGE, false)).toBe(
      '__pkvm_host_share_hyp on host OWNED, hyp NOPAGE, refcount 0 = 0, debug off',
    );
    expect(textOf('__pkvm_host_donate_hyp', HYP_PAGE, true)).toBe(
      '__pkvm_host_donate_hyp on host NOPAGE, hyp OWNED, refcount 0 = -EPERM, debug on',
    );
    expect(textOf('hyp_unpin_shared_mem', NO_PAGE, false)).toBe(
      'hyp_unpin_shared_mem on no page = 0, debug off',
    );
    expect(textOf('handle_host_mem_abort', HYP_PAGE, false)).toBe(
      'handle_host_mem_abort on host NOPAGE, hyp OWNED, refcount 0 = BUG, debug off',
    );
  });
});

describe('CellSet', () => {
  it('says which are new', () => {
    const set = new CellSet();
    expect([set.add(5), set.add(5), set.has(5), set.has(6), set.size]).toEqual([
      true,
      false,
      true,
      false,
      1,
    ]);
  });
});
