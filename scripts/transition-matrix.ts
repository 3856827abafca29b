// SPDX-License-Identifier: GPL-2.0-only
/**
 * The systematic traces of traces/operations/transitions/: each of the six transitions, and pinning,
 * in every state of the host and of hyp that a page can be in, alone and within a range.
 *
 * What is expected of an operation comes from `RULES`, a table of the checks as the model text has
 * them; no code of the machine or of an implementation is used. Cells in which the implementations
 * differ are left out here: they are written by hand in traces/findings/ and traces/regressions/.
 *
 * test/traces.matrix.test.ts holds the files to this module; after a change here write them anew with
 * `npx vitest run test/traces.matrix.test.ts --update`.
 */

import { DEFAULT_MACHINE } from '../src/trace/machine.js';
import type { TraceOp } from '../src/trace/trace.js';
import type { TraceContent } from '../src/trace/write.js';

type HostState = 'OWNED' | 'SHARED_OWNED' | 'SHARED_BORROWED' | 'NOPAGE';
type HypState = 'OWNED' | 'SHARED_BORROWED' | 'NOPAGE';

/** The state of a page as the checks see it. */
interface PageState {
  readonly host: HostState;
  readonly hyp: HypState;
  readonly pinned: boolean;
}

interface Rule {
  readonly op: string;
  /** Short name, for the names of traces. */
  readonly name: string;
  /** The state every page of a range has when the operation is allowed. */
  readonly allowed: PageState;
  /** Whether it takes a range of pages. */
  readonly ranges: boolean;
  readonly make: (pfn: number, nr: number) => TraceOp;
  /** What it gives for a page in this state, by implementation if they do not agree. */
  readonly outcome: (page: PageState, debug: boolean) => Verdict;
}

type Verdict = 0 | '-EPERM' | '-EBUSY' | 'differs';

const HOST_STATES: readonly HostState[] = ['OWNED', 'SHARED_OWNED', 'SHARED_BORROWED', 'NOPAGE'];
const HYP_STATES: readonly HypState[] = ['NOPAGE', 'OWNED', 'SHARED_BORROWED'];

const HOST_OWNS: PageState = { host: 'OWNED', hyp: 'NOPAGE', pinned: false };
const SHARED_WITH_HYP: PageState = { host: 'SHARED_OWNED', hyp: 'SHARED_BORROWED', pinned: false };
const SHARED_WITH_FFA: PageState = { host: 'SHARED_OWNED', hyp: 'NOPAGE', pinned: false };
const HYP_OWNS: PageState = { host: 'NOPAGE', hyp: 'OWNED', pinned: false };

const allow = (condition: boolean): Verdict => (condition ? 0 : '-EPERM');

/** The checks, operation by operation. */
export const RULES: readonly Rule[] = [
  {
    op: '__pkvm_host_share_hyp',
    name: 'share-hyp',
    allowed: HOST_OWNS,
    ranges: false,
    make: (pfn) => ({ op: '__pkvm_host_share_hyp', pfn }),
    outcome: ({ host, hyp }, debug) => allow(host === 'OWNED' && (!debug || hyp === 'NOPAGE')),
  },
  {
    op: '__pkvm_host_unshare_hyp',
    name: 'unshare-hyp',
    allowed: SHARED_WITH_HYP,
    ranges: false,
    make: (pfn) => ({ op: '__pkvm_host_unshare_hyp', pfn }),
    outcome: ({ host, hyp, pinned }, debug) => {
      if (host !== 'SHARED_OWNED') return '-EPERM';
      if (hyp === 'SHARED_BORROWED') return pinned ? '-EBUSY' : 0;
      // Pinned: legacy -EBUSY, direct -EPERM. Not pinned: before the fix only debug looked.
      return pinned || !debug ? 'differs' : '-EPERM';
    },
  },
  {
    op: '__pkvm_host_donate_hyp',
    name: 'donate-hyp',
    allowed: HOST_OWNS,
    ranges: true,
    make: (pfn, nr_pages) => ({ op: '__pkvm_host_donate_hyp', pfn, nr_pages }),
    outcome: ({ host, hyp }, debug) => allow(host === 'OWNED' && (!debug || hyp === 'NOPAGE')),
  },
  {
    op: '__pkvm_hyp_donate_host',
    name: 'hyp-donate-host',
    allowed: HYP_OWNS,
    ranges: true,
    make: (pfn, nr_pages) => ({ op: '__pkvm_hyp_donate_host', pfn, nr_pages }),
    outcome: ({ host, hyp }, debug) => allow(hyp === 'OWNED' && (!debug || host === 'NOPAGE')),
  },
  {
    op: '__pkvm_host_share_ffa',
    name: 'share-ffa',
    allowed: HOST_OWNS,
    ranges: true,
    make: (pfn, nr_pages) => ({ op: '__pkvm_host_share_ffa', pfn, nr_pages }),
    outcome: ({ host }) => allow(host === 'OWNED'),
  },
  {
    op: '__pkvm_host_unshare_ffa',
    name: 'unshare-ffa',
    allowed: SHARED_WITH_FFA,
    ranges: true,
    make: (pfn, nr_pages) => ({ op: '__pkvm_host_unshare_ffa', pfn, nr_pages }),
    outcome: ({ host }) => allow(host === 'SHARED_OWNED'),
  },
  {
    op: 'hyp_pin_shared_mem',
    name: 'pin',
    allowed: SHARED_WITH_HYP,
    ranges: true,
    make: (pfn, nr) => ({ op: 'hyp_pin_shared_mem', from: pfn * 4096, to: (pfn + nr) * 4096 }),
    outcome: ({ host, hyp }) => allow(host === 'SHARED_OWNED' && hyp === 'SHARED_BORROWED'),
  },
];

