// SPDX-License-Identifier: GPL-2.0-only
/** What makes of a commit something that can be compared: its code compiled, a kernel of it booted. */

import type { Implementation } from '../hyp/transitions.js';
import type { Side, SideOptions } from '../side/side.js';
import type { Commit } from './git.js';

/** What commits are built with, as reports name it. */
export interface Tools {
  readonly compiler: string;
  /** The file with the kernel's configuration; undefined where none is used. */
  readonly config?: string;
  /** What kernels run under; undefined where none runs. */
  readonly emulator?: string;
}

/** What a commit became that does not build or boot. */
export interface NotBuilt {
  readonly notBuilt: string;
  /** The last lines of what was said. */
  readonly seen: readonly string[];
}

/** A commit that was built. */
export interface BuiltCommit {
  /** The first 12 digits of the commit: its name in reports. */
  readonly name: string;
  /** What is compared; its name is that of the commit. */
  readonly compared: Implementation | Side;
  /** Keys of all that was built: two commits with the same keys run the same code. */
  readonly keys: readonly string[];
  /** Ends what runs. May be called twice. */
  close(): Promise<void>;
}

/** One way of building commits: `series` has one for the whole run. */
export interface CommitBuilder {
  /** Where changes that no commit has are refused, as git's pathspecs. */
  readonly paths: readonly string[];
  /** Why a commit need not be built; undefined if it must be. */
  whySkipped(commit: Commit): string | undefined;
  /**
   * Finds what is needed, before anything is built.
   * @throws SideError if something is not there, or the configuration cannot do, with what to do about it
   */
  prepare(): Promise<Tools>;
  /**
   * Builds a commit of a tree. Nothing is written into the tree.
   * @throws SideError for what is no fault of the commit: a full disk, a cache that cannot be written
   */
  build(tree: string, commit: Commit, options: SideOptions): Promise<BuiltCommit | NotBuilt>;
}
