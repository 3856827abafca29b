// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BaselineDocument } from '../../src/baseline/index.js';
import { BASELINE, documentOfRun, folderWith, ROOT, run, textOf } from './run.js';

const BUSY = join(ROOT, 'traces/findings/unshare-hyp-busy-or-refused.json');
const EQUAL = join(ROOT, 'traces/selftest/selftest.json');

/** MODEL.md section 9, 2. */
const entry = {
  id: 'busy-or-refused',
  match: { op: '__pkvm_host_unshare_hyp', kind: 'outcome', outcomes: ['-EBUSY', '-EPERM'] },
  reason: 'the order of two checks',
  owner: 'somebody',
  link: 'https://example.org/1',
};

function baselineOf(...entries: object[]): { format: string; entries: object[] } {
  return { format: 'pkvm-baseline/1', entries };
}

function replayWith(baseline: unknown, ...args: string[]) {
  const folder = folderWith({ 'b.json': baseline });
  return documentOfRun(['replay', BUSY, '--baseline', 'b.json', ...args], folder);
}

describe('--baseline', () => {
  it('makes a difference known: exit 0, and its reason is told', () => {
    const { code, document } = replayWith(baselineOf(entry));
    expect(code).toBe(0);
    expect(document.verdict).toBe('known');
    expect(document.counts).toMatchObject({ known: 1, new: 0 });
    expect(document.baseline.entries).toEqual([
      {
        id: 'busy-or-refused',
        file: 'b.json',
        line: 4,
        reason: 'the order of two checks',
        owner: 'somebody',
        link: 'https://example.org/1',
        matched: 1,
        matches: [{ text: '__pkvm_host_unshare_hyp -EBUSY | -EPERM', matched: 1, judged: true }],
        stale: [],
      },
    ]);
    const folder = folderWith({ 'b.json': baselineOf(entry) });
    const { out } = run(['replay', BUSY, '--baseline', 'b.json'], folder);
    expect(out).toContain('the order of two checks');
    expect(out).toContain('known: 1 divergence in 1 of 1 replay, each in a baseline');
  });

  it('is none by default, and --no-baseline takes one back', () => {
    expect(run(['replay', BUSY, '-q']).code).toBe(1);
    const folder = folderWith({ 'b.json': baselineOf(entry) });
    const args = ['replay', BUSY, '-q', '--baseline', 'b.json'];
    expect(run([...args, '--no-baseline'], folder).code).toBe(1);
  });

  it('is repeatable; the first entry that matches has the difference', () => {
    const other = { ...entry, id: 'shadowed' };
    const folder = folderWith({ 'a.json': baselineOf(entry), 'b.json': baselineOf(other) });
    const args = ['replay', BUSY, '--baseline', 'a.json', '--baseline', 'b.json'];
    const { code, document } = documentOfRun(args, folder);
    expect(code).toBe(5);
    const stale = document.baseline.entries.map(({ id, matched, stale: why }) => [
      id,
      matched,
      why,
    ]);
    expect(stale).toEqual([
      ['busy-or-refused', 1, []],
      ['shadowed', 0, ['it matched nothing']],
    ]);
  });

  it.each([
    ['columns', ['host_state']],
    ['debug', true],
    ['constructed', true],
    ['where', ['another-*']],
    ['pairs', ['legacy,series-1']],
  ])('leaves a difference new that differs in %s', (key, value) => {
    const { code, document } = replayWith(
      baselineOf({ ...entry, match: { ...entry.match, [key]: value } }),
    );
    expect([code, document.verdict]).toEqual([1, 'new']);
  });

  it.each([
    ['columns', []],
    ['debug', false],
    ['constructed', false],
    ['where', ['unshare-*-refused', 'x']],
    ['pairs', ['legacy,direct']],
  ])('has a difference that is the same in %s', (key, value) => {
    const { code } = replayWith(baselineOf({ ...entry, match: { ...entry.match, [key]: value } }));
    expect(code).toBe(0);
  });

  it.each([
    ['matched nothing', { match: { ...entry.match, outcomes: ['0', '-EPERM'] } }, 1],
    ['expired', { expires: '2025-01-31' }, 5],
    ['has no reason', { reason: ' ' }, 5],
    ['has no owner', { owner: '' }, 5],
  ])('is stale when an entry %s', (_, change, code) => {
    const { code: got, document } = replayWith(baselineOf({ ...entry, ...change }));
    expect(got).toBe(code);
    expect(document.baseline.stale).toBe(1);
  });

  it('is stale when an entry matches more than it names', () => {
    const trace = JSON.parse(readFileSync(BUSY, 'utf8')) as { name: string };
    const folder = folderWith({
      'b.json': baselineOf({ ...entry, count: 1 }),
      'one.json': trace,
      'two.json': { ...trace, name: 'again' },
    });
    const args = ['replay', 'one.json', 'two.json', '--baseline', 'b.json'];
    const { code, document } = documentOfRun(args, folder);
    expect(code).toBe(5);
    expect(document.baseline.entries[0].stale).toEqual(['it matched 2 divergences and names 1']);
  });

  it('holds through the day it expires on', () => {
    const today = new Date().toISOString().slice(0, 10);
    expect(replayWith(baselineOf({ ...entry, expires: today })).code).toBe(0);
  });

  it('does not judge an entry whose pair or debug setting was not run', () => {
    for (const change of [{ pairs: ['series-1,series-2'] }, { debug: true }]) {
      const { code, document } = judged({ ...entry.match, ...change }, EQUAL);
      expect(code).toBe(0);
      expect(document.baseline.entries[0]).toMatchObject({ stale: [] });
      expect(document.baseline.entries[0].matches[0].judged).toBe(false);
    }
  });

  it('judges an entry only where a trace that shows it was replayed', () => {
    const other = { ...entry.match, outcomes: ['0', '-EPERM'] };
    const ofSelftest = { ...other, shownBy: ['nowhere', 'self*'] };
    expect(judged(ofSelftest, EQUAL).document.baseline.entries[0].stale).toEqual([
      'it matched nothing',
    ]);
    expect(judged(ofSelftest, EQUAL).code).toBe(5);
    expect(judged({ ...other, shownBy: ['nowhere'] }, EQUAL).code).toBe(0);
    expect(judged({ ...other, where: ['nowhere'] }, EQUAL).code).toBe(0);
    const out = run(['replay', EQUAL, '--baseline', 'b.json'], judged(other, EQUAL).folder).out;
    expect(out).not.toContain('not judged');
  });

  it('does not judge a difference in state at a level that cannot see it', () => {
    const match = { ...entry.match, kind: 'state', outcomes: ['0', '0'] };
    expect(judged(match, EQUAL).code).toBe(5);
    expect(judged(match, EQUAL, '--compare', 'outcome').code).toBe(0);
  });
});