const shareHyp = (pfn: number): TraceOp => ({ op: '__pkvm_host_share_hyp', pfn, expect: 0 });
const donateHyp = (pfn: number): TraceOp => ({
  op: '__pkvm_host_donate_hyp',
  pfn,
  nr_pages: 1,
  expect: 0,
});
const donateHost = (pfn: number): TraceOp => ({
  op: '__pkvm_hyp_donate_host',
  pfn,
  nr_pages: 1,
  expect: 0,
});
const shareFfa = (pfn: number): TraceOp => ({
  op: '__pkvm_host_share_ffa',
  pfn,
  nr_pages: 1,
  expect: 0,
});
const unshareFfa = (pfn: number): TraceOp => ({
  op: '__pkvm_host_unshare_ffa',
  pfn,
  nr_pages: 1,
  expect: 0,
});
const pin = (pfn: number): TraceOp => ({
  op: 'hyp_pin_shared_mem',
  from: pfn * 4096,
  to: (pfn + 1) * 4096,
  expect: 0,
});

/** Far from the pages of the cells: what a VM needs besides its own page. */
const VM_AREA = 0x40d00;

/** Makes `pfn` the first page of a VM with a loaded vCPU, which counts a reference on it. */
const loadedVm = (pfn: number): TraceOp[] => [
  shareHyp(VM_AREA),
  {
    op: '__pkvm_init_vm',
    host_kvm: VM_AREA * 4096,
    nr_vcpus: 1,
    vm: pfn * 4096,
    pgd: (VM_AREA + 2) * 4096,
    expect: 0x1000,
  },
  shareHyp(VM_AREA + 4),
  {
    op: '__pkvm_init_vcpu',
    vm: 0x1000,
    host_vcpu: (VM_AREA + 4) * 4096,
    vcpu_idx: 0,
    vcpu: (VM_AREA + 6) * 4096,
    expect: 0,
  },
  { op: '__pkvm_vcpu_load', vm: 0x1000, vcpu_idx: 0, expect: 0 },
];

interface Recipe {
  readonly host: HostState;
  readonly hyp: HypState;
  readonly pinned: boolean;
  /** With which nvhe_el2_debug it works; both when left out. */
  readonly debug?: boolean;
  readonly make: (pfn: number) => TraceOp[];
}

/** How operations alone bring a page of the host's into a state. */
const RECIPES: readonly Recipe[] = [
  { host: 'OWNED', hyp: 'NOPAGE', pinned: false, make: () => [] },
  { host: 'SHARED_OWNED', hyp: 'NOPAGE', pinned: false, make: (p) => [shareFfa(p)] },
  { host: 'SHARED_OWNED', hyp: 'SHARED_BORROWED', pinned: false, make: (p) => [shareHyp(p)] },
  {
    host: 'SHARED_OWNED',
    hyp: 'SHARED_BORROWED',
    pinned: true,
    make: (p) => [shareHyp(p), pin(p)],
  },
  {
    host: 'OWNED',
    hyp: 'SHARED_BORROWED',
    pinned: false,
    make: (p) => [shareHyp(p), unshareFfa(p)],
  },
  {
    host: 'OWNED',
    hyp: 'SHARED_BORROWED',
    pinned: true,
    make: (p) => [shareHyp(p), pin(p), unshareFfa(p)],
  },
  { host: 'NOPAGE', hyp: 'OWNED', pinned: false, make: (p) => [donateHyp(p)] },
  {
    host: 'NOPAGE',
    hyp: 'OWNED',
    pinned: true,
    debug: false,
    make: (p) => [shareHyp(p), pin(p), unshareFfa(p), donateHyp(p)],
  },
  {
    host: 'OWNED',
    hyp: 'NOPAGE',
    pinned: true,
    debug: false,
    make: (p) => [shareHyp(p), pin(p), unshareFfa(p), donateHyp(p), donateHost(p)],
  },
  {
    host: 'SHARED_OWNED',
    hyp: 'NOPAGE',
    pinned: true,
    debug: false,
    make: (p) => [shareHyp(p), pin(p), unshareFfa(p), donateHyp(p), donateHost(p), shareFfa(p)],
  },
  { host: 'NOPAGE', hyp: 'OWNED', pinned: true, debug: true, make: loadedVm },
];

