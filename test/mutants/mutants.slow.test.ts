// SPDX-License-Identifier: GPL-2.0-only

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { OPERATIONS, stepsOf } from '../../src/branches/index.js';
import { Lockstep } from '../../src/compare/lockstep.js';
import { direct } from '../../src/direct/index.js';
import { Op, OpCode } from '../../src/hyp/op.js';
import { outcomeText } from '../../src/hyp/outcome.js';
import { legacy } from '../../src/legacy/index.js';
import { allMutants } from '../../src/mutants/catalogue.js';
import { TraceSetDigest } from '../../src/mutants/digests.js';
import { EQUIVALENT } from '../../src/mutants/equivalents.js';
import { exploreKill, fuzzKill } from '../../src/mutants/evidence.js';
import { seededBugsOf, whyOther } from '../../src/mutants/kill_matrix.js';
import { killOf, shortestFirst } from '../../src/mutants/killing.js';
import { rowOf, scoreOf } from '../../src/mutants/matrix.js';
import { prove } from '../../src/mutants/proof.js';
import { killMatrixSchema } from '../../src/mutants/schema.generated.js';
import { seeded } from '../../src/mutants/seeded.js';
import type { KillMatrix } from '../../src/mutants/types.generated.js';
import { Prover } from '../../src/prove/theorem.js';
import { Parser, readInputs, type Trace } from '../../src/trace/index.js';
import { implementation } from '../fuzz/campaigns.js';
import { smallConfig } from '../support/machines.js';

const TRACES = fileURLToPath(new URL('../../traces', import.meta.url));
const MATRIX = JSON.parse(
  readFileSync(new URL('../../mutants/kill-matrix.json', import.meta.url), 'utf8'),
) as KillMatrix;
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
    for (const implementation of [direct, legacy]) {
      const base = implementation.name;
      const steps = stepsOf(implementation).flatMap(({ operation, steps: all }) =>
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

  it('are those of the kill matrix, which has every mutant', () => {
    const digest = new TraceSetDigest();
    for (const trace of traces) digest.add(trace);
    expect(whyOther(MATRIX, digest), 'npm run mutants measures again').toBeUndefined();
    expect(MATRIX.mutants.map(({ name }) => name)).toEqual(MUTANTS.map(({ name }) => name));
  });

  it('kill every mutant that is not equivalent, as the kill matrix says', () => {
    const byName = new Map(traces.map((trace) => [trace.name, trace]));
    const wrong: string[] = [];
    for (const { name, trace, equivalent } of MATRIX.mutants) {
      const each = MUTANTS.find((other) => other.name === name);
      const killer = byName.get(trace?.name ?? '');
      if (equivalent !== undefined && EQUIVALENT.has(name)) continue;
      if (each === undefined || trace === undefined || killer === undefined) {
        wrong.push(name);
        continue;
      }
      const base = implementation(each.base);
      const kill = killOf(base, seeded(base, each), [killer]);
      if (kill?.length !== trace.operations || kill.debug !== trace.debug) wrong.push(name);
    }
    expect(wrong).toEqual([]);
    expect(MATRIX.score).toEqual({
      mutants: MUTANTS.length - EQUIVALENT.size,
      equivalent: EQUIVALENT.size,
      traces: MUTANTS.length - EQUIVALENT.size,
      prove: MUTANTS.length - EQUIVALENT.size,
    });
  }, 900_000);

  it('kill a mutant in as few operations as it takes', () => {
    const base = implementation('direct');
    const wrong = mutant('direct/__pkvm_host_share_hyp/set host SHARED_OWNED: forgotten');
    expect(killOf(base, wrong, shortestFirst(traces))?.length).toBe(1);
    expect(killOf(base, base, traces.slice(0, 5))).toBeUndefined();
  });
});

