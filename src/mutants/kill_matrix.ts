// SPDX-License-Identifier: GPL-2.0-only
/** The kill matrix as a document, and what it says of a run over the same traces. */

import type { SeededBugs } from '../result/index.js';
import { catalogueDigest, type TraceSetDigest } from './digests.js';
import { type Row, scoreOf } from './matrix.js';
import type { KillMatrix } from './types.generated.js';

export function killMatrixOf(rows: readonly Row[], traces: TraceSetDigest): KillMatrix {
  return {
    format: 'pkvm-kill-matrix/1',
    traces: { count: traces.count, digest: traces.digest },
    catalogue: catalogueDigest(),
    score: scoreOf(rows),
    mutants: rows.map(({ mutant, equivalent, trace, prove, explore, fuzz }) => ({
      name: mutant.name,
      ...(equivalent === undefined ? {} : { equivalent }),
      ...(trace === undefined
        ? {}
        : { trace: { name: trace.trace, debug: trace.debug, operations: trace.length } }),
      prove,
      ...(explore === undefined ? {} : { explore }),
      ...(fuzz === undefined ? {} : { fuzz }),
    })),
  };
}

/** Why a matrix says nothing of a run over some traces; undefined if it does. */
export function whyOther(matrix: KillMatrix, traces: TraceSetDigest): string | undefined {
  if (matrix.catalogue !== catalogueDigest()) return 'it is of other mutants';
  const { count, digest } = matrix.traces;
  const isSame = count === traces.count && digest === traces.digest;
  return isSame ? undefined : 'it is of other traces';
}

/** What reports state of a matrix. */
export function seededBugsOf({ score, mutants }: KillMatrix): SeededBugs {
  return {
    bugs: score.mutants,
    found: score.traces,
    equivalent: score.equivalent,
    ...(score.prove === undefined ? {} : { proved: score.prove }),
    survivors: mutants
      .filter(({ equivalent, trace }) => equivalent === undefined && trace === undefined)
      .map(({ name }) => name),
  };
}
