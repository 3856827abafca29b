// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { nestingTooDeep } from '../../src/input/syntax.js';
import { documentOf, problemsOf } from '../trace/helpers.js';

const SHARE = { op: '__pkvm_host_share_hyp', pfn: 1 };
const VALID = JSON.stringify(documentOf([SHARE]));

/** `line:column message` of each problem. */
const placesOf = (text: string) =>
  problemsOf(text).map(({ line, column, message }) => `${line}:${column} ${message}`);

describe('a text that is not JSON', () => {
  it.each([
    ['nothing', '', ['1:undefined empty: a trace is a JSON object']],
    ['white space', ' \r\n', ['1:undefined empty: a trace is a JSON object']],
    ['a line comment', `\n  // why\n${VALID}`, ['2:3 comments are not JSON']],
    [
      'a block comment',
      `${VALID.slice(0, -1)}/* why */}`,
      [`1:${VALID.length} comments are not JSON`],
    ],
    ['a trailing comma in an object', '{"a": 1,\n}', '1:8 trailing comma'],
    ['a trailing comma in an array', VALID.replace(']', '\n,\n]'), ['2:1 trailing comma']],
    [
      'a trailing comma before a comment',
      VALID.replace(']', ', // end\n]'),
      [
        `1:${VALID.indexOf(']') + 1} trailing comma`,
        `1:${VALID.indexOf(']') + 3} comments are not JSON`,
      ],
    ],
    [
      'two documents',
      `${VALID}\n${VALID}`,
      ['2:1 not JSON: there is text after the end of the document'],
    ],
    ['single quotes', "{'a': 1}", ['1:2 not JSON: this is not a JSON value']],
    ['a key without quotes', '{a: 1}', ['1:2 not JSON: this is not a JSON value']],
    ['no comma', '{"a": 1\n"b": 2}', ['2:1 not JSON: a comma is missing here']],
    ['no colon', '{"a" 1}', ['1:6 not JSON: a colon is missing here']],
    ['no value', '{"a": }', ['1:7 not JSON: a value is missing here']],
    ['no end', '{"a": 1', ['1:8 not JSON: a closing brace is missing here']],
    ['a leading zero', '{"a": 01}', ['1:8 not JSON: a comma is missing here']],
    ['a tab in a string', '{"a":\n"\t"}', ['2:1 not JSON: a control character in a string']],
    ['NaN', '{"a": NaN}', ['1:7 not JSON: this is not a JSON value']],
    ['a string without an end', '{"a": "b}', ['1:7 not JSON: this string does not end']],
  ])('%s', (_name, text, expected) => {
    const places = placesOf(text);
    if (typeof expected === 'string') expect(places).toContain(expected);
    else expect(places).toEqual(expected);
  });

  it('has its other problems listed too when only commas and comments are wrong', () => {
    const text = '{"format": "pkvm-trace/1", // one\n"name": "x",\n"ops": [{"op": "reboot"},]}';
    expect(placesOf(text)).toEqual([
      '1:28 comments are not JSON',
      '3:16 unknown operation "reboot"',
      '3:25 trailing comma',
    ]);
  });

  it.each([
    ['unclosed arrays', '['.repeat(10_000)],
    ['closed arrays', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['objects', '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000)],
    [
      'arrays in a valid trace',
      VALID.replace('1}]', `${'['.repeat(10_000)}1${']'.repeat(10_000)}}]`),
    ],
    ['a very long text', '['.repeat(5 * 1024 * 1024)],
  ])('nested too deep is refused: %s', (_name, text) => {
    expect(problemsOf(text).map(({ message }) => message)).toEqual([
      'nested more than 64 levels deep',
    ]);
  });
});

describe('nestingTooDeep', () => {
  it('is the offset of the first bracket too deep', () => {
    expect(nestingTooDeep(`${'['.repeat(64)}${']'.repeat(64)}`)).toBeUndefined();
    expect(nestingTooDeep(' ['.repeat(65))).toBe(129);
  });

  it('does not count brackets in strings', () => {
    expect(nestingTooDeep(`["${'['.repeat(100)}\\"${'{'.repeat(100)}"]`)).toBeUndefined();
    expect(nestingTooDeep(`["\\\\", ${'['.repeat(64)}`)).toBe(7 + 63);
  });
});

describe('places of problems', () => {
  it('are lines and columns of the offending value', () => {
    const text = JSON.stringify(
      documentOf([SHARE, { ...SHARE, pfn: -1 }], { machine: 3 }),
      null,
      1,
    );
    expect(problemsOf(text).map(({ line, column, pointer }) => [line, column, pointer])).toEqual([
      [4, 13, '/machine'],
      [12, 11, '/ops/1/pfn'],
    ]);
  });

  it('are those of the object for what is missing in it', () => {
    const text =
      '{"format": "pkvm-trace/1", "name": "x", "ops": [\n  {"op": "__pkvm_teardown_vm"}]}';
    const [{ line, column, pointer }] = problemsOf(text);
    expect([line, column, pointer]).toEqual([2, 3, '/ops/0']);
  });
});
