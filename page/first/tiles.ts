// SPDX-License-Identifier: GPL-2.0-only
/** What stands for the verdict, as tiles: a figure, what it is, and the section it leads to. */

import { standingOf } from '../../src/report/certificate_words.js';
import { count, number } from '../../src/report/number_words.js';
import { newConditions, possibleConditions } from '../../src/report/theorem_words.js';
import type { ResultDocument } from '../../src/result/index.js';

export type Tone = 'good' | 'known' | 'bad' | 'plain';

export interface Tile {
  /** The section that it leads to. */
  readonly section: string;
  readonly title: string;
  /** What is read first. */
  readonly figure: string;
  readonly text: string;
  readonly tone: Tone;
}

/** What a result can have and this one has not, with the command that makes it. */
export interface Missing {
  readonly what: string;
  readonly command: string;
}

export function tilesOf(document: ResultDocument): { tiles: Tile[]; missing: Missing[] } {
  const tiles: Tile[] = [];
  const missing: Missing[] = [];
  const add = (tile: Tile | undefined, what: string, command: string) => {
    if (tile) tiles.push(tile);
    else missing.push({ what, command });
  };
  add(theoremTile(document), 'a proof', 'pkvm-tracediff prove');
  add(worldsTile(document), 'closed worlds', 'pkvm-tracediff explore');
  add(tracesTile(document), 'replayed traces', 'pkvm-tracediff check');
  add(seededTile(document), 'seeded bugs', 'pkvm-tracediff mutants');
  add(kernelsTile(document), 'kernels asked', 'pkvm-tracediff check --confirm real:KERNEL');
  return { tiles, missing };
}

function theoremTile(document: ResultDocument): Tile | undefined {
  const { theorems = [] } = document;
  if (theorems.length === 0) return undefined;
  const open = theorems.filter(({ verdict }) => verdict === 'not proved').length;
  const base = { section: 'theorems', title: 'Proved for every state' };
  const pairs = count(theorems.length, 'pair');
  if (open > 0) {
    const figure = `${theorems.length - open} of ${pairs}`;
    return { ...base, figure, text: 'of the others nothing is proved', tone: 'bad' };
  }
  const possible = possibleConditions(document);
  if (possible === 0) return { ...base, figure: 'equal', text: pairs, tone: 'good' };
  const fresh = newConditions(document);
  return {
    ...base,
    figure: `equal but for ${count(possible, 'condition')}`,
    text: `${pairs}; ${fresh > 0 ? `${fresh} in no baseline` : 'all in a baseline'}`,
    tone: fresh > 0 ? 'bad' : 'known',
  };
}

function worldsTile({ certificates = [] }: ResultDocument): Tile | undefined {
  if (certificates.length === 0) return undefined;
  const closed = certificates.filter(({ complete }) => complete).length;
  const states = certificates.reduce((sum, one) => sum + one.states, 0);
  const transitions = certificates.reduce((sum, one) => sum + one.transitions, 0);
  const standings = certificates.map(standingOf);
  const tone = standings.includes('bad')
    ? 'bad'
    : standings.includes('open')
      ? 'plain'
      : standings.includes('known')
        ? 'known'
        : 'good';
  return {
    section: 'certificates',
    title: 'Worlds explored to the end',
    figure: `${closed} of ${certificates.length}`,
    text: `${count(states, 'state')}, ${count(transitions, 'transition')}`,
    tone,
  };
}

function tracesTile({ counts }: ResultDocument): Tile | undefined {
  if (counts.replays === 0) return undefined;
  const tone = counts.new > 0 ? 'bad' : counts.known > 0 ? 'known' : 'good';
  return {
    section: 'traces',
    title: 'Operations compared',
    figure: number(counts.compared),
    text: `${count(counts.traces, 'trace')}, ${count(counts.replays, 'replay')}`,
    tone,
  };
}

function seededTile({ seededBugs }: ResultDocument): Tile | undefined {
  if (!seededBugs) return undefined;
  const { bugs, found, proved } = seededBugs;
  return {
    section: 'seeded-bugs',
    title: 'Seeded bugs found',
    figure: `${number(found)} of ${number(bugs)}`,
    text: proved === undefined ? 'by these traces' : `by these traces; ${number(proved)} by proof`,
    tone: found === bugs ? 'good' : 'known',
  };
}

/** Kernels that were asked what they do where two implementations differ. */
function kernelsTile({ buckets }: ResultDocument): Tile | undefined {
  const answers = buckets.flatMap(({ confirmations = [] }) => confirmations);
  const tried = answers.filter(({ kind }) => kind !== 'not tried');
  if (tried.length === 0) return undefined;
  const kernels = new Set(tried.map(({ side }) => side)).size;
  const confirmed = tried.filter(({ kind }) => kind === 'confirmed').length;
  return {
    section: 'differences',
    title: 'Confirmed by real code',
    figure: `${number(confirmed)} of ${count(tried.length, 'answer')}`,
    text: `by ${count(kernels, 'side')} that were asked where two differ`,
    tone: confirmed === tried.length ? 'good' : 'plain',
  };
}
