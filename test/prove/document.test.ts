// SPDX-License-Identifier: GPL-2.0-only
/** What a theorem comes to in the result document. */
import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit_codes.js';
import { direct } from '../../src/direct/index.js';
import { findImplementation } from '../../src/implementations.js';
import { legacy } from '../../src/legacy/index.js';
import { theoremSection } from '../../src/prove/document.js';
import { Settled } from '../../src/prove/settle.js';
import { Prover } from '../../src/prove/theorem.js';
import { NOTHING_KNOWN, type ResultDocument, Tally } from '../../src/result/index.js';

const PAIR = [legacy, direct] as const;
const WATCHED = { calls: 1, traces: 1, states: 1, fuzzRuns: 1, violations: [] };
const settled = new Settled(new Prover().prove(PAIR), PAIR);

function documentOf(theorem: ReturnType<typeof theoremSection>): ResultDocument {
  const tally = new Tally({
    tool: { name: 'pkvm-tracediff', version: '1' },
    command: [],
    level: 'exact',
    debug: 'both',
    pairs: [PAIR],
  });
  tally.theorems = [theorem];
  return tally.document();
}

describe('a theorem', () => {
  it('with conditions that no baseline has is new, and ends a run with code 1', () => {
    const section = theoremSection(settled, WATCHED, NOTHING_KNOWN);
    expect(section.verdict).toBe('new');
    const document = documentOf(section);
    expect(document.verdict).toBe('new');
    expect(exitCodeOf(document)).toBe(1);
  });

  it('of which nothing can happen is equal, though nothing was replayed', () => {
    const series = findImplementation('series-1');
    if (!series) throw new Error('no series-1');
    const same = new Settled(new Prover().prove([series, series]), [series, series]);
    const document = documentOf(theoremSection(same, WATCHED, NOTHING_KNOWN));
    expect(document.verdict).toBe('equal');
    expect(exitCodeOf(document)).toBe(0);
  });

  it('whose assumption is violated is none: nothing is proved, and the run ends with code 3', () => {
    const helper = 'pkvm_create_mappings_locked' as const;
    const violations = [{ assumption: 2, helper, what: 'reads host_state' }] as const;
    const section = theoremSection(settled, { ...WATCHED, violations }, NOTHING_KNOWN);
    expect(section.verdict).toBe('not proved');
    expect(section.assumptions[1].violations).toEqual([
      'pkvm_create_mappings_locked() reads host_state',
    ]);
    expect(exitCodeOf(documentOf(section))).toBe(3);
  });

  it('that something contradicts is none either', () => {
    const section = theoremSection(settled, WATCHED, NOTHING_KNOWN, ['they differ elsewhere']);
    expect(section.verdict).toBe('not proved');
    expect(exitCodeOf(documentOf(section))).toBe(3);
  });

  it('says of a condition that is not settled that it is open', () => {
    const section = theoremSection(settled, WATCHED, NOTHING_KNOWN);
    expect(new Set(section.conditions.map((one) => one.settled))).toEqual(new Set(['open']));
  });
});
