// SPDX-License-Identifier: GPL-2.0-only
/** Generated from kill_matrix.schema.json by scripts/generate-types.mjs: do not edit. */

export type Count = number;
export type Digest = string;

/**
 * Which seeded bugs a set of traces finds, format pkvm-kill-matrix/1: what `mutants` measures, and what `check` states of the same traces.
 */
export interface KillMatrix {
  /**
   * Name and version of the format.
   */
  format: 'pkvm-kill-matrix/1';
  /**
   * The traces: how many, and a digest of their names, machines and operations.
   */
  traces: {
    count: Count;
    digest: Digest;
  };
  /**
   * A digest of the names of all mutants and of the reasons of equivalent ones.
   */
  catalogue: string;
  score: Score;
  /**
   * Every mutant, in the order of the catalogue.
   */
  mutants: Mutant[];
}
/**
 * Mutants that are not equivalent, and how many of them each kind of evidence killed.
 */
export interface Score {
  mutants: Count;
  /**
   * Mutants besides these.
   */
  equivalent: number;
  traces: Count;
  explore?: Count;
  fuzz?: Count;
}
/**
 * A mutant and what killed it; no trace did where `trace` is missing.
 */
export interface Mutant {
  /**
   * Implementation, operation, step and kind of mutation.
   */
  name: string;
  /**
   * Why nothing can kill it, and the world in which everything was tried: its states and transitions.
   */
  equivalent?: {
    reason: string;
    states: Count;
    transitions: Count;
  };
  /**
   * The trace that kills it in the fewest operations.
   */
  trace?: {
    name: string;
    /**
     * CONFIG_NVHE_EL2_DEBUG.
     */
    debug: boolean;
    /**
     * Operations up to the divergence, that one included.
     */
    operations: number;
  };
  /**
   * Operations that exploring the default world needed; null if it did not kill.
   */
  explore?: number | null;
  /**
   * Operations of the shortest finding of fuzzing; null if there was none.
   */
  fuzz?: number | null;
}
