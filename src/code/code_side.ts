// SPDX-License-Identifier: GPL-2.0-only
/**
 * The C of a tree as a side of a comparison: where it keeps things as the models do, every word is
 * told, otherwise who owns which page. An operation that the tree does not have ends the run of a trace.
 */

import { Layout } from '../hyp/layout.js';
import { NotComparable } from '../hyp/not_comparable.js';
import type { MachineConfig, Op } from '../hyp/op.js';
import { isPanic } from '../hyp/outcome.js';
import { canonicalWord } from '../side/canonical_words.js';
import { OwnershipWatch } from '../side/ownership_watch.js';
import type { Side, SideFact, SideRun, SideStep, SideView } from '../side/side.js';
import type { CodeImplementation } from './code_implementation.js';
import type { CodeMachine } from './code_machine.js';

export class CodeSide implements Side {
  readonly name: string;
  readonly description: string;
  readonly view: SideView;
  readonly facts: readonly SideFact[];
  private spare: CodeMachine | undefined;

  /** `view`: what is told of the state; the implementation must be compiled. */
  constructor(
    private readonly code: CodeImplementation,
    view: SideView = code.keepsAsModel ? 'exact' : 'ownership',
  ) {
    this.name = code.name;
    this.description = code.description;
    this.facts = code.facts;
    this.view = view;
  }

  /** @throws BootError when the machine is too small */
  async run(config: MachineConfig, ops: readonly Op[]): Promise<SideRun> {
    const machine = this.code.machine(new Layout(config), this.spare?.state);
    this.spare = machine;
    const watch = new OwnershipWatch(machine);
    const steps: SideStep[] = [];
    for (const op of ops) {
      let outcome: number;
      try {
        outcome = machine.run(op);
      } catch (error) {
        if (!(error instanceof NotComparable)) throw error;
        return { steps, stopped: error.message };
      }
      const words = this.view === 'exact' ? changedWords(machine) : undefined;
      steps.push({ outcome, pages: watch.changes(), ...(words ? { words } : {}) });
      machine.state.commit();
      if (isPanic(outcome)) break;
    }
    return { steps };
  }

  async close(): Promise<void> {
    this.spare = undefined;
    await this.code.close();
  }
}

/** The words that the operation in the journal left with another value, by canonical number. */
function changedWords({ layout, state }: CodeMachine): Map<number, number> {
  const before = new Map<number, number>();
  for (let i = 0; i < state.journalLength; i++) {
    const word = state.journalIndex[i];
    if (!before.has(word)) before.set(word, state.journalOld[i]);
  }
  const changed = new Map<number, number>();
  for (const [word, old] of before) {
    if (state.words[word] !== old) changed.set(canonicalWord(layout, word), state.words[word]);
  }
  return changed;
}
