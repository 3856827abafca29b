// SPDX-License-Identifier: GPL-2.0-only
/** Theorems in words, for reports of any form: the conditions, what settles them, what they stand on. */

import type { Condition, ConditionCase, ResultDocument, Theorem } from '../result/index.js';
import { count, number } from './number_words.js';

/** A condition with either setting of debug. */
export interface ConditionWords {
  /** `__pkvm_host_share_hyp: map hyp SHARED_BORROWED fails` */
  readonly title: string;
  /** What leads there; empty if nothing has to. */
  readonly after: string;
  readonly canHappen: boolean;
  readonly isNew: boolean;
  /** `debug off: WARN | 0: reachable, hyp-donate-host-2gib op 1`, and what a baseline says of it. */
  readonly lines: readonly string[];
}

export interface TheoremWords {
  /** `legacy and direct, NVHE_EL2_DEBUG off and on` */
  readonly title: string;
  readonly verdict: string;
  readonly standing: Theorem['verdict'];
  /** Those that can happen first. */
  readonly conditions: readonly ConditionWords[];
  /** Why nothing is proved of something, and what contradicts the theorem. */
  readonly remarks: readonly string[];
}

export interface AllTheorems {
  readonly theorems: readonly TheoremWords[];
  /** The functions in C that the steps of the conditions stand for. */
  readonly steps: string;
  /** How what cannot happen was looked for; empty if there is none. */
  readonly looked: string;
  /** Letter and text of each argument, and how many executions looked for what it excludes. */
  readonly arguments: readonly (readonly [string, string, string])[];
  /** Number, text, and what it was held to. */
  readonly assumptions: readonly (readonly [number, string, string])[];
}

const OTHER_MODEL =
  'what takes seconds was settled with another version of the model: `prove` settles it with this one';

/** What a step is called, and its function in mem_protect.c, mm.c, pgtable.c or memory.h. */
export const STEP_FUNCTIONS: readonly (readonly [step: string, helper: string])[] = [
  ['check host', '__host_check_page_state_range'],
  ['set host', '__host_set_page_state_range'],
  ['set owner', 'host_stage2_set_owner_locked'],
  ['check hyp', '__hyp_check_page_state_range'],
  ['map hyp', 'pkvm_create_mappings_locked'],
  ['unmap hyp', 'kvm_pgtable_hyp_unmap'],
  ['the reference count', 'hyp_page_count'],
];

function stepsText(theorems: readonly Theorem[]): string {
  const texts = theorems.flatMap(({ conditions }) =>
    conditions.flatMap(({ given, when }) => [...given, ...when]),
  );
  const used = STEP_FUNCTIONS.filter(([step]) => texts.some((text) => text.startsWith(step)));
  if (used.length === 0) return '';
  const list = used.map(([step, helper]) => `${step}: ${helper}()`).join('; ');
  return `The steps above, each on the range of the operation: ${list}.`;
}

/** Theorems, with the arguments and assumptions that they share. */
export function theoremWords({ theorems = [] }: Pick<ResultDocument, 'theorems'>): AllTheorems {
  const letters = new Map<string, string>();
  const words = theorems.map((theorem) => ({
    title: theoremTitle(theorem),
    verdict: theoremVerdict(theorem),
    standing: theorem.verdict,
    conditions: groupsOf(theorem).map((group) => conditionWords(group, letters)),
    remarks: [
      ...(theorem.otherModel ? [OTHER_MODEL] : []),
      ...theorem.notProved.map((text) => `not proved: ${text}`),
      ...(theorem.contradictions ?? []).map((text) => `contradiction: ${text}`),
    ],
  }));
  const assumptions = theorems[0]?.assumptions ?? [];
  return {
    theorems: words,
    steps: stepsText(theorems),
    looked: lookedText(theorems),
    arguments: [...letters].map(
      ([text, letter]) => [letter, text, number(executionsOf(theorems, text))] as const,
    ),
    assumptions: assumptions.map(({ number: n, text, checkedBy, violations }) => [
      n,
      text,
      violations.length > 0 ? `VIOLATED: ${violations.join('; ')}` : checkedBy,
    ]),
  };
}

export function theoremTitle({ pair, debug }: Theorem): string {
  const setting = debug.length === 2 ? 'off and on' : debug[0] ? 'on' : 'off';
  return `${pair.first} and ${pair.second}, NVHE_EL2_DEBUG ${setting}`;
}

/** What a theorem says, in a sentence. */
export function theoremVerdict(theorem: Theorem): string {
  const { verdict, combinations } = theorem;
  const tried = `tried on all ${number(combinations)} combinations of what their helpers can answer`;
  if (verdict === 'not proved') return `nothing is proved; ${tried}`;
  const everywhere = 'whatever the memory, the range and the history';
  const groups = groupsOf(theorem);
  const possible = groups.filter((group) => !isImpossible(group)).length;
  if (groups.length === 0) return `equal, ${everywhere}; ${tried}`;
  if (possible === 0) return `equal, ${everywhere}: what could part them cannot happen; ${tried}`;
  const standing = verdict === 'new' ? ', not all of them in a baseline' : '';
  return `equal, ${everywhere}, but under ${count(possible, 'condition')}${standing}; ${tried}`;
}

