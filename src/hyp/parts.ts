// SPDX-License-Identifier: GPL-2.0-only
/** The parts of a machine, as boot and dispatch meet them. */

import type { Ffa } from './ffa.js';
import type { GuestMemory } from './guest.js';
import type { HostStage2 } from './host_stage2.js';
import type { HypMain } from './hyp_main.js';
import type { MemProtect } from './mem_protect.js';
import type { MachineConfig } from './op.js';
import type { PageAlloc } from './page_alloc.js';
import type { HypPgtable } from './pgtable_hyp.js';
import type { Pkvm } from './pkvm.js';
import type { Transitions } from './transitions.js';

export interface MachineParts {
  readonly config: MachineConfig;
  readonly alloc: PageAlloc;
  readonly hypPgtable: HypPgtable;
  readonly hostStage2: HostStage2;
  readonly memProtect: MemProtect;
  readonly guest: GuestMemory;
  readonly transitions: Transitions;
  readonly ffa: Ffa;
  readonly pkvm: Pkvm;
  readonly hypMain: HypMain;
  /** Builds a constructed state; see Machine. */
  poke(pfn: number, host: number, refcount: number, shareCount: number, hyp: number): number;
}
