// SPDX-License-Identifier: GPL-2.0-only
/** A machine of this process as a side, to be compared with one that is not. */

import { Layout } from '../hyp/layout.js';
import { Machine } from '../hyp/machine.js';
import type { MachineConfig, Op } from '../hyp/op.js';
import { isPanic } from '../hyp/outcome.js';
import type { Implementation } from '../hyp/transitions.js';
import { canonicalWord } from './canonical_words.js';
import { OwnershipWatch } from './ownership_watch.js';
import type { Side, SideFact, SideRun, SideStep, SideView } from './side.js';

export class MachineSide implements Side {
  readonly name: string;
  readonly description: string;
  readonly view: SideView = 'exact';
  readonly facts: readonly SideFact[] = [];
  private spare: Machine | undefined;

  constructor(private readonly implementation: Implementation) {
    this.name = implementation.name;
    this.description = implementation.description;
  }

  /** @throws BootError when the machine is too small */
  async run(config: MachineConfig, ops: readonly Op[]): Promise<SideRun> {
    const machine = Machine.of(new Layout(config), this.implementation, this.spare?.state);
    this.spare = machine;
    const watch = new OwnershipWatch(machine);
    const steps: SideStep[] = [];
    for (const op of ops) {
      const outcome = machine.run(op);
      steps.push({ outcome, pages: watch.changes(), words: changedWords(machine) });
      machine.state.commit();
      if (isPanic(outcome)) break;
    }
    return { steps };
  }

  async close(): Promise<void> {
    this.spare = undefined;
  }
}

/** The words that the operation in the journal left with another value, by canonical number. */
function changedWords({ layout, state }: Machine): Map<number, number> {
  const changed = new Map<number, number>();
  const first = new Set<number>();
  for (let i = 0; i < state.journalLength; i++) {
    const word = state.journalIndex[i];
    if (first.has(word)) continue;
    first.add(word);
    if (state.words[word] !== state.journalOld[i]) {
      changed.set(canonicalWord(layout, word), state.words[word]);
    }
  }
  return changed;
}
