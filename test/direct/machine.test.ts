// SPDX-License-Identifier: GPL-2.0-only
/** The direct transitions on a real machine. */
import { describe, expect, it } from 'vitest';
import { direct } from '../../src/direct/index.js';
import {
  bootWithFullHostPool,
  bootWithFullHpool,
  describeRanges,
  describeStateTable,
} from '../support/describe_transitions.js';
import { hostState, hypState, NOPAGE, OWNED, op, run } from '../support/machines.js';

describeStateTable('direct', direct);
describeRanges(direct);

/** 14 MiB away from the carve-out: hyp needs another table for it, and so does the host. */
const FAR = 0x40001;

describe('when no table page is left', () => {
  it.each(['__pkvm_host_share_hyp', '__pkvm_host_donate_hyp'] as const)(
    '%s panics with both sides as they were',
    (transition) => {
      const machine = bootWithFullHpool(direct);
      expect(run(machine, op(transition, FAR, 1))).toBe('WARN');
      expect([hostState(machine, FAR), hypState(machine, FAR)]).toEqual([OWNED, NOPAGE]);
      expect(machine.locks.held).toBe(3);
    },
  );

  it('__pkvm_host_donate_hyp panics after mapping when the host stage 2 is short of one', () => {
    const machine = bootWithFullHostPool(direct);
    expect(run(machine, op('__pkvm_host_donate_hyp', FAR, 1))).toBe('WARN');
    expect([hostState(machine, FAR), hypState(machine, FAR)]).toEqual([OWNED, OWNED]);
  });
});
