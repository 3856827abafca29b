// SPDX-License-Identifier: GPL-2.0-only
/**
 * A trace as statements for the kernel's own pkvm_ownership_selftest() (nvhe/mem_protect.c, with
 * CONFIG_NVHE_EL2_DEBUG): its one page, its one VM with two guest frames, its variables and macros.
 * What each transition must return, and the states after it, are those of a named implementation.
 */

import { guestStateOf, hostStateOf, hypStateOf } from '../hyp/lookup.js';
import { Machine } from '../hyp/machine.js';
import { PAGE_SIZE } from '../hyp/numbers.js';
import { type Op, OpCode } from '../hyp/op.js';
import { ENOMEM, isPanic, outcomeText } from '../hyp/outcome.js';
import {
  PKVM_NOPAGE,
  PKVM_PAGE_OWNED,
  PKVM_PAGE_SHARED_BORROWED,
  PKVM_PAGE_SHARED_OWNED,
} from '../hyp/page_state.js';
import { HANDLE_OFFSET } from '../hyp/layout.js';
import type { Implementation } from '../hyp/transitions.js';
import {
  compileOp,
  firstPageOf,
  guestPageOf,
  opText,
  pageRanges,
  type WrittenOp,
} from '../ops/index.js';
import { printable, shownName } from '../input/printable.js';
import type { Trace } from '../trace/index.js';
import { callOf, FRAMES } from './selftest_calls.js';

/** Why an operation cannot be one of the test's. */
export interface Refusal {
  /** Index of the operation, from 0. */
  readonly op: number;
  readonly reason: string;
}

export type Export =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly refused: readonly Refusal[] };

const STATES: ReadonlyMap<number, string> = new Map([
  [PKVM_PAGE_OWNED, 'PKVM_PAGE_OWNED'],
  [PKVM_PAGE_SHARED_OWNED, 'PKVM_PAGE_SHARED_OWNED'],
  [PKVM_PAGE_SHARED_BORROWED, 'PKVM_PAGE_SHARED_BORROWED'],
  [PKVM_NOPAGE, 'PKVM_NOPAGE'],
]);

/** Operations that make the VM and load its vCPU: the test has one already. */
const SET_UP: ReadonlySet<number> = new Set([
  OpCode.__pkvm_init_vm,
  OpCode.__pkvm_init_vcpu,
  OpCode.__pkvm_vcpu_load,
]);

/** Operations that take a page back for the host, tried in this order, each as often as it works. */
const WAYS_BACK = {
  hyp_unpin_shared_mem: (pfn: number): WrittenOp => ({
    op: 'hyp_unpin_shared_mem',
    from: pfn * PAGE_SIZE,
    to: (pfn + 1) * PAGE_SIZE,
  }),
  __pkvm_host_unshare_hyp: (pfn: number): WrittenOp => ({ op: '__pkvm_host_unshare_hyp', pfn }),
  __pkvm_host_unshare_guest: (_: number, gfn: number): WrittenOp => ({
    op: '__pkvm_host_unshare_guest',
    vm: HANDLE_OFFSET,
    gfn,
  }),
  __pkvm_host_unshare_ffa: (pfn: number): WrittenOp => ({
    op: '__pkvm_host_unshare_ffa',
    pfn,
    nr_pages: 1,
  }),
};
type WayBack = keyof typeof WAYS_BACK;
const IN_ORDER: readonly WayBack[] = [
  'hyp_unpin_shared_mem',
  '__pkvm_host_unshare_hyp',
  '__pkvm_host_unshare_guest',
  '__pkvm_host_unshare_ffa',
];

/**
 * The trace as C.
 * @throws BootError when the trace's machine is too small to boot
 */
export function exportSelftest(trace: Trace, implementation: Implementation): Export {
  const config = { ...trace.machine, nvhe_el2_debug: true };
  const selftest = new Selftest(trace, Machine.alone(config, implementation));
  return selftest.export(implementation.name);
}

