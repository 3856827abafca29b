// SPDX-License-Identifier: GPL-2.0-only
/**
 * Names of words. Where the contents of a page and a vCPU lie among a machine's words depends on
 * which of them was used first; their names do not, so they go into hashes and checkpoints.
 */

import type { Layout } from '../../hyp/layout.js';
import { fold } from './hash.js';

/** Kind, page or vCPU or word, offset. */
export type WordName = readonly [kind: number, which: number, offset: number];

const FIXED = 0;
const CONTENTS = 1;
/** Of the first VM's vCPUs; those of the VMs after it follow. */
const VCPU = 2;

export function nameOfWord(layout: Layout, word: number): WordName {
  if (word < layout.fixedWords) return [FIXED, word, 0];
  const page = layout.framePageOfWord(word);
  if (page >= 0) return [CONTENTS, page, word - layout.frameOf(page)];
  const [slot, vcpu, field] = layout.vcpuOfWord(word) ?? [0, 0, word];
  return [VCPU + slot, vcpu, field];
}

/** The word of a name; set aside now if no machine has used it yet. */
export function wordOfName(layout: Layout, [kind, which, offset]: WordName): number {
  if (kind === FIXED) return which;
  if (kind === CONTENTS) return layout.reserveFrame(which) + offset;
  return layout.reserveVcpu(kind - VCPU, which) + offset;
}

/** Is it a word of a page's contents? Then the page is its second, the word in it its third part. */
export function isContents([kind]: WordName): boolean {
  return kind === CONTENTS;
}

/** Two hashes of a name, of a word of the first or the second machine. */
export function hashesOfName(name: WordName, side: number): [lo: number, hi: number] {
  const seeded = (seed: number) => [side, ...name].reduce(fold, seed);
  return [seeded(0x5bd1e995), seeded(0x1b873593)];
}
