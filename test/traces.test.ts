// SPDX-License-Identifier: GPL-2.0-only
/**
 * The bundled traces: what is in them, what each implementation makes of them, and that together
 * they meet every outcome an operation can have. The tables below come from the model text.
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { replayTrace } from '../src/compare/replay.js';
import { outcomeText } from '../src/hyp/outcome.js';
import type { Implementation } from '../src/hyp/transitions.js';
import { findImplementation, IMPLEMENTATIONS } from '../src/implementations.js';
import { problemText } from '../src/input/problem.js';
import { OPERATIONS } from '../src/ops/index.js';
import {
  type Item,
  Parser,
  type Recording,
  readInputs,
  type Trace,
  traceToJson,
} from '../src/trace/index.js';

const FOLDER = fileURLToPath(new URL('../traces', import.meta.url));
const RECORDINGS = fileURLToPath(new URL('golden/special.jsonl', import.meta.url));

/** Traces in which legacy and direct differ: operation index and kind. Nothing else may differ. */
const FINDINGS: Readonly<Record<string, readonly string[]>> = {
  // An int holds the unmapped size: 2 GiB is negative.
  'hyp-donate-host-2gib': ['1 outcome'],
  'teardown-of-vm-of-2gib': ['2 outcome'],
  'init-vm-of-2gib-refused': ['2 outcome'],
  // Legacy asks for the reference count before the state of hyp.
  'unshare-hyp-busy-or-refused': ['6 outcome'],
  'unshare-hyp-busy-or-refused-through-init-vm': ['6 outcome'],
  'unshare-hyp-busy-or-refused-host-only': ['5 outcome'],
  'unshare-hyp-busy-or-refused-constructed': ['1 outcome', '3 outcome'],
  'unshare-hyp-busy-or-refused-constructed-debug': ['1 outcome', '3 outcome'],
  // Legacy changes the host first, direct hyp.
  'share-hyp-out-of-tables': ['1 state-at-panic'],
  'share-hyp-out-of-tables-debug': ['1 state-at-panic'],
  'donate-hyp-out-of-hyp-tables': ['1 state-at-panic'],
  'donate-hyp-out-of-hyp-tables-midway': ['0 state-at-panic'],
  'donate-hyp-out-of-both-tables': ['0 state-at-panic'],
  'donate-hyp-out-of-both-tables-at-once': ['0 state-at-panic'],
  'donate-hyp-out-of-host-tables': ['1 state-at-panic'],
  'init-vm-out-of-tables': ['1 state-at-panic'],
  'init-vcpu-out-of-tables': ['3 state-at-panic'],
  'share-guest-memcache-out-of-tables': ['5 state-at-panic'],
};

/** Findings for which hyp gives away what it uses itself. */
const MISUSE: Readonly<Record<string, readonly string[]>> = {
  'unshare-hyp-busy-or-refused-misuse-debug': ['2 outcome'],
  'donate-hyp-of-counted-free-page-misuse-debug': ['3 state-at-panic'],
  'donate-hyp-after-tables-freed-misuse': ['3 state-at-panic'],
};

/** Traces in which the fix of Nov 2024 shows: legacy-before-fix against legacy. */
const REGRESSIONS: Readonly<Record<string, readonly string[]>> = {
  selftest: ['31 outcome'],
  'selftest-np-guest': ['43 outcome'],
  'unshare-hyp-of-ffa-page': ['1 outcome'],
  'unshare-hyp-of-ffa-pages-twice': ['5 outcome'],
  'unshare-hyp-of-guest-page': ['6 outcome'],
  'unshare-hyp-of-hyp-page-constructed': ['1 outcome'],
};

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

const traces: Trace[] = [];
const recordings: Recording[] = [];
const problems: string[] = [];

async function readAll<T>(items: AsyncIterable<Item<T>>, into: T[]): Promise<void> {
  for await (const item of items) {
    if (item.kind === 'trace') into.push(item.trace);
    else problems.push(problemText(item.problem));
  }
}

