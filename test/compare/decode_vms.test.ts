// SPDX-License-Identifier: GPL-2.0-only
/** Differences in VMs, vCPUs and memcaches. */
import { describe, expect, it } from 'vitest';
import {
  HOST_PGD,
  HYP_PGD,
  LOADED_VCPU,
  POOL_RANGE_END,
  VCPU_HOST_END,
  VCPU_HOST_FIRST,
  VCPU_INDEX,
  VCPU_MC_HEAD,
  VCPU_MC_NR_PAGES,
  VCPU_PAGE,
  VCPU_VM,
  VM_CREATED_VCPUS,
  VM_HOST_KVM,
  VM_NR_VCPUS,
  VM_PAGE,
  VM_PGD,
  VM_POOL,
  vmRecord,
} from '../../src/hyp/layout.js';
import type { Machine } from '../../src/hyp/machine.js';
import { linkWord } from '../../src/hyp/page_words.js';
import { op } from '../support/machines.js';
import { bootPair, differenceTexts, plant } from '../support/pairs.js';
import { HANDLE, HOST_KVM, HOST_VCPU, initVcpu, PGD, VM, VM_OPS } from '../support/vms.js';

const MEMCACHE_PAGES = [0x40500, 0x40501, 0x40502];

function page(machine: Machine, pfn: number): number {
  return machine.layout.pageIndex(pfn);
}

/** Differences, as text, after a change of the second machine. */
function planted(change: (machine: Machine) => void): string[] {
  return differenceTexts(plant(bootPair(VM_OPS), change));
}

describe('VMs and vCPUs', () => {
  it.each([
    [VM_PAGE, 0, 'vm: VM 0x1000 state page: 0x40210 | none'],
    [VM_PGD, 0x40231, 'vm: VM 0x1000 PGD page: 0x40220 | 0x40230'],
    [VM_HOST_KVM, 0x40202, 'vm: VM 0x1000 host_kvm page: 0x40200 | 0x40201'],
    [VM_CREATED_VCPUS, -1, 'vm: VM 0x1000 announced vCPUs: 2 | 4294967295'],
    [VM_NR_VCPUS, 2, 'vm: VM 0x1000 vCPUs: 1 | 2'],
  ])('word %i of a VM', (field, value, text) => {
    expect(planted((m) => m.state.set(vmRecord(0) + field, value))).toContain(text);
  });

  it.each([
    [VCPU_VM, 'vcpu: VM 0x1000 vCPU 0 VM slot + 1: 1 | 77'],
    [VCPU_PAGE, 'vcpu: VM 0x1000 vCPU 0 page: 0x40240 | 0x4d'],
    [VCPU_HOST_FIRST, 'vcpu: VM 0x1000 vCPU 0 host_vcpu page: 0x40230 | 0x4d'],
    [VCPU_HOST_END, 'vcpu: VM 0x1000 vCPU 0 page after host_vcpu: 0x40231 | 0x4d'],
    [VCPU_INDEX, 'vcpu: VM 0x1000 vCPU 0 index: 0 | 77'],
  ])('word %i of a vCPU', (field, text) => {
    expect(planted((m) => m.state.set(m.layout.reserveVcpu(0, 0) + field, 77))).toEqual([text]);
  });

  it('the words of a memcache, as its list', () => {
    const vcpu = (m: Machine) => m.layout.reserveVcpu(0, 0);
    expect(planted((m) => m.state.set(vcpu(m) + VCPU_MC_NR_PAGES, 1))).toEqual([
      expect.stringMatching(/^memcache: VM 0x1000 vCPU 0 memcache: /),
    ]);
    expect(planted((m) => m.state.set(vcpu(m) + VCPU_MC_HEAD, MEMCACHE_PAGES[0]))).toEqual([
      expect.stringMatching(/^memcache: VM 0x1000 vCPU 0 memcache: /),
    ]);
  });

  it('the loaded vCPU', () => {
    expect(planted((m) => m.state.set(LOADED_VCPU, 0))).toEqual([
      'vcpu: loaded vCPU: VM 0x1000 vCPU 0 | none',
    ]);
  });

  it('a PGD', () => {
    expect(planted((m) => m.state.set(HYP_PGD, 0))).toContainEqual(
      expect.stringMatching(/^hyp_s1: hyp stage 1 PGD page: 0x4[0-9a-f]+ \| none$/),
    );
    expect(planted((m) => m.state.set(HOST_PGD, 0))).toContainEqual(
      expect.stringMatching(/^host_s2: host stage 2 PGD page: 0x4[0-9a-f]+ \| none$/),
    );
  });
});

describe('page links', () => {
  it('the order of a memcache, with head and count the same', () => {
    const [head, second, third] = MEMCACHE_PAGES;
    const link = (m: Machine, from: number, to: number) =>
      m.state.set(m.layout.node + 2 * m.layout.pageIndex(from), linkWord(to));
    const fill = (m: Machine, pages: readonly number[]) => {
      const vcpu = m.layout.reserveVcpu(0, 0);
      m.state.set(vcpu + VCPU_MC_HEAD, pages[0]);
      m.state.set(vcpu + VCPU_MC_NR_PAGES, pages.length);
      pages.forEach((pfn, i) => {
        link(m, pfn, pages[i + 1] ?? 0);
      });
    };
    const pair = bootPair(VM_OPS);
    for (const machine of pair) {
      fill(machine, [head, second, third]);
      machine.state.commit();
    }
    expect(differenceTexts(plant(pair, (m) => fill(m, [head, third, second])))).toEqual([
      'memcache: VM 0x1000 vCPU 0 memcache: 0x40500 0x40501 0x40502 | 0x40500 0x40502 0x40501',
    ]);
  });

  it('a link that is in no list', () => {
    expect(planted((m) => m.state.set(m.layout.node + 2 * m.layout.pageIndex(0x40600), 7))).toEqual(
      ['contents: link in page 0x40600: 0 | 7'],
    );
  });
});