function recipeFor(page: PageState, debug: boolean): Recipe | undefined {
  return RECIPES.find(
    (recipe) =>
      recipe.host === page.host &&
      recipe.hyp === page.hyp &&
      recipe.pinned === page.pinned &&
      (recipe.debug ?? debug) === debug,
  );
}

/** Writes a state that operations alone do not lead to. */
function pokeTo({ host, hyp, pinned }: PageState, pfn: number): TraceOp[] {
  const poke: TraceOp = { op: 'poke', pfn, host_state: host };
  if (pinned) poke.refcount = 1;
  if (hyp !== 'NOPAGE') poke.hyp_state = hyp;
  return [{ ...poke, expect: 0 }];
}

function stateText({ host, hyp, pinned }: PageState): string {
  return `host ${host}, hyp ${hyp}${pinned ? ', referenced' : ''}`;
}

/** Every state, those of one reference count first. */
function allStates(): PageState[] {
  return [false, true].flatMap((pinned) =>
    HOST_STATES.flatMap((host) => HYP_STATES.map((hyp) => ({ host, hyp, pinned }))),
  );
}

const FIRST_PAGE = 0x40100;
const RANGE = 4;
const PLACES = [
  ['first', 0],
  ['middle', 1],
  ['last', RANGE - 1],
] as const;

/** A cell in which the implementations do not all do the same, so that no trace here has it. */
export interface LeftOut {
  readonly op: string;
  readonly debug: boolean;
  readonly state: string;
}

export interface Matrix {
  readonly traces: readonly TraceContent[];
  readonly leftOut: readonly LeftOut[];
}

/** All systematic traces. */
export function transitionMatrix(): Matrix {
  const traces: TraceContent[] = [];
  const leftOut: LeftOut[] = [];
  for (const rule of RULES) {
    for (const debug of [false, true]) {
      for (const constructed of [false, true]) {
        traces.push(singlePages(rule, debug, constructed, leftOut));
        if (rule.ranges) traces.push(rangesOf(rule, debug, constructed));
      }
    }
  }
  return { traces, leftOut };
}

function isConstructed(page: PageState, debug: boolean): boolean {
  return recipeFor(page, debug) === undefined;
}

function bring(page: PageState, debug: boolean, pfn: number): TraceOp[] {
  return recipeFor(page, debug)?.make(pfn) ?? pokeTo(page, pfn);
}

function singlePages(
  rule: Rule,
  debug: boolean,
  constructed: boolean,
  leftOut: LeftOut[],
): TraceContent {
  const ops: TraceOp[] = [];
  let pfn = FIRST_PAGE;
  for (const page of allStates()) {
    if (isConstructed(page, debug) !== constructed) continue;
    const verdict = rule.outcome(page, debug);
    if (verdict === 'differs') {
      leftOut.push({ op: rule.op, debug, state: stateText(page) });
      continue;
    }
    ops.push(...bring(page, debug, pfn));
    ops.push({ ...rule.make(pfn, 1), expect: verdict, comment: stateText(page) });
    pfn += 1;
  }
  const description = constructed
    ? `${rule.op} on a page in each state that operations alone do not lead to`
    : `${rule.op} on a page in each state that operations lead to`;
  return document(rule, 'page', debug, constructed, description, ops);
}

/** Four pages, all as they should be but one: the first, one in the middle or the last. */
function rangesOf(rule: Rule, debug: boolean, constructed: boolean): TraceContent {
  const ops: TraceOp[] = [];
  let pfn = FIRST_PAGE;
  const run = (deviating: PageState, place: number, comment: string): void => {
    for (let i = 0; i < RANGE; i++) {
      ops.push(...bring(i === place ? deviating : rule.allowed, debug, pfn + i));
    }
    const verdict = rule.outcome(deviating, debug);
    if (verdict === 'differs') throw new Error(`${rule.op} of a range is the same everywhere`);
    ops.push({ ...rule.make(pfn, RANGE), expect: verdict, comment });
    pfn += RANGE;
  };
  if (!constructed) run(rule.allowed, 0, 'all pages as they should be');
  for (const page of allStates()) {
    if (page.pinned || isConstructed(page, debug) !== constructed) continue;
    if (stateText(page) === stateText(rule.allowed)) continue;
    for (const [where, place] of PLACES) run(page, place, `${where} page: ${stateText(page)}`);
  }
  const description =
    `${rule.op} on ${RANGE} pages of which one, the first, a middle or the last, is in a state that ` +
    `operations ${constructed ? 'alone do not lead to' : 'lead to'}`;
  return document(rule, 'range', debug, constructed, description, ops);
}

function document(
  rule: Rule,
  what: string,
  debug: boolean,
  constructed: boolean,
  description: string,
  source: readonly TraceOp[],
): TraceContent {
  const parts = [rule.name, what, constructed ? 'constructed' : 'reachable'];
  if (debug) parts.push('debug');
  return {
    name: parts.join('-'),
    description: `${description}; debug ${debug ? 'on' : 'off'}.`,
    machine: { ...DEFAULT_MACHINE, nvhe_el2_debug: debug },
    source,
  };
}