/** A run over a trace with one entry. */
function judged(match: object, trace: string, ...args: string[]) {
  const folder = folderWith({ 'b.json': baselineOf({ ...entry, match }) });
  return {
    folder,
    ...documentOfRun(['replay', trace, '--baseline', 'b.json', ...args], folder),
  };
}

describe('an entry with several matches', () => {
  const gone = { ...entry.match, op: '__pkvm_host_share_hyp', outcomes: ['0', '-EPERM'] };

  it('has what any of them has, and is one cause with one reason', () => {
    const match = [gone, { ...entry.match, constructed: true }, entry.match];
    const { code, document } = replayWith(
      baselineOf({ ...entry, match: match.map((one) => ({ ...one, shownBy: ['elsewhere'] })) }),
    );
    expect([code, document.counts.known]).toEqual([0, 1]);
    expect(document.baseline.entries[0].matches.map(({ matched }) => matched)).toEqual([0, 0, 1]);
  });

  it('is stale for each of them that matched nothing', () => {
    const { code, document } = replayWith(baselineOf({ ...entry, match: [entry.match, gone] }));
    expect(code).toBe(5);
    expect(document.baseline.entries[0].stale).toEqual([
      'its match "__pkvm_host_share_hyp 0 | -EPERM" matched nothing',
    ]);
  });

  it('has the problems of each told with their place', () => {
    const match = [entry.match, { ...entry.match, op: 'x', outcomes: ['0'] }, {}];
    const folder = folderWith({ 'b.json': baselineOf({ ...entry, match }) });
    const { code, err } = run(['replay', EQUAL, '--baseline', 'b.json'], folder);
    expect(code).toBe(2);
    expect(err).toContain('must have at least 2 items (at /entries/0/match/1/outcomes)');
    expect(err).toContain('this entry would match every operation');
    const empty = folderWith({ 'b.json': baselineOf({ ...entry, match: [] }) });
    expect(run(['replay', EQUAL, '--baseline', 'b.json'], empty).err).toContain('at least 1 item');
    expect(err).not.toContain('schema');
  });
});

