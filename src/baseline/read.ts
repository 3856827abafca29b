// SPDX-License-Identifier: GPL-2.0-only
/** Baseline files: read, held against their schema and against what only a reader knows. */

import { OP_NAMES } from '../hyp/op.js';
import type { Issue } from '../input/problem.js';
import { type Problem } from '../input/problem.js';
import { readDocument } from '../input/read_document.js';
import { didYouMean } from '../input/suggest.js';
import { matchesOf } from './matcher.js';
import type { BaselineDocument, Entry, Match } from './types.generated.js';
import { baselineValidators } from './validators.js';

/** An entry and where it stands. */
export interface PlacedEntry {
  readonly entry: Entry;
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** The entries of every file in order, or every problem of every file. */
export interface ReadBaselines {
  readonly files: readonly string[];
  readonly entries: readonly PlacedEntry[];
  readonly problems: readonly Problem[];
}

/**
 * Reads baseline files.
 * @param implementations names that `pairs` may use
 */
export async function readBaselines(
  files: readonly string[],
  implementations: readonly string[],
): Promise<ReadBaselines> {
  const entries: PlacedEntry[] = [];
  const problems: Problem[] = [];
  for (const file of files) {
    const result = await readDocument<BaselineDocument>(file, baselineValidators);
    if (!result.ok) {
      problems.push(...result.problems.map(inWords));
      continue;
    }
    const issues = result.document.entries.flatMap((entry, index) =>
      entryIssues(entry, `/entries/${index}`, implementations),
    );
    problems.push(...result.place(issues));
    const places = result.place(
      result.document.entries.map((_, index) => ({ pointer: `/entries/${index}`, message: '' })),
    );
    result.document.entries.forEach((entry, index) => {
      entries.push({ entry, file, line: places[index].line ?? 1 });
    });
  }
  return { files, entries, problems: [...problems, ...repeatedIds(entries)] };
}

const MATCHES_ALL = 'missing `op`';

/** An entry without an operation is one that would match whatever happens: says so. */
function inWords(problem: Problem): Problem {
  if (problem.message !== MATCHES_ALL || !/\/match(\/\d+)?$/.test(problem.pointer ?? ''))
    return problem;
  const message = 'this entry would match every operation: name its `op`, `kind` and `outcomes`';
  return { ...problem, message };
}

function entryIssues(entry: Entry, pointer: string, implementations: readonly string[]): Issue[] {
  const { match, expires } = entry;
  const issues = matchesOf(entry).flatMap((one, index) => {
    const place = Array.isArray(match) ? `${pointer}/match/${index}` : `${pointer}/match`;
    return matchIssues(one, place, implementations);
  });
  if (expires !== undefined && !isDate(expires)) {
    const message = `${JSON.stringify(expires)} is not a day of the calendar (YYYY-MM-DD)`;
    issues.push({ pointer: `${pointer}/expires`, message });
  }
  return issues;
}

function matchIssues(match: Match, pointer: string, implementations: readonly string[]): Issue[] {
  const issues: Issue[] = [];
  if (!OP_NAMES.some((name) => name === match.op)) {
    const message = match.op.includes('*')
      ? `this entry would match every operation: \`op\` is the name of one`
      : `unknown operation ${JSON.stringify(match.op)}${didYouMean(match.op, OP_NAMES)}`;
    issues.push({ pointer: `${pointer}/op`, message });
  }
  match.pairs?.forEach((pair, index) => {
    for (const name of pair.split(',')) {
      if (implementations.includes(name)) continue;
      const message = `unknown implementation ${JSON.stringify(name)}${didYouMean(name, implementations)}`;
      issues.push({ pointer: `${pointer}/pairs/${index}`, message });
    }
  });
  if (match.expected !== undefined && match.kind !== 'expectation') {
    const message = `only a difference of kind "expectation" has \`expected\``;
    issues.push({ pointer: `${pointer}/expected`, message });
  }
  return issues;
}

/** Whether a text of the form YYYY-MM-DD is a day there is. */
function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

function repeatedIds(entries: readonly PlacedEntry[]): Problem[] {
  const problems: Problem[] = [];
  const first = new Map<string, PlacedEntry>();
  for (const placed of entries) {
    const { id } = placed.entry;
    const other = first.get(id);
    if (other === undefined) {
      first.set(id, placed);
      continue;
    }
    const message = `the id ${JSON.stringify(id)} is taken by the entry at ${other.file}:${other.line}`;
    problems.push({ file: placed.file, line: placed.line, message });
  }
  return problems;
}
