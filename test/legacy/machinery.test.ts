// SPDX-License-Identifier: GPL-2.0-only
/** check_*, __do_* and do_* for every pair of initiator and completer. */
import { describe, expect, it } from 'vitest';
import { __hyp_va } from '../../src/hyp/numbers.js';
import { Legacy } from '../../src/legacy/legacy.js';
import { FakeHelpers, PFN, resultOf } from '../support/fake_helpers.js';

const HOST = 0;
const HYP = 1;
const FFA = 2;
const GUEST = 3;
const RW = 6;

/** A transition of two pages as C's designated initializers would make it. */
function transition(initiator: number, completer: number) {
  const [addr, completer_addr] = initiator === HYP ? [__hyp_va(PFN), PFN] : [PFN, __hyp_va(PFN)];
  return {
    nr_pages: 2,
    initiator: { id: initiator, addr, completer_addr },
    completer: { id: completer },
  };
}

/** What a function of the machinery returns and calls. */
function trace(mm: FakeHelpers, call: (side: Legacy) => number) {
  const result = resultOf(() => call(new Legacy(mm)));
  return { result, calls: mm.calls };
}

const HOST_OWNED = 'host_check 0x40100 2 OWNED';
const HOST_SHARED = 'host_check 0x40100 2 SHARED_OWNED';
const HOST_NOPAGE = 'host_check 0x40100 2 NOPAGE';
const HYP_NOPAGE = 'hyp_check va0x40100 2 NOPAGE';
const HYP_OWNED = 'hyp_check va0x40100 2 OWNED';
const HYP_BORROWED = 'hyp_check va0x40100 2 SHARED_BORROWED';
const COUNT = 'page_count va0x40100';

describe('check_share', () => {
  it.each([
    ['host to hyp', HOST, HYP, 0, [HOST_OWNED, HYP_NOPAGE]],
    ['host to FF-A', HOST, FFA, 0, [HOST_OWNED]],
    ['host to host', HOST, HOST, -22, [HOST_OWNED]],
    ['host to another', HOST, GUEST, -22, [HOST_OWNED]],
    ['hyp to host', HYP, HOST, -22, []],
    ['hyp to hyp', HYP, HYP, -22, []],
    ['FF-A to hyp', FFA, HYP, -22, []],
    ['another to FF-A', GUEST, FFA, -22, []],
  ])('%s', (_name, initiator, completer, result, calls) => {
    const share = { tx: transition(initiator, completer), completer_prot: RW };
    expect(trace(new FakeHelpers(true), (side) => side.check_share(share))).toEqual({
      result,
      calls,
    });
  });

  it.each([0, 4, 5, 7, 0x206])('refuses hyp the permissions %i', (completer_prot) => {
    const share = { tx: transition(HOST, HYP), completer_prot };
    expect(trace(new FakeHelpers(true), (side) => side.check_share(share))).toEqual({
      result: -1,
      calls: [HOST_OWNED],
    });
  });

  it('asks the initiator before it looks at the completer', () => {
    const mm = new FakeHelpers(true).answer('__host_check_page_state_range', -1);
    const share = { tx: transition(HOST, GUEST), completer_prot: RW };
    expect(trace(mm, (side) => side.check_share(share))).toEqual({
      result: -1,
      calls: [HOST_OWNED],
    });
  });
});

