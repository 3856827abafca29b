// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { __hyp_va } from '../../src/hyp/numbers.js';
import { ComponentsBeforeFix } from '../../src/legacy/before_fix.js';
import { Components } from '../../src/legacy/components.js';
import { legacyBeforeFix } from '../../src/legacy/index.js';
import { Legacy } from '../../src/legacy/legacy.js';
import { newTransition } from '../../src/legacy/transition.js';
import { FakeHelpers, PFN, resultOf } from '../support/fake_helpers.js';

const HOST = 0;
const HYP = 1;
const FFA = 2;
const VIRT = __hyp_va(PFN);

/** Two pages from the host (physical address) to hyp (its virtual address), or the other way. */
function transition(initiator = HOST, completer = HYP) {
  const [addr, completer_addr] = initiator === HYP ? [VIRT, PFN] : [PFN, VIRT];
  return {
    nr_pages: 2,
    initiator: { id: initiator, addr, completer_addr },
    completer: { id: completer },
  };
}

describe('newTransition', () => {
  it('is empty, and another object each time', () => {
    const empty = {
      nr_pages: 0,
      initiator: { id: 0, addr: 0, completer_addr: 0 },
      completer: { id: 0 },
    };
    expect(newTransition()).toEqual(empty);
    expect(newTransition()).not.toBe(newTransition());
  });
});

describe('the initiator', () => {
  it.each([
    ['host_request_owned_transition', HOST, 'host_check 0x40100 2 OWNED'],
    ['host_request_unshare', HOST, 'host_check 0x40100 2 SHARED_OWNED'],
    ['host_initiate_share', HOST, 'host_set 0x40100 2 SHARED_OWNED'],
    ['host_initiate_unshare', HOST, 'host_set 0x40100 2 OWNED'],
    ['host_initiate_donation', HOST, 'set_owner 0x40100 2 HYP'],
    ['hyp_request_donation', HYP, 'hyp_check va0x40100 2 OWNED'],
    ['hyp_initiate_donation', HYP, 'hyp_unmap va0x40100 2'],
  ] as const)(
    '%s acts on its own address and fills in the completer’s',
    (name, initiator, call) => {
      const mm = new FakeHelpers();
      const side = new Components(mm);
      const completer_addr = { value: -1 };
      expect(side[name](completer_addr, transition(initiator, 1 - initiator))).toBe(0);
      expect(mm.calls).toEqual([call]);
      expect(completer_addr.value).toBe(initiator === HYP ? PFN : VIRT);
    },
  );

  it.each([
    ['host_request_owned_transition', '__host_check_page_state_range', -22],
    ['host_request_unshare', '__host_check_page_state_range', -1],
    ['host_initiate_share', '__host_set_page_state_range', -12],
    ['host_initiate_unshare', '__host_set_page_state_range', -12],
    ['host_initiate_donation', 'host_stage2_set_owner_locked', -12],
    ['hyp_request_donation', '__hyp_check_page_state_range', -34],
  ] as const)('%s returns the error of %s', (name, helper, error) => {
    const mm = new FakeHelpers().answer(helper, error);
    expect(new Components(mm)[name]({ value: 0 }, transition())).toBe(error);
  });

  it.each([HOST, HYP, FFA])('host_initiate_donation gives the pages to completer %i', (id) => {
    const mm = new FakeHelpers();
    new Components(mm).host_initiate_donation({ value: 0 }, transition(HOST, id));
    expect(mm.calls).toEqual([`set_owner 0x40100 2 ${['HOST', 'HYP', 'FFA'][id]}`]);
  });
});

describe('the skip rules', () => {
  it.each([
    [false, HOST, false, true],
    [false, HYP, true, false],
    [false, FFA, false, false],
    [true, HOST, false, false],
    [true, HYP, false, false],
    [true, FFA, false, false],
  ])('debug %s, initiator %i: host skips %s, hyp skips %s', (debug, initiator, host, hyp) => {
    const side = new Components(new FakeHelpers(debug));
    const tx = transition(initiator);
    expect(side.__host_ack_skip_pgtable_check(tx)).toBe(host);
    expect(side.__hyp_ack_skip_pgtable_check(tx)).toBe(hyp);
  });
});

