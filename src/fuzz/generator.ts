// SPDX-License-Identifier: GPL-2.0-only
/**
 * Random operations for one machine. What comes next may depend on the state of the machine, so
 * that most operations get past their checks, and a run on the random numbers and the machine only.
 */

import { hostStateOf } from '../hyp/lookup.js';
import type { Machine } from '../hyp/machine.js';
import { PFN_SPACE } from '../hyp/numbers.js';
import { Op, OpCode } from '../hyp/op.js';
import { PKVM_NOPAGE, PKVM_PAGE_OWNED, PKVM_PAGE_SHARED_OWNED } from '../hyp/page_state.js';
import { type Kind, newOp, OPERATIONS } from '../ops/index.js';
import type { MachineKind } from './machines.js';
import { Places } from './places.js';
import type { Random } from './random.js';
import { Reuse } from './reuse.js';
import { VmOps } from './vm_ops.js';

const UNPIN = OpCode.hyp_unpin_shared_mem;
const OF_PAGES: ReadonlySet<Kind> = new Set<Kind>(['page', 'count', 'from', 'to', 'address']);

/** Operations of any page, drawn without looking at its state: all that are about pages alone. */
const ANY = OPERATIONS.filter(
  ({ code, parameters }) =>
    code !== UNPIN && parameters.length > 0 && parameters.every(({ kind }) => OF_PAGES.has(kind)),
).map(({ code }) => code);

/** By code: does the operation take a number of pages? */
const IS_SIZED = OPERATIONS.map(({ parameters }) =>
  parameters.some(({ kind }) => kind === 'count'),
);

const FITTING_OWNED = [
  OpCode.__pkvm_host_share_hyp,
  OpCode.__pkvm_host_share_hyp,
  OpCode.__pkvm_host_donate_hyp,
  OpCode.__pkvm_host_donate_hyp,
  OpCode.__pkvm_host_share_ffa,
  OpCode.__pkvm_host_share_ffa,
  OpCode.ffa_host_share_ranges,
  OpCode.handle_host_mem_abort,
];

const FITTING_SHARED = [
  OpCode.__pkvm_host_unshare_hyp,
  OpCode.__pkvm_host_unshare_hyp,
  OpCode.__pkvm_host_unshare_hyp,
  OpCode.__pkvm_host_unshare_ffa,
  OpCode.__pkvm_host_unshare_ffa,
  OpCode.ffa_host_unshare_ranges,
  OpCode.hyp_pin_shared_mem,
  OpCode.hyp_pin_shared_mem,
];

const FITTING_NOPAGE = [
  OpCode.__pkvm_hyp_donate_host,
  OpCode.__pkvm_hyp_donate_host,
  OpCode.__pkvm_hyp_donate_host,
  OpCode.__pkvm_host_donate_hyp,
];

/** Operations that get past their first check, given the host's state of the page. */
function fitting(host: number): readonly number[] {
  switch (host) {
    case PKVM_PAGE_OWNED:
      return FITTING_OWNED;
    case PKVM_PAGE_SHARED_OWNED:
      return FITTING_SHARED;
    case PKVM_NOPAGE:
      return FITTING_NOPAGE;
    default:
      return ANY;
  }
}

/**
 * Which operations a run prefers, in percent: VM life cycles, guest memory, those of a host that
 * gives hyp a page twice; the rest are pages'.
 */
const PROFILES = [
  { percent: 70, life: 0, guest: 0, reuse: 0 },
  { percent: 2, life: 0, guest: 0, reuse: 90 },
  { percent: 20, life: 2, guest: 5, reuse: 0 },
  { percent: 8, life: 12, guest: 40, reuse: 0 },
] as const;

/** Ranges a run remembers, to come back to them as a whole. */
const RANGES = 4;
/** Sizes beyond this wrap: hyp giving away so much passes its checks and panics. */
const MEMORY = 2 ** 28;
/** Sizes around 2 GiB. */
const INT_OVERFLOW_SIZES = [524287, 524288, 524288, 524289];

export class Generator {
  private readonly places: Places;
  private readonly vms: VmOps;
  private readonly reuse: Reuse;
  private readonly queue: Op[] = [];
  private readonly rangePage = new Array<number>(RANGES).fill(0);
  private readonly rangeSize = new Array<number>(RANGES).fill(0);
  private ranges = 0;
  private life = 0;
  private guest = 0;
  private reusing = 0;

  constructor(
    private readonly machine: Machine,
    private readonly kind: MachineKind,
    /**
     * Also what the hypervisor would not do: give away pages it uses itself, drop references that
     * are not pins.
     */
    private readonly misuse: boolean,
  ) {
    this.places = new Places(machine, machine.config, kind === 'exhaustion' ? 20 : 75);
    this.reuse = new Reuse(machine);
    this.vms = new VmOps(machine, this.places, this.reuse, this.queue);
  }

  /** Begins a run on the machine as it is now; it comes back to the pages given. */
  start(random: Random, given: readonly number[] = []): void {
    this.queue.length = 0;
    this.ranges = 0;
    this.places.start(random, given);
    let draw = random.below(100);
    for (const { percent, life, guest, reuse } of PROFILES) {
      this.life = life;
      this.guest = guest;
      this.reusing = reuse;
      draw -= percent;
      if (draw < 0) break;
    }
    this.reuse.start(this.reusing > 0);
  }

