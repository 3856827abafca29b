// SPDX-License-Identifier: GPL-2.0-only
/** A command as a person can paste it into a shell. */

/** The arguments on one line, quoted where a shell needs it. */
export function shellLine(command: readonly string[]): string {
  return command.map(quoted).join(' ');
}

/** The same in lines of at most `width` columns, joined by backslashes. */
export function shellLines(command: readonly string[], width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const argument of command) {
    const word = quoted(argument);
    const next = line === '' ? indent + word : `${line} ${word}`;
    if (next.length + 2 <= width) {
      line = next;
      continue;
    }
    if (line !== '') lines.push(`${line} \\`);
    const pieces = broken(argument, width - indent.length - 8);
    lines.push(
      ...pieces.slice(0, -1).map((piece, i) => `${i === 0 ? `${indent}  ` : ''}${piece}\\`),
    );
    line = `${pieces.length === 1 ? `${indent}  ` : ''}${pieces.at(-1)}`;
  }
  return [...lines, line];
}

const SAFE = /^[A-Za-z0-9_./:=,@%+-]+$/;

function quoted(argument: string): string {
  return SAFE.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}

/** An argument in pieces that a shell puts together again when nothing is between them. */
function broken(argument: string, room: number): string[] {
  const whole = quoted(argument);
  if (whole.length <= room) return [whole];
  const pieces = argument.match(new RegExp(`.{1,${Math.floor(room / 4)}}`, 'gsu')) ?? [];
  return pieces.map(quoted);
}
