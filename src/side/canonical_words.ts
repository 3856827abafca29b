// SPDX-License-Identifier: GPL-2.0-only
/**
 * Words of a machine under numbers that do not depend on the order in which its layout handed them
 * out, so that two processes mean the same by one: first the words that every machine has, then the
 * contents of the pages in order, then the records of vCPUs.
 */

import { type Layout, VCPU_WORDS } from '../hyp/layout.js';
import { PAGE_WORDS } from '../hyp/numbers.js';

/** vCPU indexes are 32 bits. */
const VCPUS_A_VM = 2 ** 32;

/** The canonical number of a word of a layout. */
export function canonicalWord(layout: Layout, word: number): number {
  const { fixedWords, nrPages } = layout;
  if (word < fixedWords) return word;
  const page = layout.framePageOfWord(word);
  if (page >= 0) return fixedWords + page * PAGE_WORDS + (word - layout.frameOf(page));
  const vcpu = layout.vcpuOfWord(word);
  if (!vcpu) throw new RangeError(`word ${word} belongs to nothing`);
  const [slot, index, field] = vcpu;
  return fixedWords + nrPages * PAGE_WORDS + (slot * VCPUS_A_VM + index) * VCPU_WORDS + field;
}

/** The word of a layout with a canonical number, handed out now if need be. */
export function layoutWord(layout: Layout, canonical: number): number {
  const { fixedWords, nrPages } = layout;
  let rest = canonical - fixedWords;
  if (rest < 0) return canonical;
  if (rest < nrPages * PAGE_WORDS) {
    const page = Math.floor(rest / PAGE_WORDS);
    return layout.reserveFrame(page) + (rest - page * PAGE_WORDS);
  }
  rest -= nrPages * PAGE_WORDS;
  const record = Math.floor(rest / VCPU_WORDS);
  const slot = Math.floor(record / VCPUS_A_VM);
  const base = layout.reserveVcpu(slot, record - slot * VCPUS_A_VM);
  return base + (rest - record * VCPU_WORDS);
}
