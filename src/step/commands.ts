// SPDX-License-Identifier: GPL-2.0-only
/** Keys and typed commands, and the actions they stand for. */

import type { Action, TableName } from './state.js';

/** What a command wants to be told before it can act. */
export type Question = 'jump' | 'page' | 'tables';

export interface Command {
  readonly key: string;
  /** In the line of keys at the bottom of the screen. */
  readonly label: string;
  readonly help: string;
  readonly action?: Action;
  readonly question?: Question;
}

export const COMMANDS: readonly Command[] = [
  { key: 'n', label: 'next', help: 'next operation (also right, space)', action: move(1) },
  { key: 'b', label: 'back', help: 'back one operation (also left)', action: move(-1) },
  {
    key: 'd',
    label: 'divergence',
    help: 'next divergence',
    action: { kind: 'divergence', direction: 1 },
  },
  {
    key: 'D',
    label: '',
    help: 'previous divergence',
    action: { kind: 'divergence', direction: -1 },
  },
  { key: 'g', label: 'go', help: 'go to operation N (-1: after boot)', question: 'jump' },
  { key: 'p', label: 'page', help: 'show a page', question: 'page' },
  { key: 't', label: 'tables', help: 'show tables: hyp, host or a VM handle', question: 'tables' },
  { key: 'e', label: 'explain', help: 'explain this operation', action: show('explain') },
  { key: 'j', label: 'json', help: 'this operation as JSON', action: show('json') },
  { key: 'o', label: '', help: 'outcome and differences again', action: show('op') },
  { key: '?', label: 'help', help: 'this help', action: show('help') },
  { key: 'q', label: 'quit', help: 'quit', action: { kind: 'quit' } },
];

const QUESTIONS: Readonly<Record<Question, string>> = {
  jump: 'operation number',
  page: 'page number',
  tables: 'tables of (hyp, host, VM handle)',
};

export function questionText(question: Question): string {
  return QUESTIONS[question];
}

/** The action that an answer to a question stands for. */
export function answer(question: Question, text: string): Action {
  const given = text.trim();
  if (given === '') return complain('nothing was given');
  const number = /^-?(0[xX][0-9a-fA-F]+|\d+)$/.test(given) ? Number(given) : Number.NaN;
  switch (question) {
    case 'jump':
      return Number.isSafeInteger(number)
        ? { kind: 'jump', to: number }
        : complain(`"${given}" is no operation number`);
    case 'page':
      return number >= 0 && number < 2 ** 52
        ? { kind: 'show', panel: { kind: 'page', pfn: number } }
        : complain(`"${given}" is no page number`);
    case 'tables': {
      const table: TableName | undefined =
        given === 'hyp' || given === 'host' ? given : number >= 0 ? number : undefined;
      return table === undefined
        ? complain(`"${given}" is neither hyp nor host nor a VM handle`)
        : { kind: 'show', panel: { kind: 'tables', table } };
    }
  }
}

/** A command as a line, such as `n`, `g 12`, `p 0x40100`, `t hyp`. */
export function parseLine(line: string): Action {
  const [key, ...rest] = line.trim().split(/\s+/);
  const command = COMMANDS.find((candidate) => candidate.key === key);
  if (!command) return complain(`there is no command "${key}"; ? lists them`);
  if (command.question) return answer(command.question, rest.join(' '));
  return command.action ?? complain(`${key} does nothing`);
}

function move(by: number): Action {
  return { kind: 'move', by };
}

function show(kind: 'explain' | 'json' | 'op' | 'help'): Action {
  return { kind: 'show', panel: { kind } };
}

function complain(message: string): Action {
  return { kind: 'complain', message };
}
