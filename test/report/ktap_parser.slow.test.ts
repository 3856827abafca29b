// SPDX-License-Identifier: GPL-2.0-only
/** The kernel's own reader of KTAP, tools/testing/kunit/kunit_parser.py, reads what is written. */

import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ResultDocument } from '../../src/result/index.js';
import { linuxSource } from '../support/linux_source.js';
import { EVERY } from './every.js';
import { render } from './render.js';

const linux = linuxSource(['tools/testing/kunit']);
afterAll(() => rmSync(linux, { recursive: true, force: true }));

const READ = `
import json, sys
sys.path.insert(0, sys.argv[1])
import kunit_parser
result = kunit_parser.parse_run_tests(iter(sys.stdin.read().splitlines()))
def seen(test):
    return {'name': test.name, 'status': test.status.name, 'log': test.log,
            'errors': test.counts.errors, 'subtests': [seen(one) for one in test.subtests]}
print(json.dumps(seen(result)))
`;

interface Seen {
  readonly name: string;
  readonly status: string;
  readonly log: readonly string[];
  /** What the reader found wrong with the format, here and below. */
  readonly errors: number;
  readonly subtests: readonly Seen[];
}

function readByKernel(document: ResultDocument): Seen {
  const read = spawnSync('python3', ['-c', READ, join(linux, 'tools/testing/kunit')], {
    input: render('ktap', document),
    encoding: 'utf8',
  });
  expect(read.stderr).toBe('');
  return JSON.parse(read.stdout.trim().split('\n').at(-1) ?? '') as Seen;
}

describe('the kernel’s reader', () => {
  it.each(Object.keys(EVERY))('finds nothing wrong with the format of %s', (name) => {
    const seen = readByKernel(EVERY[name]);
    expect(seen.errors).toBe(0);
    expect(seen.subtests.length).toBeGreaterThan(0);
  });

  it('sees what passed, was skipped and failed, by pair', () => {
    const { status, subtests } = readByKernel(EVERY.new);
    expect(status).toBe('FAILURE');
    expect(
      subtests.map(({ name, subtests: cases }) => [name, cases.map((one) => one.status)]),
    ).toEqual([
      ['legacy | direct, debug off', ['SUCCESS', 'SKIPPED', 'SUCCESS']],
      ['legacy-before-fix | legacy, debug off', ['SUCCESS', 'SUCCESS', 'FAILURE']],
    ]);
    expect(subtests[1].subtests[2].log.join('\n')).toMatch(/WARN \| -EPERM[^]*to reproduce: pkvm/);
  });

  it('sees that what compared nothing did not pass', () => {
    expect(readByKernel(EVERY.nothing).status).toBe('FAILURE');
    expect(readByKernel(EVERY.known).status).toBe('SUCCESS');
  });
});