class Selftest {
  private readonly lines: string[] = [];
  private readonly refused: Refusal[] = [];
  private readonly setUpPages = new Set<number>();
  private readonly page: number;
  /** Guest frames of the trace in the place of the test's two. */
  private readonly frames: number[] = [];
  /** States that the statements so far expect. */
  private readonly shown = new Map<string, number>();

  constructor(
    private readonly trace: Trace,
    private readonly machine: Machine,
  ) {
    for (const op of trace.ops) {
      if (SET_UP.has(op.code)) for (const page of pagesOf(op)) this.setUpPages.add(page);
    }
    this.page = trace.ops.map(firstPageOf).find((pfn) => this.isTested(pfn)) ?? -1;
  }

  export(name: string): Export {
    const { trace } = this;
    if (this.page >= 0) this.takeFromHyp();
    trace.ops.forEach((op, index) => {
      if (this.machine.panicked) return;
      const why = this.whyNot(op);
      if (why !== undefined) this.refused.push({ op: index, reason: why });
      else this.operation(op, index);
    });
    if (this.page < 0 && this.refused.length === 0) {
      this.refused.push({ op: 0, reason: 'no operation is about a page that the test has' });
    }
    if (this.refused.length > 0) return { ok: false, refused: this.refused };
    this.giveToHyp();
    return { ok: true, text: `${[...heading(trace, name), '{', ...this.lines, '}'].join('\n')}\n` };
  }

  private isTested(pfn: number): boolean {
    return pfn >= 0 && !this.setUpPages.has(pfn);
  }

  /** Why the test cannot do what an operation does. */
  private whyNot(op: Op): string | undefined {
    if (SET_UP.has(op.code)) {
      const isSecond = op.code === OpCode.__pkvm_init_vm && this.trace.ops.find(isInitVm) !== op;
      return isSecond ? 'the test has one VM' : undefined;
    }
    if (!callOf(op, 0)) return 'the test has no call for it';
    const pages = op.code === OpCode.__pkvm_host_share_guest ? [firstPageOf(op)] : pagesOf(op);
    if (pages.some((pfn) => this.setUpPages.has(pfn))) {
      return pages.length === 1 ? undefined : 'it is about more than the one page of the test';
    }
    const other = pages.find((pfn) => pfn !== this.page);
    if (other !== undefined) {
      return `it is about page 0x${other.toString(16)}; the test has one page, here 0x${this.page.toString(16)}`;
    }
    if (guestPageOf(op) >= 0 && this.frameOf(op) < 0) {
      return `the test has ${FRAMES} guest frames`;
    }
    return undefined;
  }

  /** Which of the test's frames stands for the one an operation names; -1 if there are too many. */
  private frameOf(op: Op): number {
    const gfn = guestPageOf(op);
    if (gfn < 0) return 0;
    const at = this.frames.indexOf(gfn);
    if (at >= 0) return at;
    return this.frames.length < FRAMES ? this.frames.push(gfn) - 1 : -1;
  }

  private operation(op: Op, index: number): void {
    const outcome = this.machine.run(op);
    this.machine.state.commit();
    if (isPanic(outcome)) {
      const end = outcomeText(outcome);
      this.refused.push({
        op: index,
        reason: `it ends in ${end}, which the test does not survive`,
      });
      return;
    }
    if (op.code === OpCode.__pkvm_host_share_guest && outcome === -ENOMEM) {
      const reason = 'it is refused for its memcache, which the test fills itself';
      this.refused.push({ op: index, reason });
      return;
    }
    const isSetUp =
      SET_UP.has(op.code) || (firstPageOf(op) >= 0 && !this.isTested(firstPageOf(op)));
    const text = opText(this.trace.source[index]);
    if (!isSetUp) {
      this.lines.push(`\t/* op ${index}: ${commentText(text)} */`);
      this.call(op, outcome);
    } else if (outcome >= 0) {
      this.lines.push(`\t/* op ${index}: ${commentText(text)}: the test has its VM already */`);
    } else {
      const reason = `the VM of the trace is not set up: ${outcomeText(outcome)}`;
      this.refused.push({ op: index, reason });
    }
  }

