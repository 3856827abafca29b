// SPDX-License-Identifier: GPL-2.0-only
/** Documents of every kind, for the tests of formats that have a schema. */

import type { ResultDocument } from '../../src/result/index.js';
import { documentOfWorlds } from '../explore/documents.js';
import { explore } from '../explore/helpers.js';
import { DOCUMENTS } from './fixture.js';

const WORLDS = [
  await explore({ world: { pages: 1 }, invariants: true }),
  await explore({ world: { pages: 1, debug: true } }),
];
/** Those of traces, and what explorations came to. */
export const EVERY: Readonly<Record<string, ResultDocument>> = {
  ...DOCUMENTS,
  explored: documentOfWorlds(WORLDS),
  'explored and known': documentOfWorlds(WORLDS, { known: {} }),
  'explored and interrupted': documentOfWorlds(WORLDS.slice(1), { interrupted: true }),
};
