// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { blocksOf, opMap } from '../../../page/first/map_cells.js';
import { tilesOf } from '../../../page/first/tiles.js';
import type { Certificate, ResultDocument } from '../../../src/result/index.js';
import { documentOfWorlds } from '../../explore/documents.js';
import { explore } from '../../explore/helpers.js';
import { exampleDocument } from '../documents.js';

const DOCUMENT = exampleDocument();

describe('the map', () => {
  const { rows, notCompared } = opMap(DOCUMENT);

  it('counts what the pairs counted', () => {
    const sum = (key: 'compared' | 'known' | 'new') =>
      rows.reduce((total, { cells }) => total + cells[0][key], 0);
    expect(sum('compared')).toBe(DOCUMENT.counts.compared);
    expect(sum('known')).toBe(DOCUMENT.counts.known);
    expect(sum('new')).toBe(DOCUMENT.counts.new);
  });

  it('is coloured by the worst that an operation came to', () => {
    const verdictOf = (op: string) => rows.find((row) => row.op === op)?.cells[0].verdict;
    expect(verdictOf('__pkvm_host_unshare_hyp')).toBe('new');
    expect(verdictOf('hyp_pin_shared_mem')).toBe('equal');
    const known = {
      ...DOCUMENT,
      pairs: DOCUMENT.pairs.map((pair) => ({
        ...pair,
        operations: pair.operations.map((one) => ({ ...one, new: 0, known: one.new })),
      })),
    };
    const [cell] =
      opMap(known).rows.find(({ op }) => op === '__pkvm_host_unshare_hyp')?.cells ?? [];
    expect(cell.verdict).toBe('known');
  });

  it('says of each operation whether it was compared', () => {
    expect(notCompared).toContain('__pkvm_host_mkyoung_guest');
    expect(rows.map(({ op }) => op)).not.toContain('__pkvm_host_mkyoung_guest');
    const [pair] = DOCUMENT.pairs;
    const two = { pairs: [pair, { ...pair, operations: [] }] };
    expect(opMap(two).rows[0].cells.map(({ verdict }) => verdict)).toContain('none');
  });

  it('is cut into blocks without losing a row', () => {
    const numbers = [1, 2, 3, 4, 5, 6, 7];
    expect(blocksOf(numbers, 3)).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
    expect(blocksOf(numbers, 1)).toEqual([numbers]);
    expect(blocksOf([], 2)).toEqual([]);
  });
});

describe('the tiles', () => {
  const sections = (document: ResultDocument) =>
    tilesOf(document).tiles.map(({ section }) => section);

  it('stand for what is in the result, and name the commands for the rest', () => {
    expect(sections(DOCUMENT)).toEqual(['traces']);
    expect(tilesOf(DOCUMENT).missing.map(({ command }) => command)).toEqual([
      'pkvm-tracediff prove',
      'pkvm-tracediff explore',
      'pkvm-tracediff mutants',
      'pkvm-tracediff check --confirm real:KERNEL',
    ]);
  });

  it('count seeded bugs and warn of survivors', () => {
    const of = (found: number) =>
      tilesOf({
        ...DOCUMENT,
        seededBugs: { bugs: 10, found, equivalent: 1, survivors: [] },
      }).tiles.at(-1);
    expect(of(10)).toMatchObject({ figure: '10 of 10', tone: 'good' });
    expect(of(9)).toMatchObject({ figure: '9 of 10', tone: 'known' });
  });

  it('count what kernels confirmed, of what they were asked', () => {
    const side = 'real:Image';
    const of = (...kinds: ('confirmed' | 'not confirmed' | 'not tried')[]) =>
      tilesOf({
        ...DOCUMENT,
        buckets: [
          {
            ...DOCUMENT.buckets[0],
            confirmations: kinds.map((kind) => ({ side, kernel: 'Linux', kind })),
          },
        ],
      }).tiles.at(-1);
    expect(of('confirmed')).toMatchObject({ figure: '1 of 1 answer', tone: 'good' });
    expect(of('confirmed', 'not confirmed')).toMatchObject({ figure: '1 of 2 answers' });
    expect(of('not tried')).toMatchObject({ section: 'traces' });
  });

  it('are bad where an explored world has something new', async () => {
    const world = await explore({ world: { pages: 1 } });
    const tileOf = (document: ResultDocument) =>
      tilesOf(document).tiles.find(({ section }) => section === 'certificates');
    expect(tileOf(documentOfWorlds([world]))).toMatchObject({ figure: '1 of 1', tone: 'bad' });
    expect(tileOf(documentOfWorlds([world], { known: {} }))).toMatchObject({ tone: 'known' });
    const document = documentOfWorlds([world], { known: {} });
    const [certificate] = document.certificates as Certificate[];
    const stopped = { ...certificate, complete: false, buckets: [] };
    expect(tileOf({ ...document, certificates: [stopped] })).toMatchObject({
      figure: '0 of 1',
      tone: 'plain',
    });
  });
});
