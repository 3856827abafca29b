// SPDX-License-Identifier: GPL-2.0-only
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { OPERATIONS, stepsOf } from '../../src/branches/index.js';
import { Lockstep } from '../../src/compare/lockstep.js';
import { Op, OpCode } from '../../src/hyp/op.js';
import { outcomeText } from '../../src/hyp/outcome.js';
import { allMutants } from '../../src/mutants/catalogue.js';
import { EQUIVALENT } from '../../src/mutants/equivalents.js';
import { exploreKill, fuzzKill } from '../../src/mutants/evidence.js';
import { anyKillOf, isHuge, killOf, shortestFirst } from '../../src/mutants/killing.js';
import { rowOf, scoreOf } from '../../src/mutants/matrix.js';
import { seeded } from '../../src/mutants/seeded.js';
import { Parser, readInputs, type Trace } from '../../src/trace/index.js';
import { implementation } from '../fuzz/campaigns.js';
import { smallConfig } from '../support/machines.js';

const TRACES = fileURLToPath(new URL('../../traces', import.meta.url));
const MUTANTS = allMutants();

function mutant(name: string) {
  const found = MUTANTS.find((each) => each.name === name);
  if (!found) throw new Error(`no mutant ${name}`);
  return seeded(implementation(found.base), found);
}

/** Outcomes of base and mutant for the last of some operations. */
function outcomes(name: string, ops: readonly Op[], debug = false): [string, string] {
  const lockstep = new Lockstep(smallConfig({ debug }), implementation('direct'), mutant(name));
  for (const op of ops) {
    lockstep.step(op);
    lockstep.commit();
  }
  return [outcomeText(lockstep.firstOutcome), outcomeText(lockstep.secondOutcome)];
}

const PAGE = 0x40100;
const share = new Op(OpCode.__pkvm_host_share_hyp, PAGE);
const unshare = new Op(OpCode.__pkvm_host_unshare_hyp, PAGE);
const pin = new Op(OpCode.hyp_pin_shared_mem, PAGE, PAGE + 1);
const ffa = new Op(OpCode.__pkvm_host_share_ffa, PAGE, 1);

describe('the catalogue', () => {
  it('has a bug in every step of direct and legacy, each with a name of its own', () => {
    for (const base of ['direct', 'legacy']) {
      const steps = (stepsOf(base) ?? []).flatMap(({ operation, steps: all }) =>
        all.map(({ step }) => `${operation}/${step}`),
      );
      const mutated = MUTANTS.filter((each) => each.base === base);
      const met = new Set(mutated.map(({ operation, step }) => `${operation}/${step}`));
      expect([...met].sort()).toEqual(steps.sort());
    }
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
    expect(new Set(MUTANTS.map(({ operation }) => operation)).size).toBe(OPERATIONS.length);
  });

  it('has every kind of bug', () => {
    expect([...new Set(MUTANTS.map(({ kind }) => kind))].sort()).toEqual([
      'after the next',
      'behind the change',
      'but the first page',
      'but the last page',
      'counted in an int',
      'dropped',
      'for another owner',
      'forgotten',
      'in debug only',
      'inverted',
      'of a size truncated',
      'of another state',
      'with another error',
      'without debug too',
    ]);
  });

  it('calls equivalent only what it has', () => {
    const names = MUTANTS.map(({ name }) => name);
    for (const name of EQUIVALENT.keys()) expect(names).toContain(name);
  });
});

