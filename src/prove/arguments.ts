// SPDX-License-Identifier: GPL-2.0-only
/**
 * Why helpers cannot give certain answers after certain others: arguments about mem_protect.c and
 * pgtable.c, a sentence each. An argument alone settles nothing: `world.ts` looks for what it excludes.
 */

import type { Helper } from '../branches/index.js';
import { PANICS } from './answers.js';

/** A combination of answers that an argument is asked about. */
export interface Combination {
  readonly classes: readonly string[];
  readonly answers: ReadonlyMap<string, string>;
}

export interface Argument {
  readonly id: string;
  /** Why not, in one sentence. */
  readonly text: string;
  excludes(combination: Combination, helpers: ReadonlyMap<string, Helper>): boolean;
}

/** Questions about the whole range, asked of the state that the transition met. */
function* plain(
  { answers }: Combination,
  helpers: ReadonlyMap<string, Helper>,
  helper: Helper,
): Iterable<readonly [key: string, answer: string]> {
  for (const [key, answer] of answers) {
    if (helpers.get(key) === helper && !/\(| after /.test(key)) yield [key, answer];
  }
}

type Look = (combination: Combination, helpers: ReadonlyMap<string, Helper>) => boolean;

/** The host's check passed, so the range lies in one region of memory. */
const hostPassed: Look = (combination, helpers) => {
  for (const [, answer] of plain(combination, helpers, '__host_check_page_state_range')) {
    if (answer === '0') return true;
  }
  return false;
};

/** The host's check for a state other than NOPAGE passed. */
const hostHasIt: Look = (combination, helpers) => {
  for (const [key, answer] of plain(combination, helpers, '__host_check_page_state_range')) {
    if (answer === '0' && !key.endsWith('NOPAGE')) return true;
  }
  return false;
};

/** Hyp's check for a state of a mapped page passed, over a range that has pages and does not wrap. */
const hypHasIt: Look = (combination, helpers) => {
  if (!combination.classes.every((name) => !/^(0|>)/.test(name))) return false;
  for (const [key, answer] of plain(combination, helpers, '__hyp_check_page_state_range')) {
    if (answer === '0' && !key.endsWith('NOPAGE')) return true;
  }
  return false;
};

const inMemory: Look = (combination, helpers) =>
  hostPassed(combination, helpers) || hypHasIt(combination, helpers);

function answered(helper: Helper, names: readonly string[], given: Look): Argument['excludes'] {
  return (combination, helpers) => {
    for (const [, answer] of plain(combination, helpers, helper)) {
      if (names.includes(answer) && given(combination, helpers)) return true;
    }
    return false;
  };
}

const always: Look = () => true;

const FAILURES = ['-ENOMEM', '-ERANGE', '-EINVAL', PANICS];

export const ARGUMENTS: readonly Argument[] = [
  {
    id: 'set-after-check',
    text:
      '__host_set_page_state_range() can only fail in mapping the range, which it does where the ' +
      'first page is NOPAGE; the check has passed for another state, so the range has no pages, and ' +
      'mapping none cannot fail',
    excludes: answered('__host_set_page_state_range', FAILURES, hostHasIt),
  },
  {
    id: 'unmap-after-check',
    text:
      'the check of hyp has found every page of the range mapped, and kvm_pgtable_hyp_unmap() stops ' +
      'at the first that is not',
    excludes: answered('kvm_pgtable_hyp_unmap', ['none', 'some'], hypHasIt),
  },
  {
    id: 'memory-below-2-40',
    text:
      'the range lies in memory, which ends below 2^40 bytes, so its addresses are within the 40 ' +
      'bits of the host stage 2, and those of hyp within 48 bits',
    excludes: (combination, helpers) =>
      answered('__hyp_check_page_state_range', ['-ERANGE'], hostPassed)(combination, helpers) ||
      answered('pkvm_create_mappings_locked', ['-ERANGE'], hostPassed)(combination, helpers) ||
      answered(
        'host_stage2_set_owner_locked',
        ['-ERANGE', '-EPERM'],
        inMemory,
      )(combination, helpers),
  },
  {
    id: 'page-in-memory',
    text: 'the page has passed a check of the host, so it is memory and has a struct hyp_page',
    excludes: answered('hyp_page_count', [PANICS], hostPassed),
  },
  {
    id: 'pgd-and-prot',
    text:
      '-EINVAL is for a page table without a PGD, and both have theirs from boot on, and for ' +
      'permissions that stage 1 cannot express, which PAGE_HYP is not',
    excludes: (combination, helpers) =>
      answered('__hyp_check_page_state_range', ['-EINVAL'], always)(combination, helpers) ||
      answered('pkvm_create_mappings_locked', ['-EINVAL'], always)(combination, helpers) ||
      answered('host_stage2_set_owner_locked', ['-EINVAL'], always)(combination, helpers),
  },
  {
    id: 'tables-are-sound',
    text:
      'the page tables are their own (assumption 5): every descriptor leads to a table in memory, ' +
      'each valid entry holds one of at most 513 references on its table, no entry is locked ' +
      'between operations, and hyp maps a page at its own address as PAGE_HYP only',
    excludes: (combination, helpers) =>
      answered('__hyp_check_page_state_range', [PANICS], always)(combination, helpers) ||
      answered('pkvm_create_mappings_locked', [PANICS], always)(combination, helpers) ||
      answered('kvm_pgtable_hyp_unmap', [PANICS], always)(combination, helpers) ||
      answered('host_stage2_set_owner_locked', [PANICS], inMemory)(combination, helpers),
  },
];

/** The argument that a combination cannot come up; undefined if there is none. */
export function whyNot(
  combination: Combination,
  helpers: ReadonlyMap<string, Helper>,
): Argument | undefined {
  return ARGUMENTS.find((argument) => argument.excludes(combination, helpers));
}
