// SPDX-License-Identifier: GPL-2.0-only
/**
 * Takes functions out of a C file that are not wanted, and leaves its lines where they are. It relies
 * on how the kernel is formatted: the braces of a function's body are alone in the first column.
 */

interface Definition {
  readonly name: string;
  /** Lines, from 0; the last one included. */
  readonly first: number;
  readonly last: number;
}

/** The functions a C file defines, in order. */
export function functionsOf(lines: readonly string[]): Definition[] {
  const found: Definition[] = [];
  for (let i = 0; i < lines.length; i++) {
    if (lines[i] !== '{') continue;
    const first = startOf(lines, i);
    const last = lines.indexOf('}', i);
    const name = /(\w+)\s*\(/.exec(lines.slice(first, i).join(' '))?.[1];
    if (last < 0) break;
    if (name) found.push({ name: nameOf(lines.slice(first, i).join(' ')) ?? name, first, last });
    i = last;
  }
  return found;
}

/** The function's name: the last word before the first parenthesis that is no attribute's. */
function nameOf(head: string): string | undefined {
  return /(\w+)\s*\(/.exec(head.replace(/__\w+\s*\(\([^)]*\)\)/g, ''))?.[1];
}

function startOf(lines: readonly string[], brace: number): number {
  let first = brace;
  while (first > 0) {
    const before = lines[first - 1];
    if (before === '' || /^[#}]|\*\/$|;\s*$/.test(before)) break;
    first--;
  }
  return first;
}

/**
 * A C file with the functions `roots` names, those they need, and everything that is no function; all
 * other functions are blank lines. Functions `without` names are left out.
 */
export function cutFunctions(
  text: string,
  roots: readonly string[],
  without: readonly string[] = [],
): string {
  const lines = text.split('\n');
  const functions = functionsOf(lines);
  const byName = new Map(functions.map((definition) => [definition.name, definition]));
  const inBody = new Set<number>();
  for (const { first, last } of functions) for (let i = first; i <= last; i++) inBody.add(i);

  const macros = macrosOf(lines, inBody);
  const known = new Set([...byName.keys(), ...macros.keys()]);
  const initializers = lines.filter((line, i) => !inBody.has(i) && /^\s+\.?\w+\s*=/.test(line));
  const kept = new Set<string>();
  const queue = [...roots, ...namesIn(initializers.join('\n'), byName)];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (kept.has(name) || without.includes(name)) continue;
    kept.add(name);
    const definition = byName.get(name);
    const body = definition && lines.slice(definition.first, definition.last + 1).join('\n');
    queue.push(...namesIn(`${body ?? ''}\n${macros.get(name) ?? ''}`, known));
  }
  for (const { name, first, last } of functions) {
    if (!kept.has(name)) for (let i = first; i <= last; i++) lines[i] = '';
  }
  blankTables(lines, new Set(functions.map(({ name }) => name).filter((name) => !kept.has(name))));
  return lines.join('\n');
}

/** Declarations and tables that name a function which is gone go as well. */
function blankTables(lines: string[], gone: ReadonlySet<string>): void {
  for (let i = 0; i < lines.length; i++) {
    if (/^static\b.*\[\]\s*=\s*\{$/.test(lines[i])) {
      const last = lines.indexOf('};', i);
      if (last > 0) lines.fill('', i, last + 1);
      continue;
    }
    const declared = /^(?:static |extern )?[\w *]+?\b(\w+)\(.*\)(?: __\w+)*;$/.exec(lines[i])?.[1];
    if (declared && gone.has(declared)) lines[i] = '';
  }
}

/** The text of each macro outside functions, by its name. */
function macrosOf(lines: readonly string[], inBody: ReadonlySet<number>): Map<string, string> {
  const macros = new Map<string, string>();
  for (let i = 0; i < lines.length; i++) {
    const name = inBody.has(i) ? undefined : /^#define\s+(\w+)/.exec(lines[i])?.[1];
    if (!name) continue;
    const first = i;
    while (lines[i].endsWith('\\')) i++;
    macros.set(name, `${macros.get(name) ?? ''}${lines.slice(first, i + 1).join('\n')}\n`);
  }
  return macros;
}

function namesIn(text: string, known: { has(name: string): boolean }): string[] {
  return (text.match(/\b[A-Za-z_]\w*\b/g) ?? []).filter((name) => known.has(name));
}

/** A structure of a header, from `struct NAME {` to its end; undefined if there is none. */
export function cutStruct(text: string, name: string): string | undefined {
  const lines = text.split('\n');
  const first = lines.indexOf(`struct ${name} {`);
  const last = lines.findIndex((line, i) => i > first && /^\}.*;$/.test(line));
  return first < 0 || last < 0 ? undefined : lines.slice(first, last + 1).join('\n');
}

/** A function of a header; undefined if there is none. */
export function cutFunction(text: string, name: string): string | undefined {
  const lines = text.split('\n');
  const found = functionsOf(lines).find((definition) => definition.name === name);
  return found && lines.slice(found.first, found.last + 1).join('\n');
}