  /** A call of the test and the states after it. */
  private call(op: Op, outcome: number): void {
    this.states();
    const call = callOf(op, this.frameOf(op));
    if (!call) return;
    if (call.isVoid) {
      this.lines.push(`\t${call.name}(${call.args});`, '\tassert_page_state();');
      return;
    }
    this.lines.push(
      `\tassert_transition_res(${outcomeText(outcome)}, ${call.name}, ${call.args});`,
    );
  }

  /** Says which states are expected from here on, where those before are others. */
  private states(): void {
    const { machine, page } = this;
    const host = hostStateOf(machine, page);
    const hyp = hypStateOf(machine, page);
    const guests = this.frames.map((gfn) => guestStateOf(machine, 0, gfn));
    while (guests.length < FRAMES) guests.push(PKVM_NOPAGE);
    const states = new Map([
      ['host', host],
      ['hyp', hyp],
      ...guests.map((state, i) => [`guest[${i}]`, state] as const),
    ]);
    for (const [field, state] of states) {
      if (this.shown.get(field) === state) continue;
      this.lines.push(`\tselftest_state.${field} = ${STATES.get(state)};`);
      this.shown.set(field, state);
    }
  }

  /** The test's page is hyp's own, a trace's the host's. */
  private takeFromHyp(): void {
    this.lines.push("\t/* the page is the host's in the trace */");
    this.call(compileOp({ op: '__pkvm_hyp_donate_host', pfn: this.page, nr_pages: 1 }), 0);
  }

  /** Takes back what the trace left, and gives the page to hyp, whose it is in the test. */
  private giveToHyp(): void {
    const { machine, page } = this;
    this.lines.push('\t/* as the test wants its page back */');
    for (const name of IN_ORDER) {
      for (const gfn of name === '__pkvm_host_unshare_guest' ? this.frames : [0]) {
        while (!machine.panicked && this.isWayBack(name, gfn)) {
          if (this.runBack(compileOp(WAYS_BACK[name](page, gfn))) !== 0) break;
        }
      }
    }
    if (hypStateOf(machine, page) === PKVM_PAGE_OWNED) return;
    this.runBack(compileOp({ op: '__pkvm_host_donate_hyp', pfn: page, nr_pages: 1 }));
  }

  private runBack(op: Op): number {
    const outcome = this.machine.run(op);
    this.machine.state.commit();
    this.call(op, outcome);
    return outcome;
  }

  /** Does an operation take something back that the page is now? */
  private isWayBack(name: WayBack, gfn: number): boolean {
    const { machine, page } = this;
    const { vmemmap, layout } = machine;
    const index = layout.pageIndex(page);
    const isShared = vmemmap.hostState(index) === PKVM_PAGE_SHARED_OWNED;
    switch (name) {
      case 'hyp_unpin_shared_mem':
        return isShared && vmemmap.refcount(index) > 0;
      case '__pkvm_host_unshare_hyp':
        return isShared && hypStateOf(machine, page) === PKVM_PAGE_SHARED_BORROWED;
      case '__pkvm_host_unshare_guest':
        return guestStateOf(machine, 0, gfn) === PKVM_PAGE_SHARED_BORROWED;
      case '__pkvm_host_unshare_ffa':
        return isShared && vmemmap.shareCount(index) === 0;
    }
  }
}

function isInitVm(op: Op): boolean {
  return op.code === OpCode.__pkvm_init_vm;
}

/** Every page an operation names; of a long range, no more than tell that it is one. */
function pagesOf(op: Op): number[] {
  return pageRanges(op).flatMap(({ start, end }) => (end - start > 1 ? [start, end - 1] : [start]));
}

/** What the statements are, above them. */
function heading({ name, file, line }: Trace, implementation: string): string[] {
  return [
    '/*',
    ` * Trace ${commentText(shownName(name))} (${commentText(printable(file))}:${line}),`,
    ` * with the results of ${implementation} and CONFIG_NVHE_EL2_DEBUG=y.`,
    ' * Goes into pkvm_ownership_selftest(), before the page is put back. Where the',
    ' * guest calls take a number of pages, it is 1.',
    ' */',
  ];
}

/** Text that does not end a comment. */
function commentText(text: string): string {
  return text.replaceAll('*/', '* /');
}