describe('a pair the other way round', () => {
  const args = ['--impl', 'direct,legacy'];

  it('matches with its outcomes the other way round, where the entry names the pair', () => {
    const match = { ...entry.match, pairs: ['legacy,direct'], shownBy: ['unshare-*'] };
    expect(replayWith(baselineOf({ ...entry, match }), ...args).code).toBe(0);
    expect(replayWith(baselineOf(entry), ...args).code).toBe(1);
    const wrong = { ...match, outcomes: ['-EPERM', '-EBUSY'] };
    expect(replayWith(baselineOf({ ...entry, match: wrong }), ...args).code).toBe(1);
  });

  it('has what was expected the other way round too', () => {
    const share = { op: '__pkvm_host_share_hyp', pfn: '0x40100', expect: { legacy: '-EPERM' } };
    const match = {
      op: share.op,
      kind: 'expectation',
      outcomes: ['0', '0'],
      expected: ['-EPERM', null],
      pairs: ['legacy,direct'],
    };
    const folder = folderWith({
      'b.json': baselineOf({ ...entry, match }),
      't.json': { format: 'pkvm-trace/1', name: 't', ops: [share] },
    });
    const code = (impl: string) =>
      run(['replay', 't.json', '--impl', impl, '--baseline', 'b.json'], folder).code;
    expect([code('legacy,direct'), code('direct,legacy')]).toEqual([0, 0]);
  });
});

describe('a bad baseline', () => {
  const cases: [string, unknown, string][] = [
    ['is not JSON', '{"format":', 'b.json:1:11: not JSON: a value is missing here'],
    ['has a trailing comma', '{"format": "pkvm-baseline/1", "entries": [],}', 'trailing comma'],
    ['is empty', '', 'b.json:1: empty'],
    ['has another format', { format: 'pkvm-baseline/2', entries: [] }, '(at /format)'],
    [
      'has an unknown key',
      baselineOf({ ...entry, raeson: 'x' }),
      'b.json:17:17: unknown key "raeson", did you mean "reason"? (at /entries/0/raeson)',
    ],
    [
      'has two entries with one id',
      baselineOf(entry, entry),
      'b.json:18: the id "busy-or-refused" is taken by the entry at b.json:4',
    ],
    [
      'has an entry that matches everything',
      baselineOf({ ...entry, match: {} }),
      'this entry would match every operation: name its `op`, `kind` and `outcomes`',
    ],
    [
      'has an entry for every operation',
      baselineOf({ ...entry, match: { ...entry.match, op: '*' } }),
      'this entry would match every operation',
    ],
    [
      'has an unknown operation',
      baselineOf({ ...entry, match: { ...entry.match, op: '__pkvm_host_unshare_hpy' } }),
      'did you mean "__pkvm_host_unshare_hyp"? (at /entries/0/match/op)',
    ],
    [
      'has an unknown implementation',
      baselineOf({ ...entry, match: { ...entry.match, pairs: ['legacy,dierct'] } }),
      'unknown implementation "dierct", did you mean "direct"? (at /entries/0/match/pairs/0)',
    ],
    [
      'has a day that is none',
      baselineOf({ ...entry, expires: '2026-02-30' }),
      '"2026-02-30" is not a day of the calendar (YYYY-MM-DD) (at /entries/0/expires)',
    ],
    ['has a date that is no date', baselineOf({ ...entry, expires: 'soon' }), '/entries/0/expires'],
    ['has no reason key', baselineOf({ ...entry, reason: undefined }), 'missing `reason`'],
    ['has a wrong type', { format: 'pkvm-baseline/1', entries: {} }, 'must be an array'],
  ];
  it.each(cases)('that %s: exit 2, with its place', (_, baseline, message) => {
    const folder = folderWith({ 'b.json': baseline });
    const { code, out, err } = run(['replay', EQUAL, '--baseline', 'b.json'], folder);
    expect(err).toContain(message);
    expect([code, out]).toEqual([2, '']);
  });

  it('that is not there: exit 2', () => {
    const { code, err } = run(['replay', EQUAL, '--baseline', 'missing.json']);
    expect([code, err]).toEqual([2, 'missing.json: cannot read: no such file or directory\n']);
  });

  it('has every problem listed at once', () => {
    const folder = folderWith({ 'b.json': baselineOf({ id: '!', match: 1, reason: 2 }) });
    const { err } = run(['replay', EQUAL, '--baseline', 'b.json'], folder);
    expect(err.trim().split('\n').length).toBeGreaterThanOrEqual(5);
  });
});

