// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { KillMatrix } from '../../src/mutants/types.generated.js';
import { folderWith, run, textOf } from './run.js';

const FFA = 'traces/operations/share-ffa.json';
const DROPPED = 'direct/__pkvm_host_share_ffa/check host OWNED: dropped';

describe('mutants', () => {
  it('names the trace that kills a mutant, and ends 0 when all are killed', () => {
    const { code, out, err } = run(['mutants', FFA, '--only', DROPPED]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(
      /^direct\/\S+\/check host OWNED: dropped\n {2}killed by share-ffa in \d+ operations, debug off\n/,
    );
    expect(out).toContain('killed by traces: 1 of 1 (100.0 %)');
  });

  it('ends 1 when one survives, and names it when quiet', () => {
    const { code, out } = run(['mutants', FFA, '--only', 'direct/__pkvm_host_share_hyp', '-q']);
    expect(code).toBe(1);
    expect(out).toMatch(
      /check host OWNED: dropped\n(?: {2}proved: .*\n(?: {2}(?!survives).*\n)*)? {2}survives the traces\n/,
    );
    expect(out).not.toContain('killed by share-ffa');
    for (const line of out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it('says why a mutant is equivalent, and what showed it', () => {
    const { code, out } = run([
      'mutants',
      FFA,
      '--only',
      'legacy/__pkvm_hyp_donate_host/unmap hyp: c',
    ]);
    expect(code).toBe(4);
    const words = out.replaceAll(/\s+/g, ' ');
    expect(words).toContain('equivalent: legacy itself keeps this result in an int');
    expect(words).toContain('no difference in 12 transitions of 4 states');
    for (const line of out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it('gives the kill matrix as JSON', () => {
    const { out } = run(['mutants', FFA, '--only', DROPPED, '--format', 'json']);
    const { traces, score, mutants } = JSON.parse(out) as KillMatrix;
    expect([traces.count, score.mutants, score.traces]).toEqual([1, 1, 1]);
    expect(mutants.map(({ name, trace }) => [name, trace?.name])).toEqual([[DROPPED, 'share-ffa']]);
  });

  it('replaces no file, and keeps nothing of bad input', () => {
    const folder = folderWith({ 'kept.json': 'mine', 'bad.json': '{' });
    const kept = join(folder, 'kept.json');
    const refused = run(['mutants', FFA, '--save', kept]);
    expect([refused.code, refused.out]).toEqual([2, '']);
    expect(refused.err).toContain('--force replaces it');
    expect(textOf(folder, 'kept.json')).toBe('mine');
    const bad = run(['mutants', join(folder, 'bad.json'), '--save', join(folder, 'new.json')]);
    expect(bad.code).toBe(2);
    expect(existsSync(join(folder, 'new.json'))).toBe(false);
  });
});
