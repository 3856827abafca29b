// SPDX-License-Identifier: GPL-2.0-only
/** Everything that is found between two implementations must satisfy a condition of their theorem. */
import { beforeAll, describe, expect, it } from 'vitest';
import { direct } from '../../src/direct/index.js';
import { IMPLEMENTATIONS } from '../../src/implementations.js';
import { legacy } from '../../src/legacy/index.js';
import { Contradiction, Settled } from '../../src/prove/settle.js';
import { runWorlds } from '../../src/prove/settled.js';
import { Prover, type Theorem } from '../../src/prove/theorem.js';
import type { Trace } from '../../src/trace/index.js';
import { bundledTraces } from './traces.js';

const PAIR = [legacy, direct] as const;
const theorem = new Prover().prove(PAIR);
let findings: Trace[];

beforeAll(async () => {
  findings = await bundledTraces('findings');
});

/** The theorem without one of its conditions. */
function without(operation: string, when: string): Theorem {
  const conditions = theorem.conditions.filter(
    (one) => !(one.operation === operation && one.when.includes(when)),
  );
  expect(conditions.length).toBeLessThan(theorem.conditions.length);
  return { ...theorem, conditions };
}

function replayAll(settled: Settled): void {
  for (const trace of findings) for (const debug of [false, true]) settled.replay(trace, debug);
}

describe('what replay finds', () => {
  it('satisfies the theorem, and settles what can be reached', () => {
    const settled = new Settled(theorem, PAIR);
    replayAll(settled);
    const left = settled.unwitnessed.map(({ condition }) => condition.operation);
    expect(new Set(left)).toEqual(new Set(['__pkvm_hyp_donate_host']));
  });

  it('contradicts a theorem that lacks a condition', () => {
    for (const [operation, when] of [
      ['__pkvm_host_unshare_hyp', 'the reference count is not 0'],
      ['__pkvm_host_share_hyp', 'map hyp SHARED_BORROWED fails'],
      ['__pkvm_host_donate_hyp', 'set owner HYP fails'],
    ]) {
      const settled = new Settled(without(operation, when), PAIR);
      expect(() => replayAll(settled), operation).toThrow(Contradiction);
    }
  });

  it('contradicts a theorem that takes what happens for impossible', () => {
    const conditions = theorem.conditions.map((condition) => ({
      ...condition,
      cases: condition.cases.map((one) => ({
        ...one,
        argument: { id: 'wrong', text: 'it cannot', excludes: () => true },
      })),
    }));
    const settled = new Settled({ ...theorem, conditions }, PAIR);
    expect(() => replayAll(settled)).toThrow(/does what cannot happen: it cannot/);
  });

  it('tells a reachable state from a constructed one', () => {
    const settled = new Settled(theorem, PAIR);
    replayAll(settled);
    const verdicts = theorem.conditions
      .filter(({ when }) => when.includes('the reference count is not 0'))
      .map((condition) => [condition.debug, settled.of(condition, condition.cases[0]).verdict]);
    expect(verdicts).toEqual([
      [false, 'reachable'],
      [true, 'constructed'],
    ]);
  });
});

describe('a trace from boot that misuses', () => {
  it('settles a condition as by misuse, and stands beside a constructed one', async () => {
    const name = 'unshare-hyp-busy-or-refused-misuse-debug';
    const misuse = (await bundledTraces('misuse')).find((trace) => trace.name === name);
    const poked = findings.find((trace) => /^unshare-.*-constructed-debug$/.test(trace.name));
    if (!misuse || !poked) throw new Error('no such traces');
    const settled = new Settled(theorem, PAIR);
    expect(settled.replay(misuse, true)).toEqual([]);
    const [condition] = settled.theorem.conditions.filter(
      ({ debug, when }) => debug && when.includes('the reference count is not 0'),
    );
    const of = () => settled.of(condition, condition.cases[0]);
    expect(of()).toMatchObject({ verdict: 'by misuse', witness: { name, opIndex: 2 } });
    settled.replay(poked, true);
    expect(of()).toMatchObject({
      verdict: 'constructed',
      witness: { name: poked.name },
      misuse: { name },
    });
    expect(settled.unwitnessed.map((one) => one.condition)).not.toContain(condition);
    expect(settled.unreached.map((one) => one.condition)).toContain(condition);
  });
});

describe('constructed states', () => {
  it('show nothing that an argument excludes, and lead to what the fix was for', () => {
    const pair = [IMPLEMENTATIONS[0], legacy] as const;
    const settled = new Settled(new Prover().prove(pair, [false]), pair);
    const made: unknown[] = [];
    runWorlds(settled, pair, (found) => made.push(found));
    expect(settled.looked.map(({ operations }) => operations)).toEqual([
      ['__pkvm_host_unshare_hyp'],
    ]);
    expect(made).toHaveLength(2);
    const cases = settled.theorem.conditions.flatMap((one) =>
      one.cases.map((each) => settled.of(one, each).verdict),
    );
    expect(cases.filter((verdict) => verdict === 'cannot happen')).toHaveLength(4);
  }, 60_000);
});
