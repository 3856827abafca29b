// SPDX-License-Identifier: GPL-2.0-only
/**
 * The ownership view of a state: of each page the host's state, hyp's state, references and share
 * count; of each guest frame what it maps; the loaded vCPU. Knowledge from footprints like effects are:
 * what was read for it decides it.
 */

import { LOADED_VCPU, VM_PGD, vmRecord } from '../../hyp/layout.js';
import { findEntry, hostStateOf, hypStateOf } from '../../hyp/lookup.js';
import { Footprints } from '../successors/footprints.js';
import { PRESENT } from '../state/key.js';
import { needsVms } from '../world/options.js';
import type { Machines } from '../successors/machines.js';

type Probe = () => string;

export class OwnershipView {
  /** Words of a projected key after the first, of two values of 16 bits each. */
  readonly words: number;
  readonly key: Int32Array;
  private readonly probes: readonly Probe[];
  private readonly footprints: Footprints;
  private readonly values: Map<string, number>[];
  private version = 0;

  constructor(private readonly machines: Machines) {
    this.probes = probesOf(machines);
    this.words = Math.ceil(this.probes.length / 2);
    this.key = new Int32Array(1 + this.words);
    this.footprints = new Footprints(this.probes.length);
    this.values = this.probes.map(() => new Map());
  }

  /** Projects a state into `key`. */
  project(ids: Int32Array): void {
    const { key, footprints, probes, machines } = this;
    if (this.version !== machines.components.version) {
      footprints.clear();
      this.version = machines.components.version;
    }
    key.fill(0);
    key[0] = PRESENT;
    for (let probe = 0; probe < probes.length; probe++) {
      let value = footprints.find(probe, ids);
      if (value < 0) value = this.learn(probe, ids);
      key[1 + (probe >> 1)] |= value << (16 * (probe & 1));
    }
  }

  private learn(probe: number, ids: Int32Array): number {
    const { machines, values } = this;
    machines.load(ids);
    const [text, reads] = machines.look(() => this.probes[probe]());
    const known = values[probe];
    const value = known.get(text) ?? known.size;
    known.set(text, value);
    if (value > 0xffff) throw new RangeError('a page has more ownerships than can be packed');
    this.footprints.learn(probe, machines.components.variablesOf(reads, []), ids, value);
    return value;
  }
}

function probesOf({ lockstep, world }: Machines): Probe[] {
  const machine = lockstep.first;
  const { layout, vmemmap } = machine;
  const ofPage = (pfn: number) => {
    const page = layout.pageIndex(pfn);
    const hyp = hypStateOf(machine, pfn);
    if (page < 0) return `${hyp}`;
    const [refs, shares] = [vmemmap.refcount(page), vmemmap.shareCount(page)];
    return `${hostStateOf(machine, pfn)} ${hyp} ${refs} ${shares}`;
  };
  const ofFrame = (slot: number, gfn: number) => {
    const { words } = machine.state;
    const entry = findEntry(machine, words[vmRecord(slot) + VM_PGD], 1, gfn);
    return entry < 0 ? '' : `${words[entry]} ${words[entry + 1]}`;
  };
  const probes = world.pages.map((pfn) => () => ofPage(pfn));
  if (!needsVms(world.options)) return probes;
  for (let slot = 0; slot < world.options.vms; slot++) {
    for (const gfn of world.gfns) probes.push(() => ofFrame(slot, gfn));
  }
  probes.push(() => String(machine.state.words[LOADED_VCPU]));
  return probes;
}
