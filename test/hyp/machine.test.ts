// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { direct } from '../../src/direct/index.js';
import { Layout } from '../../src/hyp/layout.js';
import { LockError } from '../../src/hyp/locks.js';
import { Machine } from '../../src/hyp/machine.js';
import { OP_NAMES, Op, OpCode } from '../../src/hyp/op.js';
import type { Implementation, Transitions } from '../../src/hyp/transitions.js';
import {
  bootMachine,
  HYP_PAGE,
  hostState,
  hypState,
  NO_PAGE,
  NOPAGE,
  OTHER_PAGE,
  op,
  PAGE,
  poke,
  refcount,
  run,
  shareCount,
  smallConfig,
} from '../support/machines.js';

/** An implementation made of direct's transitions and some of the test's own. */
function withTransitions(own: Partial<Transitions>): Implementation {
  return {
    name: 'own',
    description: '',
    create(helpers) {
      const transitions = direct.create(helpers);
      return {
        __pkvm_host_share_hyp: (pfn) => transitions.__pkvm_host_share_hyp(pfn),
        __pkvm_host_unshare_hyp: (pfn) => transitions.__pkvm_host_unshare_hyp(pfn),
        __pkvm_host_donate_hyp: (pfn, nr) => transitions.__pkvm_host_donate_hyp(pfn, nr),
        __pkvm_hyp_donate_host: (pfn, nr) => transitions.__pkvm_hyp_donate_host(pfn, nr),
        __pkvm_host_share_ffa: (pfn, nr) => transitions.__pkvm_host_share_ffa(pfn, nr),
        __pkvm_host_unshare_ffa: (pfn, nr) => transitions.__pkvm_host_unshare_ffa(pfn, nr),
        ...own,
      };
    },
  };
}

describe('run', () => {
  it.each([
    '__pkvm_host_share_hyp',
    '__pkvm_host_unshare_hyp',
    '__pkvm_host_donate_hyp',
    '__pkvm_hyp_donate_host',
    '__pkvm_host_share_ffa',
    '__pkvm_host_unshare_ffa',
  ] as const)('passes %s to the implementation', (name) => {
    const seen: number[][] = [];
    const note = (...numbers: number[]) => {
      seen.push(numbers);
      return 7;
    };
    const machine = bootMachine({}, withTransitions({ [name]: note }));
    expect(machine.run(op(name, 5, 9))).toBe(7);
    expect(seen).toEqual([name.endsWith('share_hyp') ? [5] : [5, 9]]);
  });

  it('has an operation for each name', () => {
    expect(OP_NAMES).toHaveLength(23);
    expect(OP_NAMES.map((name) => OpCode[name])).toEqual(OP_NAMES.map((_, i) => i));
    expect(() => bootMachine().run(new Op(23))).toThrow(RangeError);
  });

  it('makes outcomes of panics, and remembers them', () => {
    const machine = bootMachine();
    expect(run(machine, op('hyp_unpin_shared_mem', PAGE, OTHER_PAGE))).toBe('BUG');
    expect([machine.panicked, machine.locks.held]).toEqual([true, 3]);
    machine.state.undoTo(0);
    machine.revive();
    expect([machine.panicked, machine.panic, machine.locks.held]).toEqual([false, 0, 0]);
    expect(run(machine, op('__pkvm_host_share_hyp', PAGE))).toBe(0);
  });

  it('passes on what is no panic', () => {
    const machine = bootMachine(
      {},
      withTransitions({
        __pkvm_host_share_hyp() {
          throw new TypeError('a bug of ours');
        },
      }),
    );
    expect(() => machine.run(op('__pkvm_host_share_hyp', PAGE))).toThrow(TypeError);
  });

  it('catches a lock that was not given back', () => {
    const forgetful: Implementation = {
      ...withTransitions({}),
      create: (helpers) =>
        withTransitions({
          __pkvm_host_share_hyp() {
            helpers.hyp_lock_component();
            return 0;
          },
        }).create(helpers),
    };
    const call = () => bootMachine({}, forgetful).run(op('__pkvm_host_share_hyp', PAGE));
    expect(call).toThrow(new LockError('held after the operation: pkvm_pgd_lock'));
  });
});

describe('poke', () => {
  it('writes what it is given and nothing else', () => {
    const machine = bootMachine();
    expect(poke(machine, PAGE, { host: 2, refcount: 5, shares: 9 })).toBe(0);
    const found = [hostState, refcount, shareCount, hypState].map((of) => of(machine, PAGE));
    expect(found).toEqual([2, 5, 9, NOPAGE]);
    expect(machine.state.journalLength).toBe(3);
    expect(poke(machine, PAGE, { refcount: 0 })).toBe(0);
    expect([hostState(machine, PAGE), refcount(machine, PAGE)]).toEqual([2, 0]);
  });

  it.each([0, 2])('maps the page in hyp with state %i, and unmaps it', (state) => {
    const machine = bootMachine();
    expect(poke(machine, PAGE, { hyp: state })).toBe(0);
    expect(hypState(machine, PAGE)).toBe(state);
    expect(poke(machine, PAGE, { hyp: NOPAGE })).toBe(0);
    expect(hypState(machine, PAGE)).toBe(NOPAGE);
    expect(poke(machine, PAGE, { hyp: NOPAGE })).toBe(0);
    expect(hostState(machine, PAGE)).toBe(0);
  });

  it('returns the error of mapping, and faults outside memory', () => {
    const carveout = { pfn: HYP_PAGE, hpool_pages: 4, host_s2_pages: 40 };
    expect(poke(bootMachine({ carveout }), PAGE, { hyp: 0 })).toBe(-12);
    expect(poke(bootMachine(), NO_PAGE, {})).toBe('FAULT');
  });
});

describe('machines of one layout', () => {
  it('boot equal and do not touch each other', () => {
    const layout = new Layout(smallConfig());
    const first = new Machine(layout, direct);
    const second = new Machine(layout, direct);
    first.state.ensure();
    second.state.ensure();
    expect(first.state.snapshot()).toEqual(second.state.snapshot());
    run(first, op('__pkvm_host_donate_hyp', 0x40001, 1));
    expect(hostState(second, 0x40001)).toBe(0);
    expect(run(second, op('__pkvm_host_share_hyp', 0x40001))).toBe(0);
    expect([hostState(first, 0x40001), hostState(second, 0x40001)]).toEqual([NOPAGE, 1]);
  });
});