/** Conditions that no baseline has. */
export function newConditions({ theorems = [] }: Pick<ResultDocument, 'theorems'>): number {
  return theorems.flatMap(groupsOf).filter((group) => group.some(({ status }) => status === 'new'))
    .length;
}

/** Conditions that can happen. */
export function possibleConditions({ theorems = [] }: Pick<ResultDocument, 'theorems'>): number {
  return theorems.flatMap(groupsOf).filter((group) => !isImpossible(group)).length;
}

type Group = readonly Condition[];

function groupsOf({ conditions }: Theorem): Group[] {
  const groups = new Map<string, Condition[]>();
  for (const condition of conditions) {
    const key = JSON.stringify([condition.op, condition.when]);
    groups.set(key, [...(groups.get(key) ?? []), condition]);
  }
  return [...groups.values()].sort((a, b) => Number(isImpossible(a)) - Number(isImpossible(b)));
}

function isImpossible(group: Group): boolean {
  return group.every(({ status }) => status === 'cannot happen');
}

function conditionWords(group: Group, letters: Map<string, string>): ConditionWords {
  const [{ op, when }] = group;
  return {
    title: `${op}: ${when.join(', and ')}`,
    after: afterText(group),
    canHappen: !isImpossible(group),
    isNew: group.some(({ status }) => status === 'new'),
    lines: settingLines(group, letters),
  };
}

/** What leads there; what only one setting of debug asks for is marked. */
function afterText(group: Group): string {
  const all = [...new Set(group.flatMap(({ given }) => given))];
  return all
    .map((text) => {
      const own = group.filter(({ given }) => given.includes(text));
      if (own.length === group.length) return text;
      return `${text} (debug ${own[0].debug ? 'on' : 'off'})`;
    })
    .join(', ');
}

/** What each setting of debug comes to, or both where it is the same. */
function settingLines(group: Group, letters: Map<string, string>): string[] {
  const texts = group.map((condition) => conditionTexts(condition, letters));
  const isSame = texts.length === 2 && texts[0].join() === texts[1].join();
  return (isSame ? [group[0]] : group).flatMap((condition, i) => {
    const setting = isSame ? 'debug off and on' : `debug ${condition.debug ? 'on' : 'off'}`;
    return texts[i].map((text) => `${setting}: ${text}`);
  });
}

function conditionTexts(
  { status, entry, cases }: Condition,
  letters: Map<string, string>,
): string[] {
  const excluded = cases.filter(({ settled }) => settled === 'cannot happen');
  const marks = excluded.map(({ argument = '' }) => {
    const letter = letters.get(argument) ?? String.fromCharCode(97 + letters.size);
    letters.set(argument, letter);
    return `(${letter})`;
  });
  const others = `by ${[...new Set(marks)].sort().join(' ')}`;
  if (status === 'cannot happen') return [`cannot happen, ${others}`];
  const standing = status === 'known' ? `known: ${entry}` : 'new: in no baseline';
  return [
    ...cases.filter(({ settled }) => settled !== 'cannot happen').map(caseText),
    `${standing}${marks.length === 0 ? '' : `; no other outcome, ${others}`}`,
  ];
}

function caseText(one: ConditionCase): string {
  const { kind, outcomes, settled, trace, why = '' } = one;
  const what = `${outcomes.first} | ${outcomes.second}`;
  const where = kind === 'outcome' ? what : `${what} in another ${KINDS[kind]}`;
  return `${where}: ${trace ? settledText(one, trace) : `${settled}: ${why}`}`;
}

type Witness = NonNullable<ConditionCase['trace']>;

/** The trace that settles it; of one that is not from boot, what is known from there. */
function settledText({ settled, misuse, searched }: ConditionCase, trace: Witness): string {
  const byMisuse = (witness: Witness) => `by misuse only, ${witnessText(witness)}`;
  return [
    settled === 'by misuse' ? byMisuse(trace) : `${settled}, ${witnessText(trace)}`,
    ...(misuse ? [`from boot ${byMisuse(misuse)}`] : []),
    ...(searched === undefined ? [] : [`not met in ${number(searched)} states searched from boot`]),
  ].join('; ');
}

function witnessText({ name, opIndex }: Witness): string {
  return `${name} op ${opIndex}`;
}

const KINDS: Readonly<Record<ConditionCase['kind'], string>> = {
  outcome: 'outcome',
  state: 'state',
  'state-at-panic': 'state',
  expectation: 'way than expected',
};

function lookedText(theorems: readonly Theorem[]): string {
  const isLooked = theorems.some(({ conditions }) =>
    conditions.some(({ cases }) => cases.some(({ looked }) => looked !== undefined)),
  );
  if (!isLooked) return '';
  return (
    'Cannot happen, by these arguments about the code. [n] is in how many executions from ' +
    'constructed states, of all pairs and settings concerned, it was looked for and not seen:'
  );
}

/** Executions that looked for what an argument excludes; those of a pair and setting count once. */
function executionsOf(theorems: readonly Theorem[], argument: string): number {
  let sum = 0;
  for (const { debug, conditions } of theorems) {
    for (const setting of debug) {
      const looked = conditions
        .filter((condition) => condition.debug === setting)
        .flatMap(({ cases }) => cases.filter((one) => one.argument === argument))
        .map((one) => one.looked?.executions ?? 0);
      sum += Math.max(0, ...looked);
    }
  }
  return sum;
}
