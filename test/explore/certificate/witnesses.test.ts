// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { expectedOutcomes, missingWitnesses } from '../../../src/explore/certificate/witnesses.js';
import { EXPLORABLE_OPS } from '../../../src/explore/world/actions.js';
import { DEFAULT_WORLD } from '../../../src/explore/world/options.js';
import { sharingWorld } from '../worlds.js';

describe('what an operation must have come to', () => {
  it('is success at least, for every operation that can be explored', () => {
    for (const op of EXPLORABLE_OPS) expect(expectedOutcomes(op, DEFAULT_WORLD), op).toContain('0');
  });

  it('depends on the world: a bad range where memory ends, no vCPU where it can be put', () => {
    const share = '__pkvm_host_share_ffa';
    expect(expectedOutcomes(share, DEFAULT_WORLD)).not.toContain('-EINVAL');
    expect(expectedOutcomes(share, { ...DEFAULT_WORLD, place: 'edge' })).toContain('-EINVAL');
    const put = { ...DEFAULT_WORLD, ops: ['__pkvm_vcpu_put'] as const };
    expect(expectedOutcomes('__pkvm_host_share_guest', put)).toContain('-EINVAL');
    const mmio = { ...DEFAULT_WORLD, place: 'mmio' } as const;
    expect(expectedOutcomes('hyp_unpin_shared_mem', mmio)).toContain('FAULT');
  });

  it('and was not met is missing', () => {
    const met = { __pkvm_host_share_hyp: { '0': 1 } };
    expect(missingWitnesses(sharingWorld(), met)).toEqual([
      '__pkvm_host_share_hyp: -EPERM',
      '__pkvm_host_unshare_hyp: 0',
      '__pkvm_host_unshare_hyp: -EPERM',
      '__pkvm_host_unshare_hyp: -EBUSY',
    ]);
  });
});
