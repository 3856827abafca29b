// SPDX-License-Identifier: GPL-2.0-only
/**
 * The bundled traces: what is in them, what each implementation makes of them, and that together
 * they meet every outcome an operation can have.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { IMPLEMENTATIONS } from '../src/implementations.js';
import { problemText } from '../src/input/problem.js';
import { OPERATIONS } from '../src/ops/index.js';
import { Parser, type Recording, readInputs, type Trace, traceToJson } from '../src/trace/index.js';
import { bundled, Comparison, FINDINGS, FOLDER, folderOf, MISUSE } from './bundled.js';

const RECORDINGS = fileURLToPath(new URL('golden/special.jsonl', import.meta.url));

/** The recording of a kernel that splits a block where others do not, so that its host faults again. */
const SPLITS_BLOCKS = 'vms-on-linux-6.12';

/** Bundled traces that are recordings of the compiled kernel code, by the recording's name. */
const RECORDED: Readonly<Record<string, string>> = {
  'selftest-2024-11-29': 'selftest',
  'selftest-2024-11-29-debug': 'selftest-debug',
  'unshare-hyp-of-ffa-page': 'unshare-hyp-of-ffa-page',
  'unshare-hyp-of-ffa-page-debug': 'unshare-hyp-of-ffa-page-debug',
  'share-guest-of-ffa-page-warns': 'share-guest-of-ffa-page',
  'unshare-ffa-of-guest-page-is-allowed': 'unshare-ffa-of-guest-page',
  'unshare-ffa-of-hyp-page-is-allowed': 'unshare-ffa-of-hyp-page',
  'share-guest-without-memcache-warns': 'share-guest-without-memcache',
  'init-vm-pgd-not-aligned-on-its-size': 'init-vm-pgd-not-aligned-on-its-size',
  'hyp-donate-host-2gib': 'hyp-donate-host-2gib',
  'hyp-donate-host-2gib-less-one-page': 'hyp-donate-host-2gib-less-one-page',
  'sizes-that-wrap': 'sizes-that-wrap',
  'ranges-across-regions': 'ranges-across-regions',
  'block-mapping-then-donate': 'block-split-by-donation',
  'unpin-below-zero-bugs': 'unpin-below-zero',
  'host-touches-donated-page-bugs': 'host-abort-in-donated-page',
  'unshare-hyp-refcount-before-state': 'unshare-hyp-busy-or-refused',
  'guest-page-aging': 'guest-page-aging',
  'guest-multi-share': 'guest-multi-share',
  'vm-table-full': 'vm-table-full',
  'memcache-page-is-a-table-afterwards': 'memcache-pages-are-hyps',
  'host-abort-beyond-input-size': 'host-abort-beyond-input-size',
};

let traces: Trace[];
let problems: string[];
const recordings: Recording[] = [];

beforeAll(async () => {
  ({ traces, problems } = await bundled());
  for await (const item of readInputs(Parser.ofRecordings(), [RECORDINGS])) {
    if (item.kind === 'problem') throw new Error(problemText(item.problem));
    recordings.push(item.trace);
  }
});

describe('the bundled traces', () => {
  it('are all read', () => {
    expect(problems).toEqual([]);
    expect(new Set(traces.map(folderOf))).toEqual(
      new Set([
        'edges',
        'findings',
        'misuse',
        'operations',
        'operations/transitions',
        'recorded',
        'regressions',
        'selftest',
        'undefined',
      ]),
    );
  });

  it('are in files of their own names, in the canonical form', async () => {
    for (const trace of traces) {
      expect(basename(trace.file)).toBe(`${trace.name}.json`);
      expect(await readFile(trace.file, 'utf8'), trace.name).toBe(traceToJson(trace));
    }
  });

  it('have a description and an expectation on every operation', () => {
    for (const { name, description, expects, source } of traces) {
      expect(description, name).toMatch(/\.$/);
      const without = source.filter((_, index) => expects[index] === undefined);
      const names = new Set(without.map(({ op }) => op));
      expect([...names], name).toEqual(name === SPLITS_BLOCKS ? ['handle_host_mem_abort'] : []);
    }
  });

  it('say of every implementation what is expected of it, where they differ', () => {
    const names = IMPLEMENTATIONS.map(({ name }) => name).sort();
    for (const { name, expects } of traces) {
      for (const expected of expects) {
        if (typeof expected === 'object') {
          expect([...expected.keys()].sort(), name).toEqual(names);
          expect(new Set(expected.values()).size, name).toBeGreaterThan(1);
        }
      }
    }
  });

  it('say in their name and folder what is constructed', () => {
    for (const { name, constructed } of traces) {
      expect(name.includes('constructed'), name).toBe(constructed);
    }
  });

  it('are described in the README of their folder', async () => {
    const readme = await readFile(`${FOLDER}/README.md`, 'utf8');
    for (const folder of new Set(traces.map(folderOf))) expect(readme).toContain(`\`${folder}/\``);
  });
});

describe('the bundled traces that are recordings', () => {
  it('expect what the compiled kernel code did', () => {
    expect(recordings.map(({ name }) => name).sort()).toEqual(Object.keys(RECORDED).sort());
    for (const recording of recordings) {
      const trace = traces.find(({ name }) => name === RECORDED[recording.name]);
      if (trace === undefined) throw new Error(`${recording.name} is not bundled`);
      expect(trace.ops, trace.name).toEqual(recording.ops);
      const { machine } = recording;
      expect(trace.machine, trace.name).toEqual({ ...machine, share_guest_warn: true });
      const { legacy, direct, legacy_before_fix } = recording.results;
      expectsAre(trace, 'legacy', legacy);
      expectsAre(trace, 'direct', direct ?? legacy);
      expectsAre(trace, 'legacy-before-fix', legacy_before_fix ?? legacy);
    }
  });
});

function expectsAre(trace: Trace, name: string, results: readonly number[]): void {
  results.forEach((result, index) => {
    const expected = trace.expects[index];
    const outcome = typeof expected === 'object' ? expected.get(name) : expected;
    expect(outcome, `${trace.name}, operation ${index}, ${name}`).toBe(result);
  });
}

describe('legacy and direct', () => {
  let comparison: Comparison;
  beforeAll(() => {
    comparison = new Comparison(traces, 'legacy', 'direct');
  });

  it('do what the bundled traces expect', () => {
    expect(comparison.unmet).toEqual([]);
    expect(comparison.unreached).toEqual([]);
  });

  it('differ in findings, as the model text says, and nowhere else', () => {
    expect(comparison.differences).toEqual({ ...FINDINGS, ...MISUSE });
    expect(comparison.misused.sort()).toEqual(Object.keys(MISUSE).sort());
    const misuse = traces.filter((trace) => folderOf(trace) === 'misuse');
    expect(misuse.map(({ name }) => name).sort()).toEqual(Object.keys(MISUSE).sort());
    const findings = traces.filter((trace) => folderOf(trace) === 'findings');
    expect(findings.map(({ name }) => name).sort()).toEqual(Object.keys(FINDINGS).sort());
  });

  it('are undefined where a table in use was freed, and nowhere else', () => {
    expect(comparison.notKnown).toEqual(['reuse-host-only 13 true']);
  });

  it.each(OPERATIONS)('meet every outcome that $name can have', ({ name, outcomes }) => {
    expect([...(comparison.outcomes.get(name) ?? [])].sort()).toEqual(outcomes.split(' ').sort());
  });
});