  /** The next operation. */
  next(random: Random): Op {
    const queued = this.queue.pop();
    if (queued !== undefined) return queued;
    if (this.kind === 'huge' && random.chance(60)) return this.hugeOp(random);
    if (this.reuse.isOn && random.chance(this.reusing)) {
      const op = this.reuse.next(random, this.vms);
      if (op) return op;
    }
    const draw = random.below(100);
    if (draw < this.life) return this.vms.lifeCycle(random);
    if (draw < this.life + this.guest && (this.vms.isLoaded || random.chance(10))) {
      return this.vms.guest(random);
    }
    return this.pageOp(random);
  }

  private pageOp(random: Random): Op {
    if (this.ranges > 0 && random.chance(15)) return this.rangeOp(random);
    const page = this.places.page(random);
    const { layout, vmemmap } = this.machine;
    const index = layout.pageIndex(page);
    let host = -1;
    if (index >= 0) {
      host = vmemmap.hostState(index);
      const isPinned = vmemmap.refcount(index) > 0 && (host !== PKVM_NOPAGE || this.misuse);
      if (isPinned && random.chance(12)) {
        return new Op(UNPIN, page, page + 1);
      }
    }
    const code = random.of(random.chance(75) ? fitting(host) : ANY);
    return this.opOn(random, this.survivable(random, code, host), page);
  }

  /** An operation that is a panic whatever the two do ends a run: mostly another one instead. */
  private survivable(random: Random, code: number, host: number): number {
    const isFatal =
      (code === OpCode.handle_host_mem_abort && (host === PKVM_NOPAGE || host < 0)) ||
      (code === OpCode.__pkvm_hyp_donate_host && host < 0);
    return isFatal && random.below(100) > 0 ? OpCode.__pkvm_host_share_ffa : code;
  }

  private opOn(random: Random, code: number, page: number): Op {
    switch (code) {
      case OpCode.hyp_pin_shared_mem:
        return this.spanOp(random, this.misuse && random.chance(1) ? UNPIN : code, page);
      case OpCode.ffa_host_share_ranges:
      case OpCode.ffa_host_unshare_ranges:
        return this.ffaOp(random, code, page);
      default:
        return IS_SIZED[code] ? this.sizedOp(random, code, page) : new Op(code, page);
    }
  }

  private sizedOp(random: Random, code: number, page: number): Op {
    let size = this.places.size(random, page);
    if (size !== 1) this.remember(page, size);
    if (code !== OpCode.__pkvm_hyp_donate_host) return new Op(code, page, size);
    if (size > MEMORY && random.chance(90)) size = 1;
    return this.givingBack(page, size);
  }

  /** Hyp gives away what it was given, not what it uses; the host shares its own page instead. */
  private givingBack(page: number, size: number): Op {
    const isGiven = this.misuse || this.places.isFree(page, size);
    return new Op(
      isGiven ? OpCode.__pkvm_hyp_donate_host : OpCode.__pkvm_host_share_ffa,
      page,
      size,
    );
  }

  private spanOp(random: Random, code: number, page: number): Op {
    const size = random.chance(90) ? 1 : this.places.size(random, page);
    return new Op(code, page, (page + size) % PFN_SPACE);
  }

  private ffaOp(random: Random, code: number, page: number): Op {
    const list: number[] = [];
    const ranges = 1 + random.below(3);
    let start = page;
    for (let i = 0; i < ranges; i++) {
      const size = this.places.size(random, start);
      list.push(start, size % 2 ** 32);
      start = this.places.page(random);
    }
    return newOp(code, [], list);
  }

  /** An operation on a range that another one was about. */
  private rangeOp(random: Random): Op {
    const range = random.below(Math.min(this.ranges, RANGES));
    const page = this.rangePage[range];
    const host = hostStateOf(this.machine, page);
    const code = random.of(fitting(host));
    if (code === OpCode.hyp_pin_shared_mem) {
      return new Op(code, page, (page + this.rangeSize[range]) % PFN_SPACE);
    }
    const size = this.rangeSize[range];
    return IS_SIZED[code] && code !== OpCode.__pkvm_hyp_donate_host
      ? new Op(code, page, size)
      : this.givingBack(page, size);
  }

  /** Ranges of 2 GiB and VMs whose state takes as much, given and given back. */
  private hugeOp(random: Random): Op {
    if (this.vms.isAlive) return this.vms.teardownOf(random);
    const page = this.machine.layout.regionBase(0) + random.below(64);
    if (random.chance(25)) return this.vms.hugeVm(random, page);
    if (this.ranges > 0 && random.chance(75)) return this.rangeOp(random);
    const size = random.of(INT_OVERFLOW_SIZES);
    this.remember(page, size);
    const host = hostStateOf(this.machine, page);
    const code = random.chance(60) ? OpCode.__pkvm_host_donate_hyp : random.of(fitting(host));
    if (code === OpCode.__pkvm_hyp_donate_host) return this.givingBack(page, size);
    return new Op(IS_SIZED[code] ? code : OpCode.__pkvm_host_donate_hyp, page, size);
  }

  private remember(page: number, size: number): void {
    this.rangePage[this.ranges % RANGES] = page;
    this.rangeSize[this.ranges % RANGES] = size;
    this.ranges++;
  }
}