beforeAll(async () => {
  await readAll(readInputs(Parser.ofTraces(), [FOLDER]), traces);
  await readAll(readInputs(Parser.ofRecordings(), [RECORDINGS]), recordings);
});

function implementation(name: string): Implementation {
  const found = findImplementation(name);
  if (found === undefined) throw new Error(`no implementation ${name}`);
  return found;
}

/** The folder of a trace within traces/. */
function folderOf(trace: Trace): string {
  return relative(FOLDER, dirname(trace.file)).split(sep).join('/');
}

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
    for (const { name, description, expects } of traces) {
      expect(description, name).toMatch(/\.$/);
      expect(expects, name).not.toContain(undefined);
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

/** What two implementations make of all traces: where they differ, and the outcomes they had. */
class Comparison {
  readonly differences: Record<string, string[]> = {};
  readonly unmet: string[] = [];
  readonly outcomes = new Map<string, Set<string>>();
  /** Operations that neither side got to. */
  readonly unreached: string[] = [];
  /** Traces that are undefined: at which operation, and whether they expect so. */
  readonly notKnown: string[] = [];
  /** Traces with a difference that is labelled misuse. */
  readonly misused: string[] = [];

  constructor(first: string, second: string) {
    for (const trace of traces) this.replay(trace, implementation(first), implementation(second));
  }

  private replay(trace: Trace, first: Implementation, second: Implementation): void {
    const {
      divergences,
      compared,
      undefined: end,
    } = replayTrace(trace, first, second, {
      level: 'exact',
      observe: (index, lockstep) => {
        this.met(trace.source[index].op, lockstep.firstOutcome);
        this.met(trace.source[index].op, lockstep.secondOutcome);
      },
    });
    for (const { kind, opIndex, opText, outcomes, expected } of divergences) {
      if (kind === 'expectation') {
        const text = `${opText} ${outcomes.join(' | ')}, expected ${expected?.join(' | ')}`;
        this.unmet.push(`${trace.name}[${opIndex}]: ${text}`);
      } else {
        this.differences[trace.name] ??= [];
        this.differences[trace.name].push(`${opIndex} ${kind}`);
      }
    }
    const last = divergences.findLast(({ opIndex }) => opIndex === compared - 1);
    const oneSided = last !== undefined && last.outcomes[0] !== last.outcomes[1];
    if (divergences.some(({ misuse }) => misuse)) this.misused.push(trace.name);
    if (end) this.notKnown.push(`${trace.name} ${end.opIndex} ${end.expected}`);
    else if (compared < trace.ops.length && !oneSided) this.unreached.push(trace.name);
  }

  private met(op: string, outcome: number): void {
    const met = this.outcomes.get(op) ?? new Set();
    this.outcomes.set(op, met);
    met.add(outcome >= 0x1000 && outcome <= 0x10fe ? 'handle' : outcomeText(outcome));
  }
}

describe('legacy and direct', () => {
  let comparison: Comparison;
  beforeAll(() => {
    comparison = new Comparison('legacy', 'direct');
  }, 120_000);

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

describe('legacy before and after the fix of Nov 2024', () => {
  let comparison: Comparison;
  beforeAll(() => {
    comparison = new Comparison('legacy-before-fix', 'legacy');
  }, 120_000);

  it('do what the bundled traces expect', () => {
    expect(comparison.unmet).toEqual([]);
  });

  it('differ in regressions and the selftest with debug off, and nowhere else', () => {
    expect(comparison.differences).toEqual(REGRESSIONS);
  });
});

describe('the points within the series', () => {
  let comparison: Comparison;
  beforeAll(() => {
    comparison = new Comparison('series-1', 'series-2');
  }, 120_000);

  it('do what the bundled traces expect', () => {
    expect(comparison.unmet).toEqual([]);
  });

  it('differ in what patch 2 changes: the findings about sharing with hyp', () => {
    const sharing = Object.entries({ ...FINDINGS, ...MISUSE }).filter(([name]) =>
      /^(un)?share-hyp-/.test(name),
    );
    expect(comparison.differences).toEqual(Object.fromEntries(sharing));
  });
});
