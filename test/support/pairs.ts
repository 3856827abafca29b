// SPDX-License-Identifier: GPL-2.0-only
/** Pairs of machines to compare, and implementations that go wrong on purpose. */

import { decodeDifferences } from '../../src/compare/decode.js';
import type { Difference } from '../../src/compare/divergence.js';
import { direct } from '../../src/direct/index.js';
import { Layout } from '../../src/hyp/layout.js';
import { Machine } from '../../src/hyp/machine.js';
import type { Op } from '../../src/hyp/op.js';
import { WARN_ON } from '../../src/hyp/panic.js';
import type { Implementation, TransitionHelpers, Transitions } from '../../src/hyp/transitions.js';
import { problemText } from '../../src/input/problem.js';
import { Parser, type Trace } from '../../src/trace/index.js';
import { type ConfigChange, smallConfig } from './machines.js';

/** Two machines of one layout that have run the same operations. */
export function bootPair(
  operations: readonly Op[] = [],
  change: ConfigChange = {},
): readonly [Machine, Machine] {
  const layout = new Layout(smallConfig(change));
  const pair = [new Machine(layout, direct), new Machine(layout, direct)] as const;
  for (const machine of pair) for (const operation of operations) machine.run(operation);
  for (const machine of pair) {
    machine.state.ensure();
    machine.state.commit();
  }
  return pair;
}

/** Plants a change in the second of a pair; what the decoder makes of the words that differ. */
export function plant(
  [first, second]: readonly [Machine, Machine],
  change: (machine: Machine) => void,
): Difference[] {
  change(second);
  first.state.ensure();
  second.state.ensure();
  const words: number[] = [];
  for (let word = 0; word < first.layout.wordCount; word++) {
    if (first.state.words[word] !== second.state.words[word]) words.push(word);
  }
  return decodeDifferences(first, second, Int32Array.from(words));
}

/** `column: subject: first | second` of each difference. */
export function differenceTexts(differences: readonly Difference[]): string[] {
  return differences.map(
    ({ column, subject, first, second }) => `${column}: ${subject}: ${first} | ${second}`,
  );
}

/** Direct, but `share_ffa` does something else. */
export function withShareFfa(
  name: string,
  shareFfa: (mm: TransitionHelpers, pfn: number, nr: number, real: Transitions) => number,
): Implementation {
  return {
    name,
    description: '',
    create(mm) {
      const real = direct.create(mm);
      return {
        __pkvm_host_share_hyp: (pfn) => real.__pkvm_host_share_hyp(pfn),
        __pkvm_host_unshare_hyp: (pfn) => real.__pkvm_host_unshare_hyp(pfn),
        __pkvm_host_donate_hyp: (pfn, nr) => real.__pkvm_host_donate_hyp(pfn, nr),
        __pkvm_hyp_donate_host: (pfn, nr) => real.__pkvm_hyp_donate_host(pfn, nr),
        __pkvm_host_share_ffa: (pfn, nr) => shareFfa(mm, pfn, nr, real),
        __pkvm_host_unshare_ffa: (pfn, nr) => real.__pkvm_host_unshare_ffa(pfn, nr),
      };
    },
  };
}

/** `share_ffa` returns -16 and does nothing. */
export const BUSY = withShareFfa('busy', () => -16);
/** `share_ffa` shares a page more. */
export const GREEDY = withShareFfa('greedy', (_mm, pfn, nr, real) =>
  real.__pkvm_host_share_ffa(pfn, nr + 1),
);
/** `share_ffa` leaves an empty host stage 2 table behind for a page elsewhere. */
export const UNTIDY = withShareFfa('untidy', (mm, pfn, nr, real) => {
  mm.host_lock_component();
  mm.host_stage2_set_owner_locked(0x90001, 1, 0);
  mm.host_unlock_component();
  return real.__pkvm_host_share_ffa(pfn, nr);
});
/** `share_ffa` panics before it does anything. */
export const EARLY_PANIC = withShareFfa('early-panic', () => {
  WARN_ON(true);
  return 0;
});
/** `share_ffa` panics when it is done. */
export const LATE_PANIC = withShareFfa('late-panic', (_mm, pfn, nr, real) => {
  real.__pkvm_host_share_ffa(pfn, nr);
  WARN_ON(true);
  return 0;
});
/** `share_ffa` panics with the host lock held. */
export const LOCKED_PANIC = withShareFfa('locked-panic', (mm) => {
  mm.host_lock_component();
  WARN_ON(true);
  return 0;
});

/** A trace from a document's operations and whatever else it has. */
export function traceOf(ops: readonly object[], rest: object = {}): Trace {
  const document = { format: 'pkvm-trace/1', name: 'a trace', ...rest, ops };
  const result = Parser.ofTraces().parse(JSON.stringify(document), 'a.json');
  if (!result.ok) throw new Error(result.problems.map(problemText).join('\n'));
  return result.trace;
}
