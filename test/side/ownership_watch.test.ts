// SPDX-License-Identifier: GPL-2.0-only
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { guestMappings, hypStates, pins } from '../../src/compare/ownership.js';
import { direct } from '../../src/direct/index.js';
import { hostEntryOf } from '../../src/hyp/lookup.js';
import { Machine } from '../../src/hyp/machine.js';
import { isPanic } from '../../src/hyp/outcome.js';
import { PKVM_NOPAGE } from '../../src/hyp/page_state.js';
import { OwnershipWatch } from '../../src/side/ownership_watch.js';
import type { PageOwnership } from '../../src/side/side.js';
import { Parser, readInputs, type Trace } from '../../src/trace/index.js';
import { traceOf } from '../support/pairs.js';

/** What a page is to whom, told from the whole machine: host, hyp, references, owner, shares, guests. */
type Told = readonly [number, number, number, number, number, number];

function wholeMachine(machine: Machine): Map<number, Told> {
  const hyp = hypStates(machine);
  const guests = new Map<number, number>();
  for (const text of guestMappings(machine).values()) {
    const pfn = Number(text.split(':')[0]);
    guests.set(pfn, (guests.get(pfn) ?? 0) + 1);
  }
  const told = new Map<number, Told>();
  for (let page = 0; page < machine.layout.nrPages; page++) {
    const pfn = machine.layout.pfnOf(page);
    const [lo] = hostEntryOf(machine, pfn);
    told.set(pfn, [
      machine.vmemmap.hostState(page),
      hyp.get(page) ?? PKVM_NOPAGE,
      pins(machine, page),
      (lo & 1) === 0 ? (lo >> 2) & 0xff : 0,
      machine.vmemmap.shareCount(page),
      guests.get(pfn) ?? 0,
    ]);
  }
  return told;
}

function told(page: PageOwnership): Told {
  const { host, hyp, refcount, owner, shareCount, guests } = page;
  return [host, hyp, refcount, owner, shareCount, guests.length];
}

/** Holds the watch, after each operation, to the difference of two looks at the whole machine. */
function hold(trace: Trace): number {
  const machine = Machine.alone(trace.machine, direct);
  const watch = new OwnershipWatch(machine);
  let before = wholeMachine(machine);
  let changes = 0;
  for (const op of trace.ops) {
    const outcome = machine.run(op);
    const changed = watch.changes();
    machine.state.commit();
    const after = wholeMachine(machine);
    const differs = ([pfn, now]: readonly [number, Told]) =>
      now.some((value, i) => value !== before.get(pfn)?.[i]);
    const expected = new Map([...after].filter(differs));
    for (const [pfn, page] of changed) {
      expect(told(page), `${trace.name} 0x${pfn.toString(16)}`).toEqual(after.get(pfn));
      expected.delete(pfn);
    }
    expect([...expected.keys()], trace.name).toEqual([]);
    changes += changed.size;
    before = after;
    if (isPanic(outcome)) break;
  }
  return changes;
}

async function recordings(file: string, most: number): Promise<Trace[]> {
  const path = fileURLToPath(new URL(`../golden/${file}`, import.meta.url));
  const traces: Trace[] = [];
  for await (const item of readInputs(Parser.ofRecordings(), [path])) {
    if (item.kind === 'trace') traces.push(item.trace);
    if (traces.length === most) break;
  }
  return traces;
}

describe('changes()', () => {
  it.each(['guest.jsonl', 'oom.jsonl', 'core.jsonl'])(
    'are the pages that differ in the whole machine: %s',
    async (file) => {
      let changes = 0;
      for (const trace of await recordings(file, 2)) changes += hold(trace);
      expect(changes).toBeGreaterThan(20);
    },
  );

  it('name the guest, its frame and the permissions of what it maps', () => {
    const trace = traceOf([
      { op: '__pkvm_host_share_hyp', pfn: '0x40100' },
      { op: '__pkvm_host_share_hyp', pfn: '0x40106' },
      {
        op: '__pkvm_init_vm',
        host_kvm: '0x40100000',
        nr_vcpus: 1,
        vm: '0x40102000',
        pgd: '0x40104000',
      },
      {
        op: '__pkvm_init_vcpu',
        vm: '0x1000',
        host_vcpu: '0x40106000',
        vcpu_idx: 0,
        vcpu: '0x40108000',
      },
      { op: '__pkvm_vcpu_load', vm: '0x1000', vcpu_idx: 0 },
      {
        op: '__pkvm_host_share_guest',
        pfn: '0x40200',
        gfn: 5,
        prot: 7,
        memcache: ['0x40300', '0x40301'],
      },
    ]);
    const machine = Machine.alone(trace.machine, direct);
    const watch = new OwnershipWatch(machine);
    const outcomes: number[] = [];
    let last = new Map<number, PageOwnership>();
    for (const op of trace.ops) {
      outcomes.push(machine.run(op));
      last = watch.changes();
      machine.state.commit();
    }
    expect(outcomes).toEqual([0, 0, 0x1000, 0, 0, 0]);
    expect(last.get(0x40200)).toEqual({
      host: 1,
      hyp: PKVM_NOPAGE,
      refcount: 0,
      owner: 0,
      shareCount: 1,
      guests: ['0x1000:0x5 SHARED_BORROWED rwx'],
    });
  });
});
