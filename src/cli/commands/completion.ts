// SPDX-License-Identifier: GPL-2.0-only
/** `completion`: what a shell needs to complete this program's commands, options and their values. */

import { RootCommand, ShellCompDirective } from '@bomb.sh/tab';
import { Argument, Command, type Option } from 'commander';
import { IMPLEMENTATIONS } from '../../implementations.js';
import { REPORTERS } from '../../report/registry.js';

const SHELLS = ['bash', 'zsh', 'fish'];

/** `completion SHELL`, which prints a script, and the hidden `complete`, which the script calls. */
export function completionCommands(program: Command): { completion: Command; complete: Command } {
  const completion = new Command('completion')
    .description('print a script that completes commands, options and values in a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText(
      'after',
      `
Examples:
  $ source <(pkvm-tracediff completion bash)
  $ pkvm-tracediff completion zsh > ~/.zfunc/_pkvm-tracediff
  $ pkvm-tracediff completion fish > ~/.config/fish/completions/pkvm-tracediff.fish`,
    )
    .action((shell: string) => printScript(program.name(), shell));
  const complete = new Command('complete')
    .argument('[words...]')
    .allowUnknownOption()
    .helpOption(false)
    .action((words: string[]) => completerOf(program).parse(words));
  return { completion, complete };
}

/** Every visible command with its options, for the library that talks with the shells. */
function completerOf(program: Command): RootCommand {
  const root = new RootCommand();
  const help = program.createHelp();
  for (const option of help.visibleOptions(program)) addOption(root, option);
  addCommands(root, program, '');
  // The library always says that no files are wanted; here they are where nothing else is.
  Object.defineProperty(root, 'directive', {
    get: () =>
      root.completions.length > 0
        ? ShellCompDirective.ShellCompDirectiveNoFileComp
        : ShellCompDirective.ShellCompDirectiveDefault,
    set: () => undefined,
  });
  return root;
}

/** Adds the commands of a program or of a group, each under all its names: `kernel`, `kernel inspect`. */
function addCommands(root: RootCommand, group: Command, before: string): void {
  const help = group.createHelp();
  for (const command of help.visibleCommands(group)) {
    const name = `${before}${command.name()}`;
    const known = root.command(name, help.subcommandDescription(command));
    for (const option of help.visibleOptions(command)) addOption(known, option);
    for (const argument of command.registeredArguments) {
      const values = argument.argChoices ?? [];
      known.argument(argument.name(), offering(values), argument.variadic);
    }
    if (command.commands.length > 0) addCommands(root, command, `${name} `);
  }
}

type Offer = (complete: (value: string, description: string) => void) => void;

function addOption(to: ReturnType<RootCommand['command']>, option: Option): void {
  const name = option.long?.slice(2);
  if (name === undefined) return;
  const short = option.short?.slice(1);
  const takesValue = option.required || option.optional;
  if (takesValue) to.option(name, option.description, offering(valuesOf(option)), short);
  else to.option(name, option.description, short);
}

function offering(values: readonly string[]): Offer {
  return (complete) => {
    for (const value of values) complete(value, '');
  };
}

/** What an option can be, where that is a list: choices, reports, pairs of implementations. */
function valuesOf({ argChoices, long }: Option): readonly string[] {
  if (argChoices) return argChoices;
  if (long === '--format') return REPORTERS.map(({ name }) => name);
  if (long === '--report') return REPORTERS.map(({ name }) => `${name}=`);
  if (long === '--impl') return neighbours();
  return [];
}

/** Each implementation with the next, and the first with the last of the series. */
function neighbours(): string[] {
  const names = IMPLEMENTATIONS.map(({ name }) => name);
  return ['legacy,direct', ...names.slice(1).map((name, index) => `${names[index]},${name}`)];
}

/** A script for a shell. */
function printScript(name: string, shell: string): void {
  const lines: string[] = [];
  const { log } = console;
  console.log = (text: string) => lines.push(text);
  try {
    new RootCommand().setup(name, name, shell);
  } finally {
    console.log = log;
  }
  const script = lines.join('\n');
  process.stdout.write(`${shell === 'bash' ? forAnyBash(script) : script}\n`);
}

/** File names where there is nothing else, no error when it is read twice or bash-completion is missing. */
function forAnyBash(script: string): string {
  return script
    .replaceAll(/^readonly (?=ShellComp)/gm, '')
    .replace(/^complete -F/m, 'complete -o default -F')
    .replace(
      /^ {4}_get_comp_words_by_ref .*$/m,
      (line) => `    if type _get_comp_words_by_ref &>/dev/null; then
    ${line}
    else
        words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD
        cur=\${words[cword]} prev=\${words[cword - 1]}
    fi`,
    );
}
