// SPDX-License-Identifier: GPL-2.0-only
/** Where the operations of a trace stand in its file: looked for only when somebody asks. */

import { locate, type Position } from '../input/locate.js';
import type { OpPlaces, Trace } from './trace.js';
import { traceToJson } from './write.js';

/** Operations of a document whose text starts at a line of a file, from 1. */
export class TextPlaces implements OpPlaces {
  private readonly found = new Map<number, Position>();

  constructor(
    private readonly text: () => string,
    private readonly line: number,
  ) {}

  /** Walks the text once for all that were not asked for before. */
  of(ops: readonly number[]): Position[] {
    const wanted = ops.filter((index) => !this.found.has(index));
    const positions =
      wanted.length === 0
        ? []
        : locate(
            this.text(),
            wanted.map((index) => `/ops/${index}`),
          );
    positions.forEach(({ line, column }, i) => {
      this.found.set(wanted[i], { line: this.line + line - 1, column });
    });
    return ops.map((index) => this.found.get(index) ?? { line: this.line, column: 1 });
  }

  at(pointer: string): Position {
    const [{ line, column }] = locate(this.text(), [pointer]);
    return { line: this.line + line - 1, column };
  }
}

/** Line and column of operations of a trace; as it would be written, if it was not read. */
export function opPositions(trace: Trace, ops: readonly number[]): Position[] {
  return placesOf(trace).of(ops);
}

/** Line and column of what a JSON pointer names, as `opPositions()`. */
export function pointerPosition(trace: Trace, pointer: string): Position {
  return placesOf(trace).at(pointer);
}

function placesOf(trace: Trace): OpPlaces {
  return trace.places ?? new TextPlaces(() => traceToJson(trace), trace.line);
}
