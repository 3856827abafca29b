// SPDX-License-Identifier: GPL-2.0-only
/** Result documents with evidence, made as the commands make them, for the tests of the page. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Replayer } from '../../src/compare/replay.js';
import { CoverageCollector } from '../../src/coverage/index.js';
import { EvidenceCollector, type EvidenceLimits } from '../../src/evidence/index.js';
import type { Implementation } from '../../src/hyp/transitions.js';
import { findImplementation } from '../../src/implementations.js';
import { problemText } from '../../src/input/problem.js';
import { theoremSection } from '../../src/prove/document.js';
import { Settled } from '../../src/prove/settle.js';
import { Prover } from '../../src/prove/theorem.js';
import { NOTHING_KNOWN, type ResultDocument, Tally } from '../../src/result/index.js';
import { Parser, type Trace } from '../../src/trace/index.js';

export const HOSTILE = '<img src=x onerror=alert(1)>';

const TRACES = fileURLToPath(new URL('../../traces', import.meta.url));
const parser = Parser.ofTraces();

export function parseTrace(document: object, file = 'a.json'): Trace {
  const result = parser.parse(JSON.stringify(document), file);
  if (!result.ok) throw new Error(result.problems.map(problemText).join('\n'));
  return result.trace;
}

/** Bundled traces of a folder whose names pass. */
export function bundledTraces(folder: string, isWanted: (name: string) => boolean): Trace[] {
  return readdirSync(join(TRACES, folder))
    .filter((name) => name.endsWith('.json') && isWanted(name))
    .map((name) => {
      const text = readFileSync(join(TRACES, folder, name), 'utf8');
      return parseTrace(JSON.parse(text) as object, `traces/${folder}/${name}`);
    });
}

/** A trace under a name that would be a script if anybody took it for HTML. */
export function hostileTrace(): Trace {
  return parseTrace({
    format: 'pkvm-trace/1',
    name: HOSTILE,
    description: `</script><script>alert(2)</script> & "quotes" ${HOSTILE}`,
    ops: [
      { op: '__pkvm_host_share_hyp', pfn: '0x40100', comment: HOSTILE },
      { op: 'hyp_pin_shared_mem', from: '0x40100000', to: '0x40101000' },
      { op: '__pkvm_host_unshare_ffa', pfn: '0x40100', nr_pages: 1 },
      { op: '__pkvm_host_donate_hyp', pfn: '0x40100', nr_pages: 1 },
      { op: '__pkvm_hyp_donate_host', pfn: '0x40100', nr_pages: 1 },
      { op: '__pkvm_host_share_ffa', pfn: '0x40100', nr_pages: 1 },
      { op: '__pkvm_host_unshare_hyp', pfn: '0x40100' },
    ],
  });
}

/** The result of comparing traces, with coverage and evidence. */
export function documentOf(
  traces: readonly Trace[],
  names: readonly (readonly [string, string])[] = [['legacy', 'direct']],
  limits?: EvidenceLimits,
): ResultDocument {
  const pairs = names.map(([a, b]) => [implementation(a), implementation(b)] as const);
  const tally = new Tally({
    tool: { name: 'pkvm-tracediff', version: '0.0.0' },
    command: ['pkvm-tracediff', 'check'],
    level: 'exact',
    debug: 'trace',
    pairs,
    list: 'all',
  });
  const coverage = new CoverageCollector();
  const evidence = limits ? new EvidenceCollector(pairs, limits) : new EvidenceCollector(pairs);
  pairs.forEach(([first, second], index) => {
    const replayer = new Replayer(first, second, 'exact');
    for (const trace of traces) {
      const count = tally.observer(index, trace);
      const setting = trace.machine.nvhe_el2_debug;
      const meet = coverage.observer([first.name, second.name], trace.ops, setting);
      const result = replayer.replay(
        trace,
        undefined,
        (op, lockstep, step) => {
          count(op, lockstep, step);
          meet.after(op, lockstep);
        },
        meet.before,
      );
      evidence.add(index, result, tally.add(index, result));
      if (index === 0) tally.addTrace();
    }
  });
  tally.coverage = { implementations: coverage.section(), missing: [] };
  tally.evidence = evidence.collect();
  return tally.document();
}

function implementation(name: string): Implementation {
  const found = findImplementation(name);
  if (!found) throw new Error(`no implementation ${name}`);
  return found;
}

/** A small report with every kind of thing in it. */
export function exampleDocument(): ResultDocument {
  const findings = bundledTraces(
    'findings',
    (name) => name.startsWith('share-hyp-out') || name.startsWith('unshare-hyp-busy'),
  );
  const regressions = bundledTraces('regressions', () => true);
  return documentOf([hostileTrace(), ...findings, ...regressions]);
}

/** What is proved of patch 1, with nothing replayed; 1,234 executions looked for what cannot happen. */
export function provedDocument(): ResultDocument {
  const pair = [implementation('legacy'), implementation('series-1')] as const;
  const settled = new Settled(new Prover().prove(pair, [false]), pair);
  const ffa = ['__pkvm_host_share_ffa', '__pkvm_host_unshare_ffa'] as const;
  settled.addWorld(false, ffa, { states: 12, executions: 1234 });
  const watched = { calls: 1, traces: 1, states: 1, fuzzRuns: 1, violations: [] };
  const tally = new Tally({
    tool: { name: 'pkvm-tracediff', version: '0.0.0' },
    command: ['pkvm-tracediff', 'prove'],
    level: 'exact',
    debug: 'off',
    pairs: [pair],
  });
  tally.theorems = [theoremSection(settled, watched, NOTHING_KNOWN)];
  return tally.document();
}
