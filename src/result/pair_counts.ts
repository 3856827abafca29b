// SPDX-License-Identifier: GPL-2.0-only
/** What one pair of implementations came to, operation by operation. */

import type { CompareLevel } from '../compare/lockstep.js';
import type { OutcomeObserver } from '../compare/trace_result.js';
import { OP_NAMES } from '../hyp/op.js';
import type { Trace } from '../trace/index.js';
import { agreementOf, OUTCOME_CLASSES, outcomeClass, outcomeClassText } from './outcome_class.js';
import type { Agreed, Operation, Pair } from './types.generated.js';

export class PairCounts {
  replays = 0;
  diverged = 0;
  notCompared = 0;
  /** Operations that at least one side did not refuse with an error. */
  accepted = 0;
  /** What had to agree, where that is less than the run wants. */
  level: CompareLevel | undefined;
  private readonly reasons = new Map<string, number>();
  private readonly compared = new Float64Array(OP_NAMES.length);
  private readonly known = new Float64Array(OP_NAMES.length);
  private readonly fresh = new Float64Array(OP_NAMES.length);
  /** Outcomes both sides agreed on: operation x outcome class. */
  private readonly agreed = new Float64Array(OP_NAMES.length * OUTCOME_CLASSES);

  constructor(readonly names: readonly [string, string]) {}

  /** Counts the operations of a trace while it is replayed. */
  observer(trace: Trace): OutcomeObserver {
    const { compared, agreed } = this;
    const { ops } = trace;
    return (index, { firstOutcome, secondOutcome }) => {
      const { code } = ops[index];
      compared[code]++;
      if (firstOutcome >= 0 || secondOutcome >= 0) this.accepted++;
      if (firstOutcome === secondOutcome)
        agreed[code * OUTCOME_CLASSES + outcomeClass(firstOutcome)]++;
    };
  }

  addDivergence(op: string, isKnown: boolean): void {
    const code = OP_NAMES.findIndex((name) => name === op);
    (isKnown ? this.known : this.fresh)[code]++;
  }

  addReasons(reasons: ReadonlyMap<string, number> | undefined): void {
    for (const [reason, operations] of reasons ?? []) {
      this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + operations);
    }
  }

  /** What was counted so far, as the document has it. */
  section(): Pair {
    const [first, second] = this.names;
    return {
      first,
      second,
      replays: this.replays,
      diverged: this.diverged,
      compared: sum(this.compared),
      notCompared: this.notCompared,
      known: sum(this.known),
      new: sum(this.fresh),
      ...(this.level ? { level: this.level } : {}),
      ...(this.reasons.size > 0 ? { reasons: this.reasonList() } : {}),
      operations: OP_NAMES.map((_, code) => this.operation(code)).filter(
        ({ compared, known, new: fresh }) => compared + known + fresh > 0,
      ),
    };
  }

  /** The most frequent first. */
  private reasonList(): NonNullable<Pair['reasons']> {
    return [...this.reasons]
      .map(([reason, operations]) => ({ reason, operations }))
      .sort((a, b) => b.operations - a.operations || (a.reason < b.reason ? -1 : 1));
  }

  private operation(code: number): Operation {
    const agreed: Agreed = { success: 0, refused: 0, panicked: 0 };
    const outcomes: Operation['outcomes'] = [];
    for (let index = 0; index < OUTCOME_CLASSES; index++) {
      const count = this.agreed[code * OUTCOME_CLASSES + index];
      if (count === 0) continue;
      agreed[agreementOf(index)] += count;
      outcomes.push({ outcome: outcomeClassText(index), count });
    }
    return {
      op: OP_NAMES[code],
      compared: this.compared[code],
      known: this.known[code],
      new: this.fresh[code],
      agreed,
      outcomes,
    };
  }
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
