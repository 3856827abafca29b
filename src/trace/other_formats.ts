// SPDX-License-Identifier: GPL-2.0-only
/** Documents of this program that are no traces, and may lie among them. */

/** What reads a document of each format, by the format's name. */
const OTHERS: ReadonlyMap<string, string> = new Map([
  ['pkvm-result/1', 'a saved result: `report` and `merge` read it'],
  ['pkvm-baseline/1', 'a baseline: --baseline reads it'],
  ['pkvm-coverage/1', 'a list of what must be covered: --require-coverage reads it'],
  ['pkvm-kill-matrix/1', 'a matrix of seeded bugs: --kill-matrix reads it'],
]);

/** What a document is that says so itself, and is no trace. */
export function otherFormat(document: unknown): string | undefined {
  if (typeof document !== 'object' || document === null || !('format' in document)) {
    return undefined;
  }
  const what = OTHERS.get(String(document.format));
  return what === undefined ? undefined : `not a trace but ${what}`;
}