describe('the completer', () => {
  const HOST_CHECK = 'host_check 0x40100 2 NOPAGE';
  const HYP_NOPAGE = 'hyp_check va0x40100 2 NOPAGE';
  const HYP_BORROWED = 'hyp_check va0x40100 2 SHARED_BORROWED';

  it.each([
    [false, HOST, [HOST_CHECK]],
    [false, HYP, []],
    [true, HYP, [HOST_CHECK]],
  ])('host_ack_donation looks where it must (debug %s, initiator %i)', (debug, id, calls) => {
    const mm = new FakeHelpers(debug);
    expect(new Components(mm).host_ack_donation(PFN, transition(id))).toBe(0);
    expect(mm.calls).toEqual(calls);
  });

  it.each([0, 1, 2, 4])('__host_ack_transition asks for state %i', (state) => {
    const mm = new FakeHelpers(true);
    new Components(mm).__host_ack_transition(PFN, transition(HYP), state);
    const name = ['OWNED', 'SHARED_OWNED', 'SHARED_BORROWED', '', 'NOPAGE'][state];
    expect(mm.calls).toEqual([`host_check 0x40100 2 ${name}`]);
  });

  it('host_complete_donation makes the completer the owner', () => {
    const mm = new FakeHelpers().answer('host_stage2_set_owner_locked', -12);
    expect(new Components(mm).host_complete_donation(PFN, transition(HYP, HOST))).toBe(-12);
    expect(mm.calls).toEqual(['set_owner 0x40100 2 HOST']);
  });

  it.each([
    [false, HOST, []],
    [false, FFA, [HYP_NOPAGE]],
    [true, HOST, [HYP_NOPAGE]],
  ])('hyp acks a share and a donation (debug %s, initiator %i)', (debug, id, calls) => {
    const share = new FakeHelpers(debug);
    expect(new Components(share).hyp_ack_share(VIRT, transition(id), 6)).toBe(0);
    expect(share.calls).toEqual(calls);
    const donation = new FakeHelpers(debug);
    expect(new Components(donation).hyp_ack_donation(VIRT, transition(id))).toBe(0);
    expect(donation.calls).toEqual(calls);
  });

  it.each([0, 1, 2, 3, 4, 5, 7])('hyp_ack_share refuses the permissions %i', (perms) => {
    const mm = new FakeHelpers(true);
    expect(new Components(mm).hyp_ack_share(VIRT, transition(), perms)).toBe(-1);
    expect(mm.calls).toEqual([]);
  });

  it.each(['hyp_ack_share', 'hyp_ack_donation', 'hyp_ack_unshare'] as const)(
    '%s returns the error of the hyp check',
    (name) => {
      const mm = new FakeHelpers(true).answer('__hyp_check_page_state_range', -34);
      expect(new Components(mm)[name](VIRT, transition(), 6)).toBe(-34);
    },
  );

  it('hyp_ack_unshare looks at the references for the host only', () => {
    const host = new FakeHelpers().answer('hyp_page_count', 3);
    expect(new Components(host).hyp_ack_unshare(VIRT, transition(HOST))).toBe(-16);
    expect(host.calls).toEqual(['page_count va0x40100']);
    const other = new FakeHelpers().answer('hyp_page_count', 3);
    expect(new Components(other).hyp_ack_unshare(VIRT, transition(FFA))).toBe(0);
    expect(other.calls).toEqual([HYP_BORROWED]);
  });

  it('hyp completes a share and a donation by mapping, with the state that says which', () => {
    const mm = new FakeHelpers();
    const side = new Components(mm);
    expect(side.hyp_complete_share(VIRT, transition(), 6)).toBe(0);
    expect(side.hyp_complete_share(VIRT, transition(), 4)).toBe(0);
    expect(side.hyp_complete_donation(VIRT, transition())).toBe(0);
    expect(mm.calls).toEqual([
      'hyp_map va0x40100 va0x40102 RW SHARED_BORROWED',
      'hyp_map va0x40100 va0x40102 R SHARED_BORROWED',
      'hyp_map va0x40100 va0x40102 RW OWNED',
    ]);
  });

  it.each(['hyp_complete_share', 'hyp_complete_donation'] as const)(
    '%s returns the error of mapping, and wraps the end of the range',
    (name) => {
      const mm = new FakeHelpers().answer('pkvm_create_mappings_locked', -12);
      const tx = { ...transition(), nr_pages: 2 ** 52 - PFN - 2 ** 32 };
      expect(new Components(mm)[name](VIRT, tx, 6)).toBe(-12);
      expect(mm.calls[0]).toContain('hyp_map va0x40100 va0xfffff00000000 wrapped RW');
    },
  );
});

