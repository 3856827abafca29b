// SPDX-License-Identifier: GPL-2.0-only
/** A search from boot that the answers of a condition steer. */
import { describe, expect, it } from 'vitest';
import { direct } from '../../../src/direct/index.js';
import { findImplementation } from '../../../src/implementations.js';
import type { Implementation } from '../../../src/hyp/transitions.js';
import { legacy } from '../../../src/legacy/index.js';
import { searchFromBoot } from '../../../src/prove/search/from_boot.js';
import type { Candidate } from '../../../src/prove/search/steered.js';
import { Settled } from '../../../src/prove/settle.js';
import { settleFrom } from '../../../src/prove/settled.js';
import { Prover } from '../../../src/prove/theorem.js';
import { decompileOp, madeTrace, type Trace } from '../../../src/trace/index.js';
import { bundledTraces } from '../traces.js';

const UNSHARE = '__pkvm_host_unshare_hyp';

function traceOf({ machine, ops }: Candidate): Trace {
  return madeTrace({ name: 'found', machine, source: ops.map(decompileOp), file: 'found.json' });
}

/** What a pair differs under in some transitions, with nothing settled. */
function unsettled(
  pair: readonly [Implementation, Implementation],
  debug: boolean,
  isAbout: (operation: string) => boolean,
): Settled {
  const theorem = new Prover().prove(pair, [debug]);
  const conditions = theorem.conditions.filter(({ operation }) => isAbout(operation));
  return new Settled({ ...theorem, conditions }, pair);
}

describe('a search steered from boot', () => {
  it('finds how the host gets at a page that hyp counts and does not borrow', () => {
    const pair = [legacy, direct] as const;
    const settled = unsettled(pair, false, (operation) => operation === UNSHARE);
    expect(settled.unreached).toHaveLength(1);
    const found: Trace[] = [];
    searchFromBoot(settled, pair, traceOf, (trace) => found.push(trace));
    expect(settled.unreached).toEqual([]);
    expect(found.map(({ constructed }) => constructed)).toEqual([false]);
    // Shared, pinned, taken back as if shared with FF-A, given to hyp and back, shared with FF-A.
    expect(found[0].source.map(({ op }) => op)).toEqual([
      '__pkvm_host_share_hyp',
      'hyp_pin_shared_mem',
      '__pkvm_host_unshare_ffa',
      '__pkvm_host_donate_hyp',
      '__pkvm_hyp_donate_host',
      '__pkvm_host_share_ffa',
      UNSHARE,
    ]);
  });

  it.each([false, true])(
    'finds changes that fail midway, in machines without tables: debug %s',
    (debug) => {
      const pair = [legacy, direct] as const;
      const settled = unsettled(pair, debug, (operation) =>
        ['__pkvm_host_share_hyp', '__pkvm_host_donate_hyp'].includes(operation),
      );
      const [failing] = [settled.unreached.length];
      expect(failing).toBe(3);
      const found: Trace[] = [];
      searchFromBoot(settled, pair, traceOf, (trace) => found.push(trace));
      expect(settled.unreached).toEqual([]);
      expect(found.map(({ source }) => source.length)).toEqual([1, 1, 1]);
    },
  );

  it('finds what the fix was for', () => {
    const before = findImplementation('legacy-before-fix');
    if (!before) throw new Error('no such implementation');
    const pair = [before, legacy] as const;
    const settled = unsettled(pair, false, () => true);
    const warns = settled.unreached.filter((one) => one.case.outcomes.join() === 'WARN,-EPERM');
    expect(warns).toHaveLength(1);
    const found: Trace[] = [];
    settled.unreached
      .filter(({ case: one }) => one !== warns[0].case)
      .forEach(({ case: one }) => settled.addSearch(one, 1));
    searchFromBoot(settled, pair, traceOf, (trace) => found.push(trace));
    expect(found[0].source.map(({ op }) => op)).toEqual(['__pkvm_host_share_ffa', UNSHARE]);
  });

  it('finds a trace in place of one that is gone', async () => {
    const pair = [legacy, direct] as const;
    const settled = unsettled(pair, false, (operation) => /share_hyp$/.test(operation));
    const file = 'traces/findings/share-hyp-out-of-tables.json';
    const left = (await bundledTraces('findings')).filter((trace) =>
      file.endsWith(`/${trace.name}.json`),
    );
    expect(left).toHaveLength(1);
    const document = {
      format: 'pkvm-settled/1' as const,
      model: '000000000000',
      traces: [{ file, debug: false }],
      long: [],
      searched: [],
      worlds: [],
      watched: { calls: 0, traces: 0, states: 0, fuzzRuns: 0 },
    };
    settleFrom({ document, traces: new Map([[file, left[0]]]) }, settled, false);
    expect(settled.unreached.map(({ condition }) => condition.operation)).toEqual([UNSHARE]);
    searchFromBoot(settled, pair, traceOf, () => {});
    expect(settled.unreached).toEqual([]);
    const { debug, outcomes, constructed } = settled.witnessed[1].witness;
    expect([debug, constructed, ...outcomes]).toEqual([false, false, '-EBUSY', '-EPERM']);
  });

  it('searches for nothing that its small machines have no range for', () => {
    const pair = [legacy, direct] as const;
    const settled = unsettled(pair, false, (operation) => operation === '__pkvm_hyp_donate_host');
    searchFromBoot(settled, pair, traceOf, () => expect.fail('found'));
    expect(settled.searched).toEqual([]);
    expect(settled.unreached).toHaveLength(2);
  });
});
