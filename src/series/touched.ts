// SPDX-License-Identifier: GPL-2.0-only
/** Which commits can change what the hypervisor does, as far as it is compiled for user space. */

import { TREE_FILES } from '../code/index.js';
import type { Commit } from './git.js';

const COMPILED: ReadonlySet<string> = new Set(TREE_FILES.filter((path) => path !== 'Makefile'));

/** Why a commit need not be compiled; undefined if it must be. */
export function whySkipped({ files }: Commit): string | undefined {
  if (files.some((file) => COMPILED.has(file))) return undefined;
  const near = files.filter(isOfHypervisor);
  if (near.length === 0) return 'changes nothing of the hypervisor';
  const more = near.length > 1 ? ` and ${near.length - 1} more` : '';
  return `changes of the hypervisor what is not compiled here: ${near[0]}${more}`;
}

/** Is a file part of the hypervisor, compiled here or not? */
export function isOfHypervisor(file: string): boolean {
  return /^arch\/arm64\/(kvm\/hyp\/|include\/asm\/kvm_[^/]*\.h$)/.test(file) || COMPILED.has(file);
}
