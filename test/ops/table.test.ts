// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { OP_NAMES, OpCode } from '../../src/hyp/op.js';
import { outcomeFromJson } from '../../src/hyp/outcome.js';
import { OPERATIONS } from '../../src/ops/index.js';
import { bootMachine, op } from '../support/machines.js';

/** Outcomes as a set; a handle and the -6 of an FF-A call have no name. */
const setOf = (outcomes: string) => new Set(outcomes === '' ? [] : outcomes.split(' '));

describe('the table of operations', () => {
  it('has each operation once, by its code', () => {
    expect(OPERATIONS.map(({ name }) => name)).toEqual(OP_NAMES);
    expect(OPERATIONS.map(({ code }) => code)).toEqual(OP_NAMES.map((name) => OpCode[name]));
    expect(new Set(OP_NAMES).size).toBe(OP_NAMES.length);
  });

  it.each(OPERATIONS)('knows outcomes of $name by their names, each once', ({ outcomes }) => {
    const names = outcomes.split(' ');
    expect(new Set(names).size).toBe(names.length);
    const isKnown = (name: string) =>
      name === 'handle' || outcomeFromJson(name) !== undefined || Number.isInteger(Number(name));
    expect(names.filter((name) => !isKnown(name))).toEqual([]);
  });

  it.each(OPERATIONS)(
    'knows every outcome of $name that was recorded, or that a world must meet',
    ({ outcomes, recorded, explored = '' }) => {
      const all = setOf(outcomes);
      expect([...setOf(recorded)].filter((name) => !all.has(name))).toEqual([]);
      expect([...setOf(explored)].filter((name) => !all.has(name))).toEqual([]);
    },
  );

  it.each(OPERATIONS)(
    'gives the parameters of $name places of their own',
    ({ parameters, unaligned }) => {
      const slots = parameters.flatMap(({ slot, end }) => (end < 0 ? [slot] : [slot, end]));
      if (unaligned >= 0) slots.push(unaligned);
      expect(new Set(slots).size).toBe(slots.length);
      expect(Math.max(-1, ...slots)).toBeLessThanOrEqual(6);
    },
  );
});

describe('the dispatch', () => {
  it('refuses a code that is no operation', () => {
    expect(() => bootMachine().run({ ...op('__pkvm_vcpu_put'), code: OP_NAMES.length })).toThrow(
      String(OP_NAMES.length),
    );
  });

  it.each(OPERATIONS.filter(({ part }) => part !== ''))(
    'calls $name of $part, once, with as many arguments as it takes',
    ({ name, part, code }) => {
      const machine = bootMachine();
      const calls: unknown[][] = [];
      const component = machine[part as 'pkvm'] as unknown as Record<string, unknown>;
      const { length } = component[name] as (...args: unknown[]) => unknown;
      component[name] = (...args: unknown[]) => {
        calls.push(args);
        return 0;
      };
      expect(machine.run({ ...op('__pkvm_vcpu_put'), code })).toBe(0);
      expect(calls.map((args) => args.length)).toEqual([length]);
    },
  );
});