describe('the kill matrix', () => {
  it('keeps to its schema', () => {
    const validate = new Ajv2020({ allowUnionTypes: true }).compile(killMatrixSchema);
    expect(validate(MATRIX), JSON.stringify(validate.errors)).toBe(true);
  });

  it('says nothing of other traces or other mutants', () => {
    const digest = new TraceSetDigest();
    expect(whyOther(MATRIX, digest)).toContain('other traces');
    const none = { ...MATRIX, traces: { count: 0, digest: digest.digest } };
    expect(whyOther(none, digest)).toBeUndefined();
    expect(whyOther({ ...none, catalogue: '0'.repeat(12) }, digest)).toContain('other mutants');
    const empty = { ...MATRIX.traces, count: 0, digest: '0'.repeat(12) };
    expect(whyOther({ ...MATRIX, traces: empty }, digest)).toContain('other traces');
  });

  it('names what survives', () => {
    const [first, ...rest] = MATRIX.mutants;
    const { trace: _trace, ...survivor } = first;
    const score = { ...MATRIX.score, traces: MATRIX.score.traces - 1 };
    expect(seededBugsOf({ ...MATRIX, score, mutants: [survivor, ...rest] })).toEqual({
      bugs: MATRIX.score.mutants,
      found: MATRIX.score.mutants - 1,
      equivalent: MATRIX.score.equivalent,
      proved: MATRIX.score.prove,
      survivors: [first.name],
    });
  });
});

describe('an equivalent mutant', () => {
  const end = '__pkvm_hyp_donate_host/unmap hyp: counted in an int';

  it.each([...EQUIVALENT])(
    '%s does as the original in everything that a world can do',
    (name, { reason, world }) => {
      const [base] = name.split('/');
      const { equivalent, transitions, states } = prove(implementation(base), mutant(name), world);
      expect(equivalent).toBe(true);
      expect(transitions).toBe(states * world.ops.length);
      expect(MATRIX.mutants.find((row) => row.name === name)?.equivalent).toEqual({
        reason,
        states,
        transitions,
      });
    },
    600_000,
  );

  it('is told from one that is not by the same world', () => {
    const world = EQUIVALENT.get(`legacy/${end}`)?.world;
    if (!world) throw new Error('no world');
    expect(prove(implementation('direct'), mutant(`direct/${end}`), world).equivalent).toBe(false);
  }, 600_000);
});

describe('the proof', () => {
  it('finds every mutant that is not equivalent, and none of the others', () => {
    const survivors = MATRIX.mutants.filter(({ prove }) => !prove).map(({ name }) => name);
    expect(survivors).toEqual([...EQUIVALENT.keys()]);
  });

  it('finds as many conditions as the matrix says', () => {
    const prover = new Prover();
    for (const found of MUTANTS.filter((_, i) => i % 16 === 0)) {
      const conditions = prover
        .prove([implementation(found.base), seeded(implementation(found.base), found)])
        .conditions.filter((condition) => condition.cases.some((one) => !one.argument));
      const row = MATRIX.mutants.find(({ name }) => name === found.name);
      expect(row?.prove?.conditions ?? 0, found.name).toBe(conditions.length);
    }
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
    const [dropped, same] = [
      'host_share_ffa/check host OWNED: dropped',
      'hyp_donate_host/unmap hyp: counted in an int',
    ].map((end) => MUTANTS.find(({ name }) => name === `legacy/__pkvm_${end}`));
    if (!dropped || !same) throw new Error('no such mutants');
    const evidence = { explores: false, fuzzRuns: 256, seed: 1 };
    const equivalent = { reason: 'it is', states: 1, transitions: 1 };
    const rows = [
      rowOf(new Prover(), dropped, implementation('legacy'), [], evidence),
      { mutant: same, equivalent, trace: undefined, prove: null, proveTime: 0, fuzz: null },
    ];
    expect(scoreOf(rows)).toEqual({ mutants: 1, equivalent: 1, traces: 0, prove: 1, fuzz: 1 });
  });

  it('is what is proved: a mutant that no trace kills gets one from its condition', () => {
    const found = MUTANTS.find(({ name }) => name.endsWith('share_ffa/check host OWNED: dropped'));
    if (!found) throw new Error('no such mutant');
    const evidence = { explores: false, fuzzRuns: 0, seed: 1 };
    const row = rowOf(new Prover(), found, implementation(found.base), [], evidence);
    // One with debug off and one with debug on.
    expect(row.prove?.conditions).toBe(2);
    expect(row.prove?.operations?.at(-1)).toMatch(/^__pkvm_host_share_ffa/);
  });
});
