// SPDX-License-Identifier: GPL-2.0-only
/** How the commits of a run are built: the code of each compiled for user space, or kernels of them. */

import { CodeBuilder, type CommitBuilder, KernelBuilder } from '../../series/index.js';
import type { Context } from '../context.js';
import type { SeriesFlags } from './flags.js';

/** The builder that the options ask for; undefined, with the problem told, if they cannot go together. */
export function builderOf(flags: SeriesFlags, context: Context): CommitBuilder | undefined {
  const { with: kind, config, debug, fuzz } = flags;
  if (kind === 'real') {
    if (fuzz === undefined) {
      return new KernelBuilder({ config, debug: debug === 'on', environment: process.env });
    }
    const message = '--fuzz sends traces through compiled code: it does not go with --with real';
    context.problem({ file: 'series', message });
    return undefined;
  }
  if (config === undefined) return new CodeBuilder(process.env.CC || undefined);
  context.problem({ file: 'series', message: '--config is of kernels: it goes with --with real' });
  return undefined;
}

/** The options as they hold: a kernel has one setting of NVHE_EL2_DEBUG, and its states no way back. */
export function settled(flags: SeriesFlags): SeriesFlags {
  if (flags.with !== 'real') return flags;
  return { ...flags, explore: false, debug: flags.debug === 'on' ? 'on' : 'off' };
}
