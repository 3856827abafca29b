// SPDX-License-Identifier: GPL-2.0-only
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { PANIC_FAULT } from '../../src/hyp/outcome.js';
import { problemText } from '../../src/input/problem.js';
import { Parser, type Recording, readInputs } from '../../src/trace/index.js';

const GOLDEN = fileURLToPath(new URL('../golden', import.meta.url));
const parser = Parser.ofRecordings();

describe('the recordings', () => {
  const recordings: Recording[] = [];
  const problems: string[] = [];
  beforeAll(async () => {
    for await (const item of readInputs(parser, [GOLDEN])) {
      if (item.kind === 'trace') recordings.push(item.trace);
      else problems.push(problemText(item.problem));
    }
  });

  it('are all read: 452 traces', () => {
    expect(problems).toEqual([]);
    const counts = new Map<string, number>();
    for (const { file } of recordings) {
      const name = file.slice(GOLDEN.length + 1);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    expect([...counts]).toEqual([
      ['core.jsonl', 120],
      ['guest.jsonl', 150],
      ['layout.jsonl', 100],
      ['oom.jsonl', 60],
      ['special.jsonl', 22],
    ]);
  });

  it('have a state exactly where the trace did not end in a FAULT', () => {
    for (const { name, state, results } of recordings) {
      expect(state === undefined, name).toBe(results.legacy.at(-1) === PANIC_FAULT);
    }
  });

  it('have results where they differ only', () => {
    expect(recordings.filter(({ results }) => results.direct)).toHaveLength(2);
    expect(recordings.filter(({ results }) => results.legacy_before_fix)).toHaveLength(56);
  });
});

describe('a recording', () => {
  const put = { op: '__pkvm_vcpu_put' };
  const messages = (document: object) => {
    const result = parser.parse(JSON.stringify(document), 'a.json');
    return result.ok ? [] : result.problems.map(({ pointer, message }) => `${pointer}: ${message}`);
  };
  const withResults = (legacy: unknown[]) => ({ name: 'x', ops: [put, put], results: { legacy } });

  it.each([
    ['a result per operation', [0, -1], []],
    ['a panic at the end', ['WARN'], []],
    ['too few results', [0], ['/results/legacy: 1 results for 2 operations']],
    ['too many results', [0, 0, 0], ['/results/legacy: 3 results for 2 operations']],
    ['a result after a panic', ['BUG', 0], ['/results/legacy/1: there are results after a panic']],
    ['an unknown result', [0, 'OOPS'], ['/results/legacy/1: unknown outcome "OOPS"']],
  ])('with %s', (_name, legacy, expected) => {
    expect(messages(withResults(legacy))).toEqual(expected);
  });

  it('must have results', () => {
    expect(messages({ name: 'x', ops: [put] })).toEqual([': missing `results`']);
    expect(messages({ name: 'x', ops: [put], results: {} })).toEqual([
      '/results: missing `legacy`',
    ]);
  });
});
