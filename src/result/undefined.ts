// SPDX-License-Identifier: GPL-2.0-only
/** Replays of which the model could not tell the end: what nobody compared, and why. */

import type { TraceResult } from '../compare/trace_result.js';
import { opPositions } from '../trace/op_places.js';
import type { ResultDocument, UndefinedEnd } from './types.generated.js';
import { usesText } from './uses_text.js';

export type UndefinedSection = NonNullable<ResultDocument['undefined']>;
type Example = UndefinedSection['examples'][number];

/** Most examples kept; all are counted. */
const EXAMPLES_KEPT = 20;

export class UndefinedReplays {
  private replays = 0;
  private expected = 0;
  private readonly examples: Example[] = [];

  add({ trace, debug, implementations, undefined: at }: TraceResult): void {
    if (!at) return;
    this.replays++;
    if (at.expected) this.expected++;
    if (this.examples.length === EXAMPLES_KEPT) return;
    const [first, second] = at.sides;
    const [{ line, column }] = opPositions(trace, [at.opIndex]);
    this.examples.push({
      trace: trace.name,
      file: trace.file,
      line,
      column,
      debug,
      pair: { first: implementations[0], second: implementations[1] },
      opIndex: at.opIndex,
      opText: at.opText,
      ...(first === undefined ? {} : { first }),
      ...(second === undefined ? {} : { second }),
      expected: at.expected,
    });
  }

  /** The section of the document; nothing if every replay was compared to its end. */
  section(): { undefined?: UndefinedSection } {
    const { replays, expected, examples } = this;
    return replays === 0 ? {} : { undefined: { replays, expected, examples } };
  }
}

/** Where a replay became undefined; nothing if it did not. */
export function undefinedEnd({ implementations, undefined: at }: TraceResult): {
  undefined?: UndefinedEnd;
} {
  if (!at) return {};
  const { opIndex, sides, expected } = at;
  return { undefined: { opIndex, what: usesText(implementations, sides), expected } };
}

/** The sections of several documents as one. */
export function mergeUndefined(documents: readonly ResultDocument[]): {
  undefined?: UndefinedSection;
} {
  const sections = documents.flatMap(({ undefined: section }) => section ?? []);
  if (sections.length === 0) return {};
  return {
    undefined: {
      replays: sections.reduce((sum, { replays }) => sum + replays, 0),
      expected: sections.reduce((sum, { expected }) => sum + expected, 0),
      examples: sections.flatMap(({ examples }) => examples).slice(0, EXAMPLES_KEPT),
    },
  };
}
