// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { treeLines, wayTo } from '../../../page/causes/functions.js';
import { explainCommand, replayCommand, sentenceOf } from '../../../page/causes/sentence.js';
import { NO_FILTERS, passesCause } from '../../../page/filter.js';
import { Model } from '../../../page/model.js';
import { causesOf } from '../../../src/report/causes.js';
import { exampleDocument } from '../documents.js';

const DOCUMENT = exampleDocument();
const MODEL = new Model(DOCUMENT);
const CAUSES = causesOf(DOCUMENT, 'new');
const BUSY = CAUSES.find(({ bucket }) => bucket.outcomes.first === '-EBUSY')?.bucket;
if (!BUSY) throw new Error('the example has no -EBUSY');

describe('a cause in a sentence', () => {
  it('says what each side returns', () => {
    expect(sentenceOf(BUSY)).toBe('In legacy it returns -EBUSY, in direct it returns -EPERM.');
  });

  it('tells a panic from an error, and what differs in the state', () => {
    expect(
      sentenceOf({ ...BUSY, outcomes: { first: 'WARN', second: '0' }, columns: ['refcount'] }),
    ).toBe(
      'In legacy it panics (WARN), in direct it returns 0, and the state differs too: refcount.',
    );
    expect(
      sentenceOf({
        ...BUSY,
        kind: 'state',
        outcomes: { first: '0', second: '0' },
        columns: ['hyp_s1'],
      }),
    ).toBe('On both sides it returns 0, but what it leaves differs: hyp_s1.');
    expect(
      sentenceOf({
        ...BUSY,
        kind: 'expectation',
        outcomes: { first: '0', second: '0' },
        expected: { first: '-EPERM', second: '-EPERM' },
      }),
    ).toBe('The trace expected -EPERM, both sides got 0.');
  });
});

describe('the C functions of a cause', () => {
  const place = MODEL.placeOfBucket(BUSY);
  const op = MODEL.replays[place?.replay ?? -1].ops.find(({ index }) => index === place?.op);
  const trees = (op?.explanation?.trees ?? []).map((tree) => treeLines(tree, (i) => MODEL.text(i)));

  it('lead down to where the error arose', () => {
    expect(wayTo(trees[0], '-EBUSY', trees[1])).toEqual([
      '__pkvm_host_unshare_hyp',
      'do_unshare',
      'check_unshare',
      'hyp_ack_unshare',
    ]);
    const second = wayTo(trees[1], '-EPERM', trees[0]);
    expect(second).toContain('__hyp_check_page_state_range');
    expect(second).not.toContain('hyp_ack_unshare');
  });

  it('of a success are those that the other side did not call', () => {
    const call = (text: string) => ({ depth: 0, kind: 'call', text }) as const;
    expect(wayTo([call('a() = 0'), call('b() = 0')], '0', [call('a() = 0')])).toEqual(['b']);
  });
});

describe('the commands of a cause', () => {
  it('name its trace, its pair and its setting', () => {
    const { file, trace, opIndex } = BUSY.example;
    expect(replayCommand(BUSY)).toBe(
      `pkvm-tracediff replay ${file} --impl legacy,direct --debug off`,
    );
    expect(explainCommand(BUSY)).toBe(
      `pkvm-tracediff explain ${file} --name ${trace} --op ${opIndex} --impl legacy,direct --debug off`,
    );
  });

  it('are quoted for a shell', () => {
    const example = { ...BUSY.example, file: 'a b.json' };
    expect(replayCommand({ ...BUSY, example })).toContain(`'a b.json'`);
  });
});

describe('the map filters causes', () => {
  const passing = (filters: object) =>
    CAUSES.filter((cause) => passesCause(cause, DOCUMENT.pairs, { ...NO_FILTERS, ...filters }));

  it('by operation and pair', () => {
    expect(passing({})).toHaveLength(CAUSES.length);
    const own = passing({ op: BUSY.op, pair: '0' });
    expect(own.length).toBeGreaterThan(0);
    expect(own.every(({ bucket }) => bucket.op === BUSY.op)).toBe(true);
    expect(passing({ op: '__pkvm_host_mkyoung_guest' })).toEqual([]);
  });
});
