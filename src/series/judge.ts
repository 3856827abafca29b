// SPDX-License-Identifier: GPL-2.0-only
/** Goes through a series: builds its commits, compares neighbours, or bisects. */

import type { ResultDocument, SeriesCommit } from '../result/index.js';
import type { NotBuilt } from './builder.js';
import type { Commit } from './git.js';

/** Builds and compares commits; what a built one is, is its own affair. */
export interface Judge<Built> {
  /** Why a commit need not be built; undefined if it must be. */
  whySkipped(commit: Commit): string | undefined;
  build(commit: Commit): Promise<Built | NotBuilt>;
  /** Was the same code compiled for both? */
  isSame(first: Built, second: Built): boolean;
  /** Undefined: it was stopped. */
  compare(first: Built, second: Built): Promise<ResultDocument | undefined>;
  /** The built one is not needed any more. */
  release(built: Built): Promise<void>;
  readonly stopped: boolean;
}

export interface Judged {
  /** Every commit, the base first. */
  readonly commits: readonly SeriesCommit[];
  /** What neighbours came to. */
  readonly parts: readonly ResultDocument[];
}

/** Compares each commit that was built with the one before it that was. */
export async function judgeAll<Built>(
  base: Commit,
  commits: readonly Commit[],
  judge: Judge<Built>,
): Promise<Judged> {
  const told: SeriesCommit[] = [];
  const parts: ResultDocument[] = [];
  let before: Built | undefined;
  try {
    for (const commit of [base, ...commits]) {
      const skipped = commit === base ? undefined : judge.whySkipped(commit);
      if (judge.stopped || skipped !== undefined) {
        told.push(entryOf(commit, skipped ? 'skipped' : 'not judged', skipped));
        continue;
      }
      const built = await judge.build(commit);
      if (isNotBuilt(built)) {
        told.push(notBuiltEntry(commit, built, judge));
        continue;
      }
      if (before === undefined) told.push(entryOf(commit, 'base'));
      else if (judge.isSame(before, built)) {
        told.push(entryOf(commit, 'same code', 'what is compiled of it is the same'));
      } else {
        const part = await judge.compare(before, built);
        if (part) parts.push(part);
        told.push(entryOf(commit, part?.verdict ?? 'not judged'));
      }
      if (before !== undefined) await judge.release(before);
      before = built;
    }
  } finally {
    if (before !== undefined) await judge.release(before);
  }
  return { commits: told, parts };
}

/**
 * Finds the commit that brought a difference between the ends, building as few as are needed: half of
 * what is left each time. The part is that commit with the one before it, or the ends if they agree.
 */
export async function bisect<Built>(
  base: Commit,
  commits: readonly Commit[],
  judge: Judge<Built>,
): Promise<Judged> {
  const all = [base, ...commits];
  const verdicts = new Map<Commit, SeriesCommit>();
  for (const commit of commits) {
    const reason = judge.whySkipped(commit);
    if (reason !== undefined) verdicts.set(commit, entryOf(commit, 'skipped', reason));
  }
  const left = all.filter((commit) => !verdicts.has(commit));
  const held: Built[] = [];
  const build = async (commit: Commit) => {
    const built = await judge.build(commit);
    if (isNotBuilt(built)) {
      verdicts.set(commit, notBuiltEntry(commit, built, judge));
      return undefined;
    }
    held.push(built);
    return built;
  };
  const judged = (part: ResultDocument | undefined): Judged => ({
    commits: all.map((commit) => verdicts.get(commit) ?? entryOf(commit, 'not judged')),
    parts: part ? [part] : [],
  });
  try {
    const first = await build(base);
    let last = left.pop() as Commit;
    let lastBuilt = await build(last);
    if (first !== undefined) verdicts.set(base, entryOf(base, 'base'));
    if (first === undefined || lastBuilt === undefined) return judged(undefined);
    let part = await judge.compare(first, lastBuilt);
    verdicts.set(last, entryOf(last, part?.verdict ?? 'not judged'));
    if (part?.verdict !== 'new') return judged(part);
    let good = first;
    let between = left.slice(1);
    while (between.length > 0 && !judge.stopped) {
      const middle = Math.floor(between.length / 2);
      const commit = between[middle];
      const built = await build(commit);
      if (built === undefined) {
        between = between.filter((one) => one !== commit);
        continue;
      }
      const found = judge.isSame(first, built) ? undefined : await judge.compare(first, built);
      verdicts.set(commit, entryOf(commit, found?.verdict ?? 'same code'));
      if (found?.verdict === 'new') {
        [last, lastBuilt] = [commit, built];
        between = between.slice(0, middle);
      } else {
        good = built;
        between = between.slice(middle + 1);
      }
    }
    if (!judge.stopped) part = (await judge.compare(good, lastBuilt)) ?? part;
    verdicts.set(last, entryOf(last, part.verdict));
    return judged(part);
  } finally {
    for (const built of held) await judge.release(built);
  }
}

/** A build that was stopped says nothing of the commit. */
function notBuiltEntry<Built>(
  commit: Commit,
  { notBuilt, seen }: NotBuilt,
  judge: Judge<Built>,
): SeriesCommit {
  if (judge.stopped) return entryOf(commit, 'not judged');
  return { ...entryOf(commit, 'not built', notBuilt), seen: [...seen] };
}

function isNotBuilt<Built>(built: Built | NotBuilt): built is NotBuilt {
  return typeof built === 'object' && built !== null && 'notBuilt' in built;
}

function entryOf(
  { name, subject }: Commit,
  verdict: SeriesCommit['verdict'],
  reason?: string,
): SeriesCommit {
  return { commit: name, subject, verdict, ...(reason === undefined ? {} : { reason }) };
}
