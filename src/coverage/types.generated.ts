// SPDX-License-Identifier: GPL-2.0-only
/** Generated from requirement.schema.json by scripts/generate-types.mjs: do not edit. */

/**
 * State of the operation's first page; none where there is no such page.
 */
export type State = 'OWNED' | 'SHARED_OWNED' | 'SHARED_BORROWED' | 'NOPAGE' | 'none';

/**
 * What a run must have met, format pkvm-coverage/1.
 */
export interface RequirementDocument {
  /**
   * Name and version of the format.
   */
  format: 'pkvm-coverage/1';
  /**
   * Why these.
   */
  description?: string;
  /**
   * Implementations that must have met it; every one compared if left out.
   *
   * @minItems 1
   */
  implementations?: string[];
  /**
   * Operations in states with outcomes; what is left out may be anything.
   */
  cells?: RequiredCell[];
  /**
   * Branches by name; * stands for any text.
   */
  branches?: string[];
}
export interface RequiredCell {
  /**
   * Name of the operation.
   */
  op: string;
  host?: State;
  hyp?: State;
  guest?: State;
  /**
   * 0, 1, handle, an error by name, WARN, BUG or FAULT.
   */
  outcome?: string;
  /**
   * CONFIG_NVHE_EL2_DEBUG.
   */
  debug?: boolean;
  /**
   * How often at least; once if left out.
   */
  count?: number;
}