describe('seeded', () => {
  const unshareHyp = 'direct/__pkvm_host_unshare_hyp';

  it.each([
    [`${unshareHyp}/check refcount: dropped`, [share, pin, unshare], '-EBUSY', '0'],
    [
      `${unshareHyp}/check refcount: with another error`,
      [share, pin, unshare],
      '-EBUSY',
      '-EINVAL',
    ],
    [`${unshareHyp}/check refcount: inverted`, [share, unshare], '0', '-EBUSY'],
    [`${unshareHyp}/check refcount: behind the change`, [share, pin, unshare], '-EBUSY', '1'],
    [`${unshareHyp}/check host SHARED_OWNED: after the next`, [unshare], '-EPERM', '-EPERM'],
    [`${unshareHyp}/check hyp SHARED_BORROWED: in debug only`, [ffa, unshare], '-EPERM', 'WARN'],
    [
      `${unshareHyp}/check hyp SHARED_BORROWED: with another error`,
      [ffa, unshare],
      '-EPERM',
      '-EINVAL',
    ],
    [`${unshareHyp}/check host SHARED_OWNED: inverted`, [share, unshare], '0', '-EPERM'],
    ['direct/__pkvm_host_share_hyp/check host OWNED: behind the change', [share], '0', '-EPERM'],
    ['direct/__pkvm_host_share_ffa/check host OWNED: dropped', [ffa, ffa], '-EPERM', '0'],
  ])('%s', (name, ops, base, wrong) => {
    expect(outcomes(name, ops)).toEqual([base, wrong]);
  });

  it('changes nothing where the bug does not show', () => {
    const name = `${unshareHyp}/check hyp SHARED_BORROWED: in debug only`;
    expect(outcomes(name, [ffa, unshare], true)).toEqual(['-EPERM', '-EPERM']);
    expect(outcomes(`${unshareHyp}/check refcount: dropped`, [share, unshare])).toEqual(['0', '0']);
  });
});

describe('the bundled traces', () => {
  const traces: Trace[] = [];
  beforeAll(async () => {
    for await (const item of readInputs(Parser.ofTraces(), [TRACES])) {
      if (item.kind === 'problem') throw new Error(item.problem.message);
      traces.push(item.trace);
    }
  });

  it('kill every mutant that is not equivalent', () => {
    // What killed one mutant is likely to kill the next.
    let sorted = shortestFirst(traces);
    const survivors: string[] = [];
    for (const each of MUTANTS) {
      if (EQUIVALENT.has(each.name)) continue;
      const base = implementation(each.base);
      const killer = anyKillOf(base, seeded(base, each), sorted);
      if (killer && !isHuge(killer))
        sorted = [killer, ...sorted.filter((trace) => trace !== killer)];
      if (!killer) survivors.push(each.name);
    }
    expect(survivors).toEqual([]);
  }, 300_000);

  it('kill a mutant in as few operations as it takes', () => {
    const base = implementation('direct');
    const wrong = mutant('direct/__pkvm_host_share_hyp/set host SHARED_OWNED: forgotten');
    expect(killOf(base, wrong, shortestFirst(traces))?.length).toBe(1);
    expect(killOf(base, base, traces.slice(0, 5))).toBeUndefined();
  });
});

describe('other evidence', () => {
  const base = implementation('direct');
  const dropped = mutant('direct/__pkvm_host_share_ffa/check host OWNED: dropped');

  it('is the default world, explored', () => {
    expect(exploreKill(base, dropped)).toBe(2);
  });

  it('is a fuzz budget', () => {
    expect(fuzzKill(base, dropped, 1, 256)).toBeGreaterThan(0);
    expect(fuzzKill(base, base, 1, 256)).toBeUndefined();
  });

  it('is counted without the equivalent ones', () => {
    const rows = [
      'hyp_donate_host/unmap hyp: counted in an int',
      'host_share_ffa/check host OWNED: dropped',
    ]
      .map((end) => MUTANTS.find(({ name }) => name === `legacy/__pkvm_${end}`))
      .flatMap((each) => each ?? [])
      .map((each) =>
        rowOf(each, implementation('legacy'), [], { explores: false, fuzzRuns: 256, seed: 1 }),
      );
    expect(scoreOf(rows)).toEqual({ mutants: 1, equivalent: 1, traces: 0, fuzz: 1 });
  });
});
