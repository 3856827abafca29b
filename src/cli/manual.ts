// SPDX-License-Identifier: GPL-2.0-only
/** The manual page, as Markdown in the form of ronn, from the definitions of the commands. */

import type { Command } from 'commander';
import { EXIT_HELP } from './exit_codes.js';

/** The page of a program: what it is, its commands with their options, exit codes, files. */
export function manualOf(program: Command): string {
  const commands = leavesOf(program);
  return [
    `# ${program.name()}(1) -- compare two versions of pKVM's memory transitions`,
    `## SYNOPSIS\n\n\`${program.name()}\` *command* [*options*] [*inputs*]`,
    `## DESCRIPTION\n\n${escaped(program.description())}`,
    '## COMMANDS',
    ...commands.map(sectionOf),
    `## EXIT STATUS\n\n${definitions(exitCodes())}`,
    '## SEE ALSO\n\nThe files of `docs/` in the package; `docs/README.md` has them in reading order.\n',
  ].join('\n\n');
}

/** The commands that do something: in the place of a group those that are in it. */
function leavesOf(command: Command): Command[] {
  const within = command.createHelp().visibleCommands(command);
  return within
    .filter((one) => one.name() !== 'help')
    .flatMap((one) => (one.commands.length > 0 ? leavesOf(one) : [one]));
}

/** `kernel inspect`: its name below the program. */
function nameOf(command: Command): string {
  const { parent } = command;
  return parent?.parent ? `${nameOf(parent)} ${command.name()}` : command.name();
}

function sectionOf(command: Command): string {
  const help = command.createHelp();
  const given = help
    .visibleArguments(command)
    .map((argument) => [help.argumentTerm(argument), help.argumentDescription(argument)] as const);
  const options = help
    .visibleOptions(command)
    .map((option) => [help.optionTerm(option), help.optionDescription(option)] as const);
  return [
    `### ${nameOf(command)}`,
    `\`${nameOf(command)} ${command.usage()}\``,
    `${escaped(sentence(help.commandDescription(command)))}`,
    definitions([...given, ...options]),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function definitions(pairs: readonly (readonly [string, string])[]): string {
  return pairs.map(([term, about]) => `* \`${term}\`:\n  ${escaped(about)}`).join('\n\n');
}

/** `0  equal, ...` of the help, with lines that go on put together. */
function exitCodes(): (readonly [string, string])[] {
  const text = EXIT_HELP.replaceAll(/\n {5}/g, ' ');
  return [...text.matchAll(/^ {2}(\d) {2}(.*)$/gm)].map(([, code, meaning]) => [code, meaning]);
}

function sentence(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return whole.endsWith('.') ? whole : `${whole}.`;
}

/** Text in which Markdown marks nothing up. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*_<>[\]]/g, '\\$&');
}
