// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import type { Helper } from '../../src/branches/index.js';
import { type Change, causesOf, normalForm } from '../../src/prove/effects.js';
import { areDependent, FOOTPRINTS } from '../../src/prove/footprint.js';

const setHost: Change = { helper: '__host_set_page_state_range', text: 'set host OWNED' };
const setOther: Change = { helper: '__host_set_page_state_range', text: 'set host SHARED_OWNED' };
const owner: Change = { helper: 'host_stage2_set_owner_locked', text: 'set owner HYP' };
const map: Change = { helper: 'pkvm_create_mappings_locked', text: 'map hyp OWNED' };
const unmap: Change = { helper: 'kvm_pgtable_hyp_unmap', text: 'unmap hyp' };

describe('changes', () => {
  it('of the host and of hyp can change places', () => {
    expect(normalForm([setHost, map])).toEqual(normalForm([map, setHost]));
    expect(normalForm([unmap, setHost, owner])).toEqual(normalForm([setHost, owner, unmap]));
  });

  it('of one side cannot', () => {
    expect(normalForm([setHost, owner])).not.toEqual(normalForm([owner, setHost]));
    expect(normalForm([map, unmap])).not.toEqual(normalForm([unmap, map]));
    expect(normalForm([setHost, setOther])).not.toEqual(normalForm([setOther, setHost]));
  });

  it('that are missing or twice there are another trace', () => {
    expect(normalForm([setHost])).not.toEqual(normalForm([setHost, setHost]));
    expect(normalForm([])).not.toEqual(normalForm([map]));
  });
});

describe('what an answer depends on', () => {
  it('is what was changed before it on its own side', () => {
    expect(causesOf('__host_check_page_state_range', [map, setHost])).toEqual([setHost.text]);
    expect(causesOf('__hyp_check_page_state_range', [map, setHost])).toEqual([map.text]);
    expect(causesOf('hyp_page_count', [map, setHost, unmap, owner])).toEqual([]);
  });
});

describe('helpers', () => {
  it('that only answer are independent of each other', () => {
    const checks = (Object.keys(FOOTPRINTS) as Helper[]).filter(
      (helper) => FOOTPRINTS[helper].writes.length === 0,
    );
    expect(checks.sort()).toEqual([
      '__host_check_page_state_range',
      '__hyp_check_page_state_range',
      'hyp_page_count',
    ]);
    for (const a of checks) for (const b of checks) expect(areDependent(a, b)).toBe(false);
  });
});