describe('memcaches', () => {
  const VCPU_OPS = [
    op('__pkvm_host_share_hyp', HOST_KVM),
    op('__pkvm_init_vm', HOST_KVM, 2, VM, PGD),
    op('__pkvm_host_share_hyp', HOST_VCPU),
    initVcpu(),
    op('__pkvm_host_share_hyp', HOST_VCPU + 1),
    initVcpu({ host: HOST_VCPU + 1, idx: 1, vcpu: 0x40260 }),
  ];
  const fill = (m: Machine, idx: number, pfn: number, count: number) => {
    const vcpu = m.layout.reserveVcpu(0, idx);
    m.state.set(vcpu + VCPU_MC_HEAD, pfn);
    m.state.set(vcpu + VCPU_MC_NR_PAGES, count);
  };

  it('are those of every vCPU, empty ones too', () => {
    const texts = plant(bootPair(VCPU_OPS), (m) => {
      fill(m, 0, 0x40500, 1);
      fill(m, 1, 0x40501, 1);
    });
    expect(differenceTexts(texts)).toEqual([
      'memcache: VM 0x1000 vCPU 0 memcache: empty | 0x40500',
      'memcache: VM 0x1000 vCPU 1 memcache: empty | 0x40501',
    ]);
  });

  it('that are empty with another head are told by the word', () => {
    const pair = bootPair(VCPU_OPS);
    const head = pair[0].layout.reserveVcpu(0, 1) + VCPU_MC_HEAD;
    expect(differenceTexts(plant(pair, (m) => fill(m, 1, 0x40500, 0)))).toEqual([
      `memcache: word ${head}: 0 | ${0x40500}`,
    ]);
  });

  it('are not those of a vCPU that was not made', () => {
    const pair = bootPair(VCPU_OPS.slice(0, 4));
    for (const m of pair) m.layout.reserveVcpu(0, 1);
    for (const { state } of pair) state.ensure();
    const count = pair[0].layout.reserveVcpu(0, 1) + VCPU_MC_NR_PAGES;
    expect(differenceTexts(plant(pair, (m) => m.state.set(count, 1)))).toEqual([
      `memcache: word ${count}: 0 | 1`,
    ]);
  });

  it('and a loaded vCPU are named by the handle of the VM and the index of the vCPU', () => {
    const pair = bootPair(VCPU_OPS);
    const texts = plant(pair, (m) => m.run(op('__pkvm_vcpu_load', HANDLE, 1)));
    expect(differenceTexts(texts)).toEqual([
      'refcount: page 0x40210: refcount 0 | refcount 1',
      'vcpu: loaded vCPU: none | VM 0x1000 vCPU 1',
    ]);
  });

  it('have words beside them that are nothing', () => {
    const pair = bootPair(VCPU_OPS);
    const word = pair[0].layout.reserveVcpu(0, 0) + 7;
    expect(pair[0].layout.vcpuOfWord(word)).toBeUndefined();
    expect(differenceTexts(plant(pair, (m) => m.state.set(word, 5)))).toEqual([
      `contents: word ${word}: 0 | 5`,
    ]);
  });
});

describe('a second VM', () => {
  it('is named by its handle everywhere', () => {
    const pair = bootPair([
      op('__pkvm_host_share_hyp', HOST_KVM),
      op('__pkvm_init_vm', HOST_KVM, 2, VM, PGD),
      op('__pkvm_host_share_hyp', HOST_KVM + 1),
      op('__pkvm_init_vm', HOST_KVM + 1, 2, VM + 4, PGD + 4),
      op('__pkvm_host_share_hyp', HOST_VCPU),
      initVcpu({ handle: HANDLE + 1 }),
    ]);
    const vcpu = pair[0].layout.reserveVcpu(1, 0);
    const texts = plant(pair, (m) => {
      m.state.set(vmRecord(1) + VM_NR_VCPUS, 2);
      m.state.set(vmRecord(1) + VM_POOL + POOL_RANGE_END, 9);
      m.state.set(vcpu + VCPU_INDEX, 5);
      m.state.set(vcpu + VCPU_MC_HEAD, 0x40500);
      m.state.set(vcpu + VCPU_MC_NR_PAGES, 1);
      m.state.set(LOADED_VCPU, vcpu);
      m.state.set(m.vmemmap.contents(page(m, PGD + 4)) + 2 * 3, 4);
    });
    expect(differenceTexts(texts)).toEqual([
      'guest_s2: VM 0x1001 stage 2 pages 0xc0000-0xfffff (262144): none | owner 1',
      'vcpu: loaded vCPU: none | VM 0x1001 vCPU 0',
      'vm: VM 0x1001 vCPUs: 1 | 2',
      'vcpu: VM 0x1001 vCPU 0 index: 0 | 5',
      expect.stringMatching(/^free_list: VM 0x1001 pool range end: \d+ \| 9$/),
      'memcache: VM 0x1001 vCPU 0 memcache: empty | 0x40500',
    ]);
  });
});
