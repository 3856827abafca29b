// SPDX-License-Identifier: GPL-2.0-only
/** The legacy transitions on a real machine. */
import { describe, expect, it } from 'vitest';
import { legacy } from '../../src/legacy/index.js';
import {
  bootWithFullHostPool,
  bootWithFullHpool,
  describeRanges,
  describeStateTable,
} from '../support/describe_transitions.js';
import { hostState, hypState, NOPAGE, OWNED, op, run, SHARED_OWNED } from '../support/machines.js';

describeStateTable('legacy', legacy);
describeRanges(legacy);

/** 14 MiB away from the carve-out: hyp needs another table for it, and so does the host. */
const FAR = 0x40001;

describe('when no table page is left', () => {
  it.each([
    ['__pkvm_host_share_hyp', SHARED_OWNED],
    ['__pkvm_host_donate_hyp', NOPAGE],
  ] as const)('%s panics with the host side changed already', (transition, after) => {
    const machine = bootWithFullHpool(legacy);
    expect(run(machine, op(transition, FAR, 1))).toBe('WARN');
    expect([hostState(machine, FAR), hypState(machine, FAR)]).toEqual([after, NOPAGE]);
    expect(machine.locks.held).toBe(3);
  });

  it('__pkvm_host_donate_hyp panics before mapping when the host stage 2 is short of one', () => {
    const machine = bootWithFullHostPool(legacy);
    expect(run(machine, op('__pkvm_host_donate_hyp', FAR, 1))).toBe('WARN');
    expect([hostState(machine, FAR), hypState(machine, FAR)]).toEqual([OWNED, NOPAGE]);
  });
});
