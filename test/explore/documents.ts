// SPDX-License-Identifier: GPL-2.0-only
/** Result documents of small explorations, for the tests of reports, of merging and of the page. */

import { Baseline, type Entry } from '../../src/baseline/index.js';
import { EvidenceCollector } from '../../src/evidence/index.js';
import { ExplorationDocument } from '../../src/explore/certificate/document.js';
import type { Explored } from '../../src/explore/certificate/explored.js';
import type { ResultDocument } from '../../src/result/index.js';
import { LEGACY_DIRECT } from './helpers.js';

const BUSY: Entry = {
  id: 'busy-or-refused',
  match: { op: '__pkvm_host_unshare_hyp', kind: 'outcome', outcomes: ['-EBUSY', '-EPERM'] },
  reason: 'The order of two checks, which nobody outside can see.',
  owner: 'somebody',
  link: '',
};

export interface Settings {
  readonly interrupted?: boolean;
  /** A baseline that knows -EBUSY / -EPERM, in which the entry has these keys too. */
  readonly known?: Partial<Entry>;
}

export function documentOfWorlds(
  worlds: readonly Explored[],
  { interrupted = false, known }: Settings = {},
): ResultDocument {
  const entry = { entry: { ...BUSY, ...known }, file: 'known.json', line: 3 };
  const tally = new ExplorationDocument({
    tool: { name: 'pkvm-tracediff', version: '0.1.0' },
    command: ['pkvm-tracediff', 'explore', '--pages', '1'],
    level: 'exact',
    debug: 'both',
    pair: LEGACY_DIRECT,
    ...(known ? { known: new Baseline(['known.json'], [entry], '2026-01-02') } : {}),
    evidence: new EvidenceCollector([LEGACY_DIRECT]),
  });
  for (const { certificate, counterexamples } of worlds) {
    const buckets = certificate.buckets.map((bucket) => ({ ...bucket }));
    tally.add({ certificate: { ...certificate, buckets }, counterexamples });
  }
  tally.interrupted = interrupted;
  return tally.document();
}
