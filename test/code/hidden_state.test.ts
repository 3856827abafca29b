// SPDX-License-Identifier: GPL-2.0-only
/** A tree that keeps something in memory that no word of the model stands for. */
import { describe, expect, it } from 'vitest';
import { CodeMachine } from '../../src/code/code_machine.js';
import { BOOT, GLOBAL, RAW, RETURNED } from '../../src/code/protocol.js';
import { variableAt } from '../../src/code/symbols.js';
import { Layout } from '../../src/hyp/layout.js';
import { Op, OpCode } from '../../src/hyp/op.js';
import type { Implementation } from '../../src/hyp/transitions.js';
import { findImplementation } from '../../src/implementations.js';
import { DEFAULT_MACHINE } from '../../src/trace/index.js';

const LAYOUT = new Layout(DEFAULT_MACHINE);
const OP = new Op(OpCode.__pkvm_host_share_hyp, 0x40100);
/** Any word that is in each machine. */
const WORD = 1;

type Change = readonly [tag: number, where: number, value: number];
const HIDDEN: Change = [RAW << 16, 24, 1];
const TOLD: Change = [(GLOBAL << 16) | WORD, 0, 7];

/** A machine whose process answers with these changes, operation by operation; and its boots. */
function machineOf(changes: readonly (readonly Change[])[], isSearched = false) {
  const boots: number[] = [];
  let next = 0;
  const child = {
    limits: { time: 1000, memory: 64 },
    capacity: 0,
    send: () => undefined,
    receive: () => new Int32Array(0),
    ask(bytes: Uint8Array): Int32Array {
      const request = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
      if (request[1] === BOOT) {
        boots.push(next);
        return Int32Array.of(RETURNED, 0, 0);
      }
      const changed = changes[next++];
      return Int32Array.of(1, 1, RETURNED, 0, changed.length, ...changed.flat());
    },
  };
  const children = {
    isSearched,
    nameOf: (offset: number) => `data+${offset}`,
    start: () => child,
    inherit: () => undefined,
    release: () => undefined,
    forget: () => undefined,
  };
  const legacy = findImplementation('legacy') as Implementation;
  return { machine: new CodeMachine(LAYOUT, legacy, children), boots };
}

function undo({ machine }: ReturnType<typeof machineOf>): void {
  machine.state.undoTo(0);
  machine.revive();
}

const REFUSAL = /legacy: an operation changed memory that no word .* \(data\+24\)/;

describe('memory that no word stands for', () => {
  it('is of no matter while the process goes on from where it is', () => {
    const { machine, boots } = machineOf([[HIDDEN, TOLD], [HIDDEN], [TOLD]]);
    for (let i = 0; i < 3; i++) {
      expect(machine.run(OP)).toBe(0);
      machine.state.commit();
    }
    expect(machine.state.words[WORD]).toBe(7);
    expect(boots).toEqual([0]);
  });

  it('cannot be gone back in: from another state than that after boot, nothing is run', () => {
    const made = machineOf([[TOLD], [HIDDEN], []]);
    made.machine.run(OP);
    made.machine.state.commit();
    made.machine.run(OP);
    undo(made);
    expect(() => made.machine.run(OP)).toThrow(REFUSAL);
  });

  it('is as after boot in the state after boot, for the process boots again', () => {
    const made = machineOf([[HIDDEN], []]);
    made.machine.run(OP);
    undo(made);
    expect(made.machine.run(OP)).toBe(0);
    expect(made.boots).toEqual([0, 1]);
  });

  it('ends a search at once, also where no word changed', () => {
    const { machine } = machineOf([[HIDDEN]], true);
    expect(() => machine.run(OP)).toThrow(REFUSAL);
  });
});

it('is told by the name of the variable it lies in', () => {
  const list = [
    '0000000000004000 D __data_start',
    '0000000000004010 d counter',
    '0000000000004020 b table',
    '0000000000004018 T not_data',
  ].join('\n');
  expect(variableAt(list, 0x1c)).toBe('counter');
  expect(variableAt(list, 0x20)).toBe('table');
  expect(variableAt('', 0)).toBeUndefined();
});
