// SPDX-License-Identifier: GPL-2.0-only
/** The assumptions, held to real executions; and a dependence that is planted and must be noticed. */
import { describe, expect, it } from 'vitest';
import { direct } from '../../src/direct/index.js';
import { Layout } from '../../src/hyp/layout.js';
import { Machine } from '../../src/hyp/machine.js';
import { MemProtect } from '../../src/hyp/mem_protect.js';
import { Op, OpCode } from '../../src/hyp/op.js';
import type { Implementation, TransitionHelpers } from '../../src/hyp/transitions.js';
import { type Violation, Watcher } from '../../src/prove/watch.js';
import { DEFAULT_MACHINE } from '../../src/trace/index.js';

const PFN = 0x40100;
const share = new Op(OpCode.__pkvm_host_share_hyp, PFN);

/** What is noticed when the page is shared, with helpers that were tampered with. */
function violations(tamper: (helpers: MemProtect) => Partial<TransitionHelpers>): Violation[] {
  const watcher = new Watcher();
  const tampered: Implementation = {
    ...direct,
    create: (helpers) => {
      if (helpers instanceof MemProtect) Object.assign(helpers, tamper(helpers));
      return watcher.around(direct).create(helpers);
    },
  };
  new Machine(new Layout(DEFAULT_MACHINE), tampered).run(share);
  return watcher.violations;
}

describe('assumption 2, that hyp and the host touch nothing of each other', () => {
  it('holds of helpers as they are', () => {
    expect(violations(() => ({}))).toEqual([]);
  });

  it('is violated by a map of hyp that reads host_state', () => {
    const found = violations((helpers) => {
      const map = helpers.pkvm_create_mappings_locked.bind(helpers);
      return {
        pkvm_create_mappings_locked: (from, to, prot) => {
          helpers.vmemmap.hostState(helpers.vmemmap.hyp_phys_to_page(PFN));
          return map(from, to, prot);
        },
      };
    });
    expect(found).toEqual([
      { assumption: 2, helper: 'pkvm_create_mappings_locked', what: 'reads host_state' },
    ]);
  });

  it('is violated by a change of the host that writes a reference count', () => {
    const found = violations((helpers) => {
      const set = helpers.__host_set_page_state_range.bind(helpers);
      return {
        __host_set_page_state_range: (addr, size, state) => {
          helpers.vmemmap.setRefcount(helpers.vmemmap.hyp_phys_to_page(addr), 7);
          return set(addr, size, state);
        },
      };
    });
    expect(found.map(({ what }) => what)).toContain('writes refcount');
  });
});

describe('assumption 1, that checks only answer', () => {
  it('is violated by one that changes something', () => {
    const found = violations((helpers) => ({
      __host_check_page_state_range: (addr) => {
        const page = helpers.vmemmap.hyp_phys_to_page(addr);
        helpers.vmemmap.setHostState(page, 1 - helpers.vmemmap.hostState(page));
        return 0;
      },
    }));
    expect(found).toContainEqual({
      assumption: 1,
      helper: '__host_check_page_state_range',
      what: 'changes the state',
    });
  });

  it('is violated by one that says something else the second time', () => {
    let asked = 0;
    const found = violations(() => ({
      __host_check_page_state_range: () => (asked++ === 0 ? 0 : -1),
    }));
    expect(found).toContainEqual({
      assumption: 1,
      helper: '__host_check_page_state_range',
      what: 'answers otherwise when asked again',
    });
  });
});

describe('assumption 3, that the answers are those listed', () => {
  it('is violated by another one', () => {
    const found = violations(() => ({ __host_set_page_state_range: () => -5 }));
    expect(found).toEqual([
      {
        assumption: 3,
        helper: '__host_set_page_state_range',
        what: 'answers -5, which is not among its answers',
      },
    ]);
  });
});
