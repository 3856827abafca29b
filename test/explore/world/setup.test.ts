// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORLD } from '../../../src/explore/world/options.js';
import { setupOf, vmHandle, vmOfPage } from '../../../src/explore/world/setup.js';

describe('the set-up of a world', () => {
  it('is empty where nothing needs a VM', () => {
    expect(setupOf({ ...DEFAULT_WORLD, gfns: 0 }, [0x40100])).toEqual([]);
    expect(setupOf({ ...DEFAULT_WORLD, ops: ['__pkvm_host_share_hyp'] }, [0x40100])).toEqual([]);
  });

  it('makes each VM once, and loads the first', () => {
    const ops = setupOf({ ...DEFAULT_WORLD, vms: 2 }, [0x40100]);
    const made = ops.filter(({ op }) => op === '__pkvm_init_vm').map(({ expect }) => expect);
    expect(made).toEqual([vmHandle(0), vmHandle(1)]);
    expect(ops.at(-1)).toMatchObject({ op: '__pkvm_vcpu_load', vm: vmHandle(0) });
  });

  it('takes pages of which it is known whose they are', () => {
    const pages = setupOf({ ...DEFAULT_WORLD, vms: 2 }, [0x40100]).flatMap((op) =>
      op.op === '__pkvm_init_vm' ? [Number(op.vm) / 4096] : [],
    );
    expect(pages.map(vmOfPage)).toEqual([0, 1]);
    expect(vmOfPage(0x40100)).toBeLessThan(0);
  });
});
