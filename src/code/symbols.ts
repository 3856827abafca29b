// SPDX-License-Identifier: GPL-2.0-only
/** Names of what lies in a compiled tree's own data. */

import { spawnSync } from 'node:child_process';

/** The variable at so many bytes into a program's data; undefined if nm does not tell. */
export function dataAt(program: string, offset: number): string | undefined {
  const { status, stdout } = spawnSync('nm', ['--defined-only', program], { encoding: 'utf8' });
  return status === 0 ? variableAt(stdout, offset) : undefined;
}

/** The last variable of nm's list that begins at or before so many bytes after `__data_start`. */
export function variableAt(list: string, offset: number): string | undefined {
  const symbols = [...list.matchAll(/^([0-9a-f]+) ([A-Za-z]) (.+)$/gm)].map(
    ([, address, kind, name]) => ({ address: Number.parseInt(address, 16), kind, name }),
  );
  const start = symbols.find(({ name }) => name === '__data_start');
  if (!start) return undefined;
  const wanted = start.address + offset;
  let found: (typeof symbols)[number] | undefined;
  for (const symbol of symbols) {
    if (!/[bd]/i.test(symbol.kind) || symbol.address > wanted) continue;
    if (!found || symbol.address > found.address) found = symbol;
  }
  return found?.name;
}
