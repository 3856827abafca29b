// SPDX-License-Identifier: GPL-2.0-only
/** All that was found out about a kernel, in lines for people. */

import { OP_NAMES, OpCode } from '../hyp/op.js';
import { PAGE_STATE_NAMES } from '../hyp/page_state.js';
import type { SideFact } from '../side/side.js';
import { missingOperation } from './drive/operations.js';
import type { HypPageLayout, StateField } from './machine/hyp_page.js';
import type { Running } from './running.js';

const MIB_PAGES = 256;

function pages(first: number, count: number): string {
  const size = count % MIB_PAGES === 0 ? `${count / MIB_PAGES} MiB` : `${count} pages`;
  return `${size} from page 0x${first.toString(16)}`;
}

function place(field: StateField | undefined, elsewhere: string): string {
  if (!field) return elsewhere;
  const states = Object.entries(field.states).map(
    ([value, state]) => `0x${Number(value).toString(16)} ${PAGE_STATE_NAMES[state]}`,
  );
  const mask = `byte ${field.offset} & 0x${field.mask.toString(16)}`;
  return `struct hyp_page, ${mask}: ${states.join(', ')}`;
}

function nopage({ hostState }: HypPageLayout): string {
  const values = Object.entries(hostState?.states ?? {});
  const found = values.find(([, state]) => PAGE_STATE_NAMES[state] === 'NOPAGE');
  return found ? `0x${Number(found[0]).toString(16)}` : 'an invalid entry that is not zero';
}

/** The facts about a kernel that runs. */
export function kernelFacts(
  { kernel, facts }: Running,
  banner: string,
  emulator: string,
): SideFact[] {
  const { machine, symbols } = kernel;
  const { layout, debug, vms } = facts.probed;
  const lines: SideFact[] = [];
  const add = (name: string, value: string) => lines.push({ name, value });
  add('kernel', banner);
  add('emulator', emulator);
  add('mode', facts.mode);
  add('NVHE_EL2_DEBUG', debug ? 'on' : 'off');
  for (const { pfn, pages: count, nomap } of machine.memory) {
    add('memory', pages(pfn, count) + (nomap ? ', no-map' : ''));
  }
  add('hpool', pages(machine.hpool.pfn, machine.hpool.pages));
  add('host_s2_pool', pages(machine.hostS2.pfn, machine.hostS2.pages));
  const level = `level ${machine.hostLevel}, ${machine.hostRootPages} concatenated pages`;
  add('host stage 2', `starts at ${level}; an owner is shifted by ${layout.ownerShift}`);
  add('struct hyp_page', `${layout.size} bytes, refcount at ${layout.refcount}`);
  add('host state', place(layout.hostState, "software bits of the host's stage 2 entries"));
  add('hyp state', place(layout.hypState, "software bits of hyp's stage 1 entries"));
  add('NOPAGE of host', nopage(layout));
  const { shareCount } = layout;
  add('share count', shareCount ? `struct hyp_page, byte ${shareCount.offset}` : 'none found');
  if ('none' in vms) add('VMs', vms.none);
  else {
    add('struct kvm', `created_vcpus at ${vms.createdVcpus}`);
    const [aligned] = vms.vcpuPages;
    add('struct kvm_vcpu', `in ${aligned} pages, vcpu_idx at ${vms.vcpuIdx}`);
    const { guests } = vms;
    if (!('none' in guests)) {
      const calls = guests.ranged ? 'take a number of pages' : 'take one page';
      add('guest calls', `${calls}; memcache at ${guests.memcache} of struct kvm_vcpu`);
    }
  }
  for (const [name, code] of Object.entries(OpCode)) {
    const missing = missingOperation(symbols, vms, code);
    add(OP_NAMES[code] ?? name, missing ?? 'can be asked for');
  }
  return lines;
}
