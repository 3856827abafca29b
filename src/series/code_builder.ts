// SPDX-License-Identifier: GPL-2.0-only
/** Commits as `c:TREE@COMMIT`: what is compiled of the hypervisor, for user space. */

import { CodeImplementation, findCompiler, TREE_FILES } from '../code/index.js';
import { SideError, type SideOptions } from '../side/side.js';
import type { BuiltCommit, CommitBuilder, NotBuilt, Tools } from './builder.js';
import type { Commit } from './git.js';
import { whySkipped } from './touched.js';

export class CodeBuilder implements CommitBuilder {
  readonly paths = [
    'arch/arm64/kvm/hyp',
    'arch/arm64/include/asm/kvm_*.h',
    ...TREE_FILES.filter((path) => path.endsWith('.h')),
  ];
  readonly whySkipped = whySkipped;

  /** `compiler`: the one to use instead of the first there is. */
  constructor(private readonly compiler: string | undefined) {}

  async prepare(): Promise<Tools> {
    return { compiler: findCompiler(this.compiler).version };
  }

  async build(
    tree: string,
    { id, name, subject }: Commit,
    { cache, progress, signal }: SideOptions,
  ): Promise<BuiltCommit | NotBuilt> {
    const code = new CodeImplementation(`${tree}@${id}`, name);
    try {
      await code.load({
        cache,
        progress: () => progress(`compiling ${name} ${subject}`),
        signal,
        compiler: this.compiler,
      });
    } catch (error) {
      await code.close();
      return notBuilt(error);
    }
    return { name, compared: code, keys: code.builds, close: () => code.close() };
  }
}

/** @throws the error where it is not the commit's */
function notBuilt(error: unknown): NotBuilt {
  if (error instanceof SideError) {
    const full = error.seen.find((line) => /no space left on device/i.test(line));
    if (full !== undefined) throw new SideError(full);
    return { notBuilt: error.message, seen: error.seen };
  }
  const { syscall, message } = error as NodeJS.ErrnoException;
  if (syscall === undefined) throw error;
  throw new SideError(/^\w+: ([^,]*)/.exec(message)?.[1] ?? message);
}
