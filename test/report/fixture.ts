// SPDX-License-Identifier: GPL-2.0-only
/** Result documents of small runs, for the tests of reports. */

import { readFileSync } from 'node:fs';
import { Baseline } from '../../src/baseline/index.js';
import { Replayer } from '../../src/compare/replay.js';
import type { OpObserver } from '../../src/compare/replay_run.js';
import { CoverageCollector, missingOf } from '../../src/coverage/index.js';
import type { Implementation } from '../../src/hyp/transitions.js';
import { findImplementation } from '../../src/implementations.js';
import type { Problem } from '../../src/input/problem.js';
import { type ResultDocument, Tally } from '../../src/result/index.js';
import type { Trace } from '../../src/trace/index.js';
import { documentOf, parsed } from '../trace/helpers.js';

function implementation(name: string): Implementation {
  const found = findImplementation(name);
  if (!found) throw new Error(name);
  return found;
}

const PAIR = [implementation('legacy'), implementation('direct')] as const;
const BEFORE_FIX = [implementation('legacy-before-fix'), implementation('legacy')] as const;

const share = { op: '__pkvm_host_share_hyp', pfn: '0x40100' };
const unshare = { op: '__pkvm_host_unshare_hyp', pfn: '0x40100' };

export const TRACES = {
  equal: parsed(documentOf([share, unshare, unshare], { name: 'equal & <odd> "name"\u0001' })),
  /** Known: -EBUSY | -EPERM. */
  constructed: parsed(
    documentOf([{ op: 'poke', pfn: '0x40100', host_state: 'SHARED_OWNED', refcount: 1 }, unshare], {
      name: 'constructed',
    }),
  ),
  /** The bug of Nov 2024, new between legacy-before-fix and legacy. */
  bug: parsed(
    documentOf([{ op: '__pkvm_host_share_ffa', pfn: '0x40100', nr_pages: 1 }, unshare], {
      name: 'bug',
    }),
  ),
};

/** Both sides undefined in the last operation. */
const HOST_ONLY = JSON.parse(readFileSync('traces/undefined/reuse-host-only.json', 'utf8'));
const withoutExpect = ({ expect, ...op }: Record<string, unknown>) => op;
const UNDEFINED = {
  expected: parsed(HOST_ONLY),
  unexpected: parsed({ ...HOST_ONLY, ops: HOST_ONLY.ops.map(withoutExpect) }),
};

/** Hyp drops a reference on a page that it uses: new, for another baseline entry is wanted. */
const MISUSE = parsed(
  JSON.parse(readFileSync('traces/misuse/unshare-hyp-busy-or-refused-misuse-debug.json', 'utf8')),
);

const ENTRY = {
  file: 'baselines/some.json',
  line: 3,
  entry: {
    id: 'busy-or-refused',
    match: { op: unshare.op, kind: 'outcome' as const, outcomes: ['-EBUSY', '-EPERM'] },
    reason: `The order of two checks, which ${'nobody outside can see and '.repeat(6)}is accepted.`,
    owner: 'somebody',
    link: 'https://example.org/1',
  },
};
const STALE = {
  ...ENTRY,
  line: 20,
  entry: { ...ENTRY.entry, id: 'gone', match: { ...ENTRY.entry.match, outcomes: ['0', 'BUG'] } },
};

interface Run {
  readonly traces: readonly Trace[];
  readonly stale?: boolean;
  readonly problems?: readonly Problem[];
  readonly missing?: boolean;
}

export function documentOfTraces({ traces, stale, problems = [], missing }: Run): ResultDocument {
  const pairs = [PAIR, BEFORE_FIX];
  const coverage = new CoverageCollector();
  const tally = new Tally({
    tool: { name: 'pkvm-tracediff', version: '0.1.0' },
    command: ['pkvm-tracediff', 'check', "it's here.json", `${'long-folder/'.repeat(9)}a.json`],
    level: 'exact',
    debug: 'trace',
    pairs,
    known: new Baseline(['baselines/some.json'], stale ? [ENTRY, STALE] : [ENTRY], '2025-02-01'),
    list: 'all',
  });
  for (const trace of traces) {
    tally.addTrace();
    pairs.forEach(([first, second], index) => {
      const replayer = new Replayer(coverage.watched(first), coverage.watched(second), 'exact');
      const count = tally.observer(index, trace);
      const meet = coverage.observer([first.name, second.name], trace.ops, false);
      const observe: OpObserver = (op, lockstep, step) => {
        count(op, lockstep, step);
        meet.after(op, lockstep);
      };
      tally.add(index, replayer.replay(trace, undefined, observe, meet.before));
    });
  }
  for (const problem of problems) tally.addProblem(problem);
  const implementations = coverage.section();
  const requirement = {
    format: 'pkvm-coverage/1' as const,
    cells: missing ? [{ op: '__pkvm_teardown_vm' }] : [{ op: unshare.op }],
  };
  const unmet = traces.length > 0 ? missingOf(requirement, implementations) : [];
  tally.coverage = { implementations, missing: unmet };
  return tally.document();
}

/** One document for every verdict and every kind of trouble. */
export const DOCUMENTS: Readonly<Record<string, ResultDocument>> = {
  equal: documentOfTraces({ traces: [TRACES.equal] }),
  known: {
    ...documentOfTraces({ traces: [TRACES.equal, TRACES.constructed] }),
    seededBugs: { bugs: 48, found: 36, equivalent: 2, survivors: ['a/b/c: dropped'] },
  },
  new: documentOfTraces({ traces: Object.values(TRACES) }),
  stale: documentOfTraces({ traces: [TRACES.constructed], stale: true }),
  nothing: documentOfTraces({ traces: [] }),
  'bad input': documentOfTraces({
    traces: [TRACES.equal],
    problems: [{ file: 'a,b:c%.json', line: 7, column: 2, pointer: '/ops/0', message: 'not\na 1' }],
  }),
  undefined: documentOfTraces({ traces: [TRACES.equal, UNDEFINED.unexpected] }),
  'expected undefined': documentOfTraces({ traces: [TRACES.equal, UNDEFINED.expected] }),
  misuse: documentOfTraces({ traces: [MISUSE] }),
  'missing coverage': documentOfTraces({ traces: [TRACES.equal], missing: true }),
};