describe.each([
  [
    'hyp_initiate_donation',
    (side: Components, nr_pages: number) =>
      side.hyp_initiate_donation({ value: 0 }, { ...transition(HYP, HOST), nr_pages }),
  ],
  [
    'hyp_complete_unshare',
    (side: Components, nr_pages: number) =>
      side.hyp_complete_unshare(VIRT, { ...transition(), nr_pages }),
  ],
] as const)('%s', (_name, call) => {
  it.each([
    ['all unmapped', 3, 3, 0],
    ['nothing unmapped', 0, 3, -14],
    ['a page less', 2, 3, -14],
    ['a page more', 4, 3, -14],
    ['a page less than 2 GiB', 524287, 524287, 0],
    ['2 GiB: the int is negative', 524288, 524288, -14],
    ['4 GiB less a page: the int is -4096', 1048575, 1048575, -14],
    ['4 GiB: the int is 0', 1048576, 1048576, -14],
    ['4 GiB and a page: the int is 4096', 1048577, 1048577, -14],
    ['4 GiB of nothing: equal by truncation', 1048576, 0, 0],
    ['4 GiB and a page, of a page: equal by truncation', 1048577, 1, 0],
    ['2 GiB, sign-extended, of as much', 524288, 2 ** 52 - 524288, 0],
    ['4 GiB less a page, sign-extended, of the whole space less a page', 1048575, 2 ** 52 - 1, 0],
  ])('%s', (_what, unmapped, asked, expected) => {
    const mm = new FakeHelpers().answer('kvm_pgtable_hyp_unmap', unmapped);
    expect(call(new Components(mm), asked)).toBe(expected);
    expect(mm.calls).toEqual([`hyp_unmap va0x40100 ${asked}`]);
  });
});

describe('before the fix of hyp_ack_unshare', () => {
  const COUNT = 'page_count va0x40100';
  const HYP_BORROWED = 'hyp_check va0x40100 2 SHARED_BORROWED';

  it.each([
    [false, HOST, [COUNT]],
    [true, HOST, [COUNT, HYP_BORROWED]],
    [false, FFA, [HYP_BORROWED]],
  ])('hyp is looked at in debug only (debug %s, initiator %i)', (debug, id, calls) => {
    const mm = new FakeHelpers(debug);
    expect(new ComponentsBeforeFix(mm).hyp_ack_unshare(VIRT, transition(id))).toBe(0);
    expect(mm.calls).toEqual(calls);
  });

  it('references are looked at first', () => {
    const mm = new FakeHelpers(true)
      .answer('hyp_page_count', 1)
      .answer('__hyp_check_page_state_range', -1);
    expect(new ComponentsBeforeFix(mm).hyp_ack_unshare(VIRT, transition())).toBe(-16);
    const other = new FakeHelpers(true)
      .answer('hyp_page_count', 1)
      .answer('__hyp_check_page_state_range', -1);
    expect(new ComponentsBeforeFix(other).hyp_ack_unshare(VIRT, transition(FFA))).toBe(-1);
    expect(other.calls).toEqual([HYP_BORROWED]);
  });

  it('is an implementation of its own', () => {
    expect(legacyBeforeFix.name).toBe('legacy-before-fix');
    const mm = new FakeHelpers();
    const transitions = legacyBeforeFix.create(mm);
    expect(transitions).toBeInstanceOf(Legacy);
    expect(resultOf(() => transitions.__pkvm_host_unshare_hyp(PFN))).toBe(0);
    expect(mm.calls).not.toContain('hyp_check va0x40100 1 SHARED_BORROWED');
  });
});