describe('--update-baseline', () => {
  it('writes new entries without a reason, which fail until it is filled in', () => {
    const folder = folderWith();
    const args = ['replay', BUSY, '--baseline', 'b.json', '--update-baseline', '-q'];
    const first = run(args, folder);
    expect(first.err).toBe(
      'b.json: 1 entry added; each fails until it has a reason and an owner\n',
    );
    expect(first.code).toBe(1);
    const written = JSON.parse(textOf(folder, 'b.json')) as BaselineDocument;
    expect(written.entries).toEqual([
      {
        id: 'host-unshare-hyp-ebusy-eperm',
        match: {
          op: '__pkvm_host_unshare_hyp',
          kind: 'outcome',
          outcomes: ['-EBUSY', '-EPERM'],
          columns: [],
          constructed: false,
          pairs: ['legacy,direct'],
          shownBy: ['unshare-hyp-busy-or-refused'],
        },
        reason: '',
        owner: '',
        link: '',
      },
    ]);
    const plain = args.filter((arg) => arg !== '--update-baseline');
    expect(run(plain, folder).code).toBe(5);
    const filled = textOf(folder, 'b.json').replace('"reason": ""', '"reason": "seen"');
    const again = folderWith({ 'b.json': filled.replace('"owner": ""', '"owner": "me"') });
    expect(run(plain, again).code).toBe(0);
    expect(run(args, again).err).toBe('b.json: 0 entries added\n');
  });

  it('keeps what is there, byte for byte, when it has the form of the shipped one', () => {
    const folder = folderWith({ 'b.json': readFileSync(BASELINE, 'utf8') });
    const args = ['replay', EQUAL, BUSY, '--baseline', 'b.json', '--update-baseline', '-q'];
    run(['replay', ...args.slice(1), '--impl', 'legacy,series-2', '--compare', 'outcome'], folder);
    expect(textOf(folder, 'b.json')).toBe(readFileSync(BASELINE, 'utf8'));
  });

  it('adds at the end, and leaves the order and form of what is there', () => {
    const before = `{ "entries": [
      {"reason":"a comment of mine",   "id":"z","owner":"me","link":"",
       "match":{"op":"hyp_pin_shared_mem","kind":"outcome","outcomes":["0","BUG"],"where":["x"]}}
    ],
  "format": "pkvm-baseline/1" }`;
    const folder = folderWith({ 'b.json': before });
    run(['replay', BUSY, '--baseline', 'b.json', '--update-baseline'], folder);
    const after = textOf(folder, 'b.json');
    const [head, tail] = before.split('\n    ],');
    expect(after.startsWith(`${head},\n    {\n      "id": "host-unshare-hyp-ebusy-eperm"`)).toBe(
      true,
    );
    expect(after.endsWith(`\n    ],${tail}`)).toBe(true);
    expect((JSON.parse(after) as BaselineDocument).entries).toHaveLength(2);
  });

  it('writes one entry for a cause that is met with debug on and off', () => {
    const folder = folderWith();
    const constructed = BUSY.replace('.json', '-constructed.json');
    run(['check', constructed, '--baseline', 'b.json', '--update-baseline', '-q'], folder);
    const { entries } = JSON.parse(textOf(folder, 'b.json')) as BaselineDocument;
    // The other five are for conditions of what is proved, which the file had none for.
    expect(entries).toHaveLength(1 + 5);
    expect(entries[0].match).toMatchObject({
      op: '__pkvm_host_unshare_hyp',
      kind: 'outcome',
      outcomes: ['-EBUSY', '-EPERM'],
      pairs: ['series-1,series-2'],
      shownBy: expect.arrayContaining(['unshare-hyp-busy-or-refused-constructed']),
    });
    expect(entries[0].match).not.toHaveProperty('debug');
  });

  it('needs one file to write to, and writes nothing into a bad one', () => {
    expect(run(['replay', EQUAL, '--update-baseline']).code).toBe(2);
    const folder = folderWith({ 'b.json': '{' });
    const args = ['replay', BUSY, '--baseline', 'b.json', '--update-baseline'];
    expect(run(args, folder).code).toBe(2);
    expect(textOf(folder, 'b.json')).toBe('{');
  });
});
