// SPDX-License-Identifier: GPL-2.0-only
/** A theorem as lines of plain text: what is proved, the conditions, the arguments, the assumptions. */

import type { Condition, ConditionCase, Theorem } from '../result/index.js';
import { count, number } from './words.js';
import { wrapHard } from './wrap.js';

const INDENT = '     ';

export function theoremTitle({ pair, debug }: Theorem): string {
  const setting = debug.length === 2 ? 'off and on' : debug[0] ? 'on' : 'off';
  return `${pair.first} and ${pair.second}, NVHE_EL2_DEBUG ${setting}`;
}

/** What it says, in a sentence. */
export function theoremVerdict(theorem: Theorem): string {
  const { verdict, combinations, conditions } = theorem;
  const tried = `tried on all ${number(combinations)} combinations of what their helpers can answer`;
  if (verdict === 'not proved') return `nothing is proved; ${tried}`;
  const everywhere = 'whatever the memory, the range and the history';
  const possible = groupsOf(theorem).filter((group) => !isImpossible(group)).length;
  if (conditions.length === 0) return `equal, ${everywhere}; ${tried}`;
  if (possible === 0) return `equal, ${everywhere}: what could part them cannot happen; ${tried}`;
  const unknown = verdict === 'new' ? ', not all of them in a baseline' : '';
  return (
    `equal but under ${count(possible, 'condition')}${unknown}, and under no others, ` +
    `${everywhere}; ${tried}`
  );
}

/** All of it. */
export function theoremLines(theorem: Theorem, width: number): string[] {
  const letters = new Map<string, string>();
  const groups = groupsOf(theorem);
  const add = (text: string, indent: string) => wrapHard(text, width, indent);
  return [
    ...hanging(`${theoremTitle(theorem)}: ${theoremVerdict(theorem)}`, '', '  ', width),
    ...groups.flatMap((group, i) => ['', ...groupLines(group, i, letters, width)]),
    ...argumentLines(theorem, letters, width),
    ...theorem.notProved.flatMap((text) => ['', ...add(`not proved: ${text}`, '  ')]),
    ...(theorem.contradictions ?? []).flatMap((text) => [
      '',
      ...add(`contradiction: ${text}`, '  '),
    ]),
    ...assumptionLines(theorem, width),
  ];
}

/** One condition, with either setting of debug. */
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

function groupLines(
  group: Group,
  index: number,
  letters: Map<string, string>,
  width: number,
): string[] {
  const [{ op, when, given }] = group;
  const add = (text: string) => hanging(text, INDENT, `${INDENT}  `, width);
  const title = `${op}: ${when.join(', and ')}`;
  return [
    ...hanging(title, `${`${index + 1}. `.padStart(INDENT.length)}`, INDENT, width),
    ...(given.length === 0 ? [] : add(`after: ${givenText(group)}`)),
    ...settingLines(group, letters, add),
  ];
}

/** What leads there; what only one setting of debug asks for is marked. */
function givenText(group: Group): string {
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
function settingLines(
  group: Group,
  letters: Map<string, string>,
  add: (text: string) => string[],
): string[] {
  const texts = group.map((condition) => conditionTexts(condition, letters));
  const isSame = texts.length === 2 && texts[0].join() === texts[1].join();
  return (isSame ? [group[0]] : group).flatMap((condition, i) => {
    const setting = isSame ? 'debug off and on' : `debug ${condition.debug ? 'on' : 'off'}`;
    return texts[i].flatMap((text) => add(`${setting}: ${text}`));
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

function caseText({ kind, outcomes, settled, trace, why }: ConditionCase): string {
  const what = `${outcomes.first} | ${outcomes.second}`;
  const where = kind === 'outcome' ? what : `${what}, ${KINDS[kind]}`;
  if (!trace) return `${where}: ${settled}: ${why ?? ''}`;
  const { name, opIndex, misuse } = trace;
  const how = misuse ? 'by misuse only' : settled;
  return `${where}: ${how}, ${name} op ${opIndex}`;
}

const KINDS: Readonly<Record<ConditionCase['kind'], string>> = {
  outcome: 'another outcome',
  state: 'another state',
  'state-at-panic': 'another state at the panic',
  expectation: 'not as expected',
};

function argumentLines(
  { conditions }: Theorem,
  letters: ReadonlyMap<string, string>,
  width: number,
): string[] {
  if (letters.size === 0) return [];
  const looked = conditions.flatMap(({ cases }) => cases.flatMap((one) => one.looked ?? []));
  const most = looked.reduce((a, b) => (b.executions > a.executions ? b : a), NOTHING);
  const title =
    'Cannot happen, by these arguments about the code; looked for and not seen in ' +
    `${count(most.executions, 'execution')} from ${count(most.states, 'constructed state')}:`;
  const lines = ['', ...hanging(title, '  ', '  ', width)];
  for (const [argument, letter] of letters) {
    lines.push(...hanging(argument, `  (${letter}) `, '      ', width));
  }
  return lines;
}

const NOTHING = { executions: 0, states: 0 };

function assumptionLines({ assumptions }: Theorem, width: number): string[] {
  const lines = ['', '  Assumed, and held to real executions:'];
  for (const { number: n, text, checkedBy, violations } of assumptions) {
    const state = violations.length > 0 ? `VIOLATED: ${violations.join('; ')}` : checkedBy;
    lines.push(...hanging(`${text} [${state}]`, `  ${n}. `, INDENT, width));
  }
  return lines;
}

function hanging(text: string, first: string, rest: string, width: number): string[] {
  const [head, ...more] = wrapHard(text, width, rest);
  return [`${first}${head.slice(rest.length)}`, ...more];
}
