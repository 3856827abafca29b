// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { direct } from '../../src/direct/index.js';
import {
  CELLS,
  CellSet,
  cellOf,
  cellOfBranch,
  cellText,
  preState,
} from '../../src/fuzz/coverage.js';
import { overheard } from '../../src/fuzz/trail.js';
import { Machine } from '../../src/hyp/machine.js';
import type { OpName } from '../../src/hyp/op.js';
import { legacy } from '../../src/legacy/index.js';
import { bootMachine, HYP_PAGE, NO_PAGE, op, PAGE } from '../support/machines.js';

function textOf(name: OpName, page: number, debug: boolean): string {
  const machine = bootMachine({ debug });
  const operation = op(name, page, 1);
  const before = preState(machine, operation);
  const cell = cellOf(operation, before, machine.run(operation), debug);
  expect(cell).toBeLessThan(CELLS);
  return cellText(cell, [legacy, direct]);
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

describe('the cell of a branch', () => {
  it('is a step of a transition, how it went, and on which side', () => {
    const taken: string[] = [];
    const took = (side: number, branch: number) => {
      const cell = cellOfBranch(side, branch, false);
      expect(cell).toBeLessThan(CELLS);
      taken.push(cellText(cell, [legacy, direct]));
    };
    const config = bootMachine({ debug: false }).config;
    const machine = Machine.alone(config, overheard(legacy, 0, { took }));
    machine.run(op('__pkvm_host_share_hyp', PAGE, 1));
    machine.run(op('__pkvm_host_unshare_hyp', HYP_PAGE, 1));
    expect(taken).toEqual([
      '__pkvm_host_share_hyp/check host OWNED -> passed in legacy, debug off',
      '__pkvm_host_share_hyp/set host SHARED_OWNED -> done in legacy, debug off',
      '__pkvm_host_share_hyp/map hyp SHARED_BORROWED -> done in legacy, debug off',
      '__pkvm_host_unshare_hyp/check host SHARED_OWNED -> refused in legacy, debug off',
    ]);
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