describe('__do_share', () => {
  const SET = 'host_set 0x40100 2 SHARED_OWNED';
  const MAP = 'hyp_map va0x40100 va0x40102 RW SHARED_BORROWED';

  it.each([
    ['host to hyp', HOST, HYP, 0, [SET, MAP]],
    ['host to FF-A', HOST, FFA, 0, [SET]],
    ['host to host', HOST, HOST, -22, [SET]],
    ['host to another', HOST, GUEST, -22, [SET]],
    ['hyp to host', HYP, HOST, -22, []],
    ['FF-A to hyp', FFA, HYP, -22, []],
  ])('%s', (_name, initiator, completer, result, calls) => {
    const share = { tx: transition(initiator, completer), completer_prot: RW };
    expect(trace(new FakeHelpers(), (side) => side.__do_share(share))).toEqual({ result, calls });
  });

  it('returns the errors of both sides', () => {
    const share = { tx: transition(HOST, HYP), completer_prot: RW };
    const first = new FakeHelpers().answer('__host_set_page_state_range', -12);
    expect(trace(first, (side) => side.__do_share(share))).toEqual({ result: -12, calls: [SET] });
    const second = new FakeHelpers().answer('pkvm_create_mappings_locked', -12);
    expect(trace(second, (side) => side.__do_share(share))).toEqual({
      result: -12,
      calls: [SET, MAP],
    });
  });

  it('maps with the permissions of the share', () => {
    const mm = new FakeHelpers();
    new Legacy(mm).__do_share({ tx: transition(HOST, HYP), completer_prot: 4 });
    expect(mm.calls[1]).toBe('hyp_map va0x40100 va0x40102 R SHARED_BORROWED');
  });
});

describe('check_unshare', () => {
  it.each([
    ['host from hyp', HOST, HYP, 0, [HOST_SHARED, COUNT, HYP_BORROWED]],
    ['host from FF-A', HOST, FFA, 0, [HOST_SHARED]],
    ['host from host', HOST, HOST, -22, [HOST_SHARED]],
    ['host from another', HOST, GUEST, -22, [HOST_SHARED]],
    ['hyp from host', HYP, HOST, -22, []],
    ['FF-A from hyp', FFA, HYP, -22, []],
  ])('%s', (_name, initiator, completer, result, calls) => {
    const share = { tx: transition(initiator, completer), completer_prot: RW };
    expect(trace(new FakeHelpers(), (side) => side.check_unshare(share))).toEqual({
      result,
      calls,
    });
  });
});

describe('__do_unshare', () => {
  const SET = 'host_set 0x40100 2 OWNED';
  const UNMAP = 'hyp_unmap va0x40100 2';

  it.each([
    ['host from hyp', HOST, HYP, 0, [SET, UNMAP]],
    ['host from FF-A', HOST, FFA, 0, [SET]],
    ['host from host', HOST, HOST, -22, [SET]],
    ['host from another', HOST, GUEST, -22, [SET]],
    ['hyp from host', HYP, HOST, -22, []],
    ['FF-A from hyp', FFA, HYP, -22, []],
  ])('%s', (_name, initiator, completer, result, calls) => {
    const share = { tx: transition(initiator, completer), completer_prot: RW };
    expect(trace(new FakeHelpers(), (side) => side.__do_unshare(share))).toEqual({ result, calls });
  });

  it('returns -EFAULT when not all was unmapped', () => {
    const mm = new FakeHelpers().answer('kvm_pgtable_hyp_unmap', 1);
    const share = { tx: transition(HOST, HYP), completer_prot: RW };
    expect(trace(mm, (side) => side.__do_unshare(share)).result).toBe(-14);
  });
});

describe('check_donation', () => {
  it.each([
    ['host to hyp', HOST, HYP, 0, [HOST_OWNED, HYP_NOPAGE]],
    ['host to host', HOST, HOST, 0, [HOST_OWNED, 'host_check VA 2 NOPAGE']],
    ['host to FF-A', HOST, FFA, -22, [HOST_OWNED]],
    ['host to another', HOST, GUEST, -22, [HOST_OWNED]],
    ['hyp to host', HYP, HOST, 0, [HYP_OWNED, HOST_NOPAGE]],
    ['hyp to FF-A', HYP, FFA, -22, [HYP_OWNED]],
    ['hyp to another', HYP, GUEST, -22, [HYP_OWNED]],
    ['FF-A to hyp', FFA, HYP, -22, []],
    ['another to host', GUEST, HOST, -22, []],
  ])('%s', (_name, initiator, completer, result, calls) => {
    const donation = { tx: transition(initiator, completer) };
    const virt = `0x${__hyp_va(PFN).toString(16)}`;
    expect(trace(new FakeHelpers(true), (side) => side.check_donation(donation))).toEqual({
      result,
      calls: calls.map((call) => call.replace('VA', virt)),
    });
  });
});

