// SPDX-License-Identifier: GPL-2.0-only
/** Tables that come and go between walks: what a machine does depends on its words alone. */
import { describe, expect, it } from 'vitest';
import { direct } from '../../src/direct/index.js';
import { dumpState } from '../../src/hyp/dump.js';
import { Layout } from '../../src/hyp/layout.js';
import { Machine } from '../../src/hyp/machine.js';
import type { Op } from '../../src/hyp/op.js';
import {
  bootMachine,
  op,
  PAGE,
  run,
  runAll,
  shareGuest,
  smallConfig,
} from '../support/machines.js';
import { bootWithVcpu, HANDLE, initVm, MEMCACHE } from '../support/vms.js';

const NEAR = 0x40001;
const FAR = 0x40401;

/** Operations that build and drop tables in both stages. */
const OPS: Op[] = [
  op('__pkvm_host_share_hyp', NEAR),
  op('__pkvm_host_share_hyp', FAR),
  op('__pkvm_host_unshare_hyp', NEAR),
  op('__pkvm_host_unshare_hyp', FAR),
  op('__pkvm_host_donate_hyp', FAR, 600),
  op('handle_host_mem_abort', NEAR),
  op('__pkvm_hyp_donate_host', FAR, 600),
  op('__pkvm_host_donate_hyp', NEAR, 2),
  op('handle_host_mem_abort', NEAR + 5),
  op('__pkvm_hyp_donate_host', NEAR, 2),
  op('__pkvm_host_share_hyp', FAR + 600),
  op('__pkvm_host_unshare_hyp', FAR + 600),
];

/** What a new machine comes to after operations. */
function fresh(operations: readonly Op[]) {
  const machine = bootMachine();
  return { results: runAll(machine, ...operations), dump: dumpState(machine) };
}

describe('a machine', () => {
  it.each(OPS.map((_, i) => [i]))('undone after %i operations goes another way as if new', (n) => {
    const machine = bootMachine();
    for (let i = n; i >= 0; i--) {
      runAll(machine, ...OPS.slice(0, i));
      machine.state.undoTo(0);
      const rest = OPS.slice(i);
      expect({ results: runAll(machine, ...rest), dump: dumpState(machine) }).toEqual(fresh(rest));
      machine.state.undoTo(0);
    }
  });

  it('put back from a snapshot goes on as if new', () => {
    const machine = bootMachine();
    const booted = machine.state.snapshot();
    for (const i of [0, 5, 8, 3]) {
      machine.state.restore(booted);
      const rest = OPS.slice(i);
      expect({ results: runAll(machine, ...rest), dump: dumpState(machine) }).toEqual(fresh(rest));
    }
  });

  it('beside another that uses other pages for its tables does as if alone', () => {
    const layout = new Layout(smallConfig());
    const first = new Machine(layout, direct);
    const second = new Machine(layout, direct);
    runAll(first, ...OPS.slice(4));
    expect({ results: runAll(second, ...OPS), dump: dumpState(second) }).toEqual(fresh(OPS));
  });
});

describe('a guest', () => {
  it('made again on the same pages has none of the tables of the one before', () => {
    const machine = bootWithVcpu();
    run(machine, shareGuest(PAGE, 5, 6, MEMCACHE));
    run(machine, op('__pkvm_vcpu_put'));
    expect(run(machine, op('__pkvm_teardown_vm', HANDLE))).toBe(0);
    expect(initVm(machine)).toBe(HANDLE);
    expect(run(machine, op('__pkvm_host_unshare_guest', HANDLE, 5))).toBe(-7);
    expect(run(machine, op('__pkvm_host_unshare_guest', HANDLE, 6))).toBe(-7);
  });

  it('beside another has tables of its own', () => {
    const machine = bootWithVcpu();
    run(machine, shareGuest(PAGE, 5, 6, MEMCACHE));
    const other = op('__pkvm_init_vm', 0x40200, 1, 0x40300, 0x40310);
    expect(run(machine, other)).toBe(HANDLE + 1);
    expect(run(machine, op('__pkvm_host_wrprotect_guest', HANDLE, 5))).toBe(0);
    expect(run(machine, op('__pkvm_host_wrprotect_guest', HANDLE + 1, 5))).toBe(-7);
    expect(run(machine, op('__pkvm_host_wrprotect_guest', HANDLE, 5))).toBe(0);
  });
});
