// SPDX-License-Identifier: GPL-2.0-only
/** How the commits of a run are built: by default the code of each, compiled for user space. */

import { CodeBuilder, type CommitBuilder } from '../../series/index.js';

/** The builder that the options ask for. */
export function builderOf(): CommitBuilder {
  return new CodeBuilder(process.env.CC || undefined);
}
