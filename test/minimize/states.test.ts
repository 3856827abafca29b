// SPDX-License-Identifier: GPL-2.0-only
/** Expectations of state, written by minimising and kept by it. */
import { describe, expect, it } from 'vitest';
import { bucketKey, bucketText } from '../../src/compare/bucket.js';
import { replayTrace } from '../../src/compare/replay.js';
import { findImplementation } from '../../src/implementations.js';
import { candidateOf, minimize, Oracle, traceOf } from '../../src/minimize/index.js';
import type { Trace } from '../../src/trace/index.js';
import { documentOf, parsed } from '../trace/helpers.js';

const [legacy, direct] = ['legacy', 'direct'].map((name) => {
  const found = findImplementation(name);
  if (!found) throw new Error(name);
  return found;
});
const PFN = '0x40100';
const share = { op: '__pkvm_host_share_hyp', pfn: PFN };
const other = { op: '__pkvm_host_share_hyp', pfn: '0x40105' };
const title = { name: 'small', description: '', file: 'small.json' };

function smallest(trace: Trace): Trace {
  const result = replayTrace(trace, legacy, direct, { level: 'exact' });
  const key = bucketKey(result.divergences[0], result.debug, trace.constructed);
  const oracle = new Oracle(legacy, direct, 'exact', { key, text: bucketText });
  const steps = minimize(candidateOf(result, key.kind === 'expectation'), oracle);
  for (;;) {
    const { done, value } = steps.next();
    if (done && value) return traceOf(value, [legacy, direct], title);
    if (done) throw new Error('nothing was found');
  }
}

describe('minimising a trace whose expectation of state is not met', () => {
  it('keeps the operation, what is expected of it, and the page where it is', () => {
    const wrong = { [PFN]: { host: 'OWNED' } };
    const { source, machine } = smallest(
      parsed(documentOf([other, { ...share, expect_state: wrong }, other])),
    );
    expect(source).toEqual([{ ...share, expect: 0, expect_state: wrong }]);
    expect(machine.memory).toHaveLength(1);
    expect(machine.memory[0].pfn + machine.memory[0].pages).toBeGreaterThan(0x40100);
  });
});

describe('a trace written with states', () => {
  const written = (ops: object[], impls = [legacy, direct] as const) => {
    const trace = parsed(documentOf(ops));
    const result = replayTrace(trace, ...impls, { level: 'exact' });
    return traceOf(candidateOf(result, false), impls, { ...title, withStates: true });
  };

  it('says of each operation what its page and each page that it changed is after it', () => {
    const { source } = written([share, { ...share, op: '__pkvm_host_unshare_hyp' }]);
    const page = { refcount: 0, host_share_guest_count: 0, guests: [] };
    expect(source.map(({ expect_state }) => expect_state)).toEqual([
      { [PFN]: { ...page, host: 'SHARED_OWNED', hyp: 'SHARED_BORROWED' } },
      { [PFN]: { ...page, host: 'OWNED', hyp: 'NOPAGE' } },
    ]);
  });

  it('says it by implementation where the two differ, also at a panic, and holds when it is replayed', () => {
    const before = findImplementation('legacy-before-fix');
    if (!before) throw new Error('legacy-before-fix');
    const ffa = { op: '__pkvm_host_share_ffa', pfn: PFN, nr_pages: 1 };
    const pair = [before, legacy] as const;
    const trace = written([ffa, { ...share, op: '__pkvm_host_unshare_hyp' }], pair);
    expect(trace.source[1].expect_state).toMatchObject({
      'legacy-before-fix': { [PFN]: { host: 'OWNED' } },
      legacy: { [PFN]: { host: 'SHARED_OWNED' } },
    });
    const { divergences } = replayTrace(trace, ...pair, { level: 'exact' });
    expect(divergences.map(({ kind }) => kind)).toEqual(['outcome']);
  });

  it('says nothing of states unless that is asked for', () => {
    const result = replayTrace(parsed(documentOf([share])), legacy, direct, { level: 'exact' });
    const trace = traceOf(candidateOf(result, false), [legacy, direct], title);
    expect(trace.source[0]).not.toHaveProperty('expect_state');
  });
});
