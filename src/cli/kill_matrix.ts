// SPDX-License-Identifier: GPL-2.0-only
/** The score of the traces of a run: read from the kill matrix that was measured on the same traces. */

import { fileURLToPath } from 'node:url';
import { readDocument } from '../input/read_document.js';
import { TraceSetDigest } from '../mutants/digests.js';
import { seededBugsOf, whyOther } from '../mutants/kill_matrix.js';
import type { KillMatrix } from '../mutants/types.generated.js';
import { killMatrixValidators } from '../mutants/validators.js';
import type { SeededBugs } from '../result/index.js';
import type { Trace } from '../trace/index.js';
import type { Context } from './context.js';
import { PACKAGE_ROOT } from '../package/root.js';

/** That of the bundled traces. */
const BUNDLED = fileURLToPath(new URL('mutants/kill-matrix.json', PACKAGE_ROOT));

export class TraceScore {
  private readonly traces = new TraceSetDigest();

  private constructor(
    private readonly matrix: KillMatrix,
    /** The file that was asked for; undefined for the bundled one. */
    private readonly file: string | undefined,
  ) {}

  /** Reads a matrix; undefined, with the problems told, if it cannot be. */
  static async load(file: string | undefined, context: Context): Promise<TraceScore | undefined> {
    const read = await readDocument<KillMatrix>(file ?? BUNDLED, killMatrixValidators);
    if (read.ok) return new TraceScore(read.document, file);
    for (const problem of read.problems) context.problem(problem);
    return undefined;
  }

  /** To be told of every trace; more than the matrix has need no look. */
  add(trace: Trace): void {
    if (this.traces.count <= this.matrix.traces.count) this.traces.add(trace);
  }

  /** The score, if the matrix is of these traces. That it is not is said of one asked for. */
  section(context: Context): SeededBugs | undefined {
    const why = whyOther(this.matrix, this.traces);
    if (why === undefined) return seededBugsOf(this.matrix);
    if (this.file !== undefined) {
      context.complain(`${this.file}: says nothing of this run: ${why}; mutants --save measures`);
    }
    return undefined;
  }
}