describe('__do_donate', () => {
  const OWN_HYP = 'set_owner 0x40100 2 HYP';
  const OWN_HOST = 'set_owner 0x40100 2 HOST';
  const MAP = 'hyp_map va0x40100 va0x40102 RW OWNED';
  const UNMAP = 'hyp_unmap va0x40100 2';

  it.each([
    ['host to hyp', HOST, HYP, 0, [OWN_HYP, MAP]],
    ['host to FF-A', HOST, FFA, -22, ['set_owner 0x40100 2 FFA']],
    ['hyp to host', HYP, HOST, 0, [UNMAP, OWN_HOST]],
    ['hyp to FF-A', HYP, FFA, -22, [UNMAP]],
    ['FF-A to hyp', FFA, HYP, -22, []],
    ['another to host', GUEST, HOST, -22, []],
  ])('%s', (_name, initiator, completer, result, calls) => {
    const donation = { tx: transition(initiator, completer) };
    expect(trace(new FakeHelpers(), (side) => side.__do_donate(donation))).toEqual({
      result,
      calls,
    });
  });

  it('returns -EFAULT when not all was unmapped, and gives nothing to the host', () => {
    const mm = new FakeHelpers().answer('kvm_pgtable_hyp_unmap', 1);
    const donation = { tx: transition(HYP, HOST) };
    expect(trace(mm, (side) => side.__do_donate(donation))).toEqual({
      result: -14,
      calls: [UNMAP],
    });
  });

  it.each([
    [HOST, HYP, 'host_stage2_set_owner_locked', [OWN_HYP]],
    [HOST, HYP, 'pkvm_create_mappings_locked', [OWN_HYP, MAP]],
    [HYP, HOST, 'host_stage2_set_owner_locked', [UNMAP, OWN_HOST]],
  ] as const)('from %i to %i returns the error of %s', (initiator, completer, helper, calls) => {
    const mm = new FakeHelpers().answer(helper, -12);
    const donation = { tx: transition(initiator, completer) };
    expect(trace(mm, (side) => side.__do_donate(donation))).toEqual({ result: -12, calls });
  });
});

describe.each(['do_share', 'do_unshare'] as const)('%s', (name) => {
  const share = (initiator: number, completer: number) => ({
    tx: transition(initiator, completer),
    completer_prot: RW,
  });

  it('returns the error of the check without a panic', () => {
    expect(trace(new FakeHelpers(), (side) => side[name](share(HYP, HOST))).result).toBe(-22);
    expect(trace(new FakeHelpers(), (side) => side[name](share(HOST, GUEST))).result).toBe(-22);
  });

  it('panics on an error of the change', () => {
    const mm = new FakeHelpers().answer('__host_set_page_state_range', -12);
    expect(trace(mm, (side) => side[name](share(HOST, HYP))).result).toBe('WARN');
  });
});

describe('do_donate', () => {
  it('returns the error of the check without a panic', () => {
    const donation = { tx: transition(FFA, HOST) };
    expect(trace(new FakeHelpers(), (side) => side.do_donate(donation)).result).toBe(-22);
  });

  it.each([HOST, HYP])('panics on an error of the change (initiator %i)', (initiator) => {
    const mm = new FakeHelpers().answer('host_stage2_set_owner_locked', -1);
    const donation = { tx: transition(initiator, 1 - initiator) };
    expect(trace(mm, (side) => side.do_donate(donation)).result).toBe('WARN');
  });
});
