// SPDX-License-Identifier: GPL-2.0-only
/** A theorem, settled and held against baselines, as a section of the result document. */

import type { Divergence } from '../compare/divergence.js';
import type { ConditionCase, KnownDifferences, Theorem as Section } from '../result/index.js';
import { ASSUMPTIONS } from './assumptions.js';
import { classesText } from './class_text.js';
import type { Case, Condition } from './conditions.js';
import { classOf } from './parameters.js';
import type { Settled, Settlement, Witness } from './settle.js';
import type { WatchedCounts } from './settled.js';

/** What is nearest to a machine after boot first. */
const NEAREST = ['reachable', 'constructed', 'by misuse', 'open', 'cannot happen'] as const;

/** @param contradictions what was found elsewhere and satisfies no condition */
export function theoremSection(
  settled: Settled,
  watched: WatchedCounts,
  known: KnownDifferences,
  contradictions: readonly string[] = [],
): Section {
  const { theorem } = settled;
  const [first, second] = theorem.pair;
  const conditions = theorem.conditions.map((one) => conditionSection(one, settled, known));
  const notProved = theorem.unknown.map(({ operation, debug, parameters }) => {
    const { name } = classOf(parameters);
    return (
      `${operation}, debug ${debug ? 'on' : 'off'}: not every range is treated alike where ` +
      `${classesText(new Set([name]))}`
    );
  });
  const assumptions = assumptionsSection(watched);
  const isBroken =
    notProved.length > 0 ||
    contradictions.length > 0 ||
    assumptions.some(({ violations }) => violations.length > 0);
  return {
    pair: { first, second },
    debug: [...theorem.debugs],
    verdict: isBroken ? 'not proved' : verdictOf(conditions),
    combinations: theorem.combinations,
    assumptions,
    conditions,
    notProved,
    ...(contradictions.length > 0 ? { contradictions: [...contradictions] } : {}),
  };
}

function verdictOf(conditions: Section['conditions']): Section['verdict'] {
  if (conditions.some(({ status }) => status === 'new')) return 'new';
  return conditions.some(({ status }) => status === 'known') ? 'known' : 'equal';
}

function conditionSection(
  condition: Condition,
  settled: Settled,
  known: KnownDifferences,
): Section['conditions'][number] {
  const { operation, debug, given, when } = condition;
  const settlements = condition.cases.map((one) => settled.of(condition, one));
  const cases = condition.cases.map((one, i) => caseSection(one, settlements[i]));
  const nearest = NEAREST.find((kind) => cases.some((one) => one.settled === kind));
  const entry = settlements
    .map((one) =>
      'witness' in one ? entryOf(one.witness, settled.theorem.pair, known) : undefined,
    )
    .find((id) => id !== undefined);
  const isKnown = entry === undefined ? 'new' : 'known';
  return {
    op: operation,
    debug,
    given: [...given],
    when: [...when],
    settled: nearest ?? 'open',
    status: nearest === 'cannot happen' ? 'cannot happen' : isKnown,
    ...(entry === undefined ? {} : { entry }),
    cases,
  };
}

function caseSection(one: Case, settlement: Settlement): ConditionCase {
  const [first, second] = one.outcomes;
  return {
    kind: one.difference,
    outcomes: { first, second },
    settled: settlement.verdict,
    ...detailsOf(settlement),
  };
}

function detailsOf(settlement: Settlement): Partial<ConditionCase> {
  if ('witness' in settlement) {
    const misuse = 'misuse' in settlement ? settlement.misuse : undefined;
    const searched = 'searched' in settlement ? settlement.searched : undefined;
    return {
      trace: witnessSection(settlement.witness),
      ...(misuse ? { misuse: witnessSection(misuse) } : {}),
      ...(searched === undefined ? {} : { searched }),
    };
  }
  if ('argument' in settlement) {
    return { argument: settlement.argument, looked: { ...settlement.looked } };
  }
  return { why: settlement.why };
}

function witnessSection({
  name,
  file,
  opIndex,
  op,
  columns,
  constructed,
  misuse,
  replayed,
}: Witness): NonNullable<ConditionCase['trace']> {
  return { name, file, opIndex, op, columns: [...columns], constructed, misuse, replayed };
}

/** The baseline entry that has what a witness shows. */
function entryOf(
  { op, kind, outcomes, columns, opIndex, debug, constructed, misuse, name }: Witness,
  pair: readonly [string, string],
  known: KnownDifferences,
): string | undefined {
  const divergence: Divergence = {
    kind,
    op,
    opIndex,
    opText: op,
    outcomes,
    columns,
    differences: [],
    words: 0,
    resynced: false,
    ...(misuse ? { misuse } : {}),
  };
  return known.find(divergence, { pair, debug, constructed, trace: name });
}

function assumptionsSection(watched: WatchedCounts): Section['assumptions'] {
  return ASSUMPTIONS.map(({ number, text, checkedBy }) => ({
    number,
    text,
    checkedBy: checkedBy(watched),
    violations: watched.violations
      .filter(({ assumption }) => assumption === number)
      .map(({ helper, what }) => `${helper}() ${what}`),
  }));
}
