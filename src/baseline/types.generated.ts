// SPDX-License-Identifier: GPL-2.0-only
/** Generated from baseline.schema.json by scripts/generate-types.mjs: do not edit. */

/**
 * Differences somebody has looked at and accepts, format pkvm-baseline/1.
 */
export interface BaselineDocument {
  /**
   * Name and version of the format.
   */
  format: 'pkvm-baseline/1';
  /**
   * What these differences have in common.
   */
  description?: string;
  /**
   * Each known difference; the first entry that matches a divergence has it.
   */
  entries: Entry[];
}
export interface Entry {
  /**
   * Names the entry in reports; unique among the baselines of a run.
   */
  id: string;
  match: Match;
  /**
   * Why the difference is accepted. An entry without one fails.
   */
  reason: string;
  /**
   * Who answers for the entry. An entry without one fails.
   */
  owner: string;
  /**
   * Where it was discussed; may be empty.
   */
  link: string;
  /**
   * The last day (UTC) the entry holds, YYYY-MM-DD.
   */
  expires?: string;
  /**
   * The most divergences it may match in a run; any number if left out.
   */
  count?: number;
}
/**
 * What a divergence must be for the entry to have it: all that is named here.
 */
export interface Match {
  /**
   * Name of the operation.
   */
  op: string;
  /**
   * outcome: the two returned different things. state: same outcome, different state. state-at-panic: both panicked, in different states. expectation: a side did not do what the trace expects.
   */
  kind: 'outcome' | 'state' | 'state-at-panic' | 'expectation';
  /**
   * Outcome of the first and of the second implementation: 0, -EPERM, WARN, ...
   *
   * @minItems 2
   * @maxItems 2
   */
  outcomes: string[];
  /**
   * Of kind expectation: what was expected of each side, null where that side did it.
   *
   * @minItems 2
   * @maxItems 2
   */
  expected?: (string | null)[];
  /**
   * Exactly the columns that differ, in any order; after a panic without those that the allocator keeps.
   */
  columns?: (
    | 'host_state'
    | 'refcount'
    | 'order'
    | 'host_share_guest_count'
    | 'hyp_s1'
    | 'host_s2'
    | 'guest_s2'
    | 'free_list'
    | 'vm'
    | 'vcpu'
    | 'memcache'
    | 'contents'
    | 'locks'
  )[];
  /**
   * CONFIG_NVHE_EL2_DEBUG it is met with.
   */
  debug?: boolean;
  /**
   * Whether it is met in traces that poke.
   */
  constructed?: boolean;
  /**
   * Pairs of implementations it is met between, as in "legacy,direct".
   *
   * @minItems 1
   */
  pairs?: string[];
  /**
   * Names of traces it is met in; * stands for any text.
   *
   * @minItems 1
   */
  where?: string[];
}
