// SPDX-License-Identifier: GPL-2.0-only
/** A trace that expects UNDEFINED, on a side that is code: it goes on with whatever the bytes are. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { replayTrace } from '../../src/compare/replay.js';
import { direct } from '../../src/direct/index.js';
import { Machine } from '../../src/hyp/machine.js';
import type { Op } from '../../src/hyp/op.js';
import { PANIC_WARN, UNDEFINED } from '../../src/hyp/outcome.js';
import type { Implementation } from '../../src/hyp/transitions.js';
import { parsed } from '../trace/helpers.js';

/** Ends in a WARN where the model is undefined, as the compiled C does in this trace. */
class LikeCode extends Machine {
  override get tellsUndefined(): boolean {
    return false;
  }

  override run(op: Op): number {
    const outcome = super.run(op);
    if (outcome !== UNDEFINED) return outcome;
    this.undefinedUse = undefined;
    this.panic = PANIC_WARN;
    return PANIC_WARN;
  }
}

const CODE: Implementation = {
  ...direct,
  name: 'code',
  machine: (layout, spare) => new LikeCode(layout, direct, spare),
};
const OTHER: Implementation = { ...CODE, name: 'other' };

const trace = parsed(JSON.parse(readFileSync('traces/undefined/reuse-host-only.json', 'utf8')));

it('is not held to it beside a model, which tells', () => {
  const result = replayTrace(trace, direct, CODE, { level: 'exact' });
  expect(result.undefined).toMatchObject({ opIndex: 13, expected: true, misuse: false });
  expect(result.divergences).toEqual([]);
});

it('is not compared from there on with other code: nobody tells', () => {
  const result = replayTrace(trace, CODE, OTHER, { level: 'exact' });
  expect([result.compared, result.notCompared]).toEqual([13, 1]);
  expect([...(result.reasons ?? [])]).toEqual([
    ['undefined, as the trace says: what the code does there hangs on addresses', 1],
  ]);
  expect(result.divergences).toEqual([]);
});
