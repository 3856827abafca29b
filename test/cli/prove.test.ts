// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BASELINE, documentOfRun, folderWith, run, textOf } from './run.js';

// With what is kept of this model it takes seconds; else everything is settled again, in a minute.
describe('prove', () => {
  it('ends 0 with the baseline, and the mail has the theorem once, in 75 columns', () => {
    const { code, out } = run(['prove', '--baseline', BASELINE, '--report', 'mail=-']);
    expect(code).toBe(0);
    expect(out).toMatch(/^known: 5 conditions, each in a baseline\n/);
    expect(out.match(/proved/gi)).toHaveLength(1);
    expect(out.match(/^ {2}Assumed, and held to real executions:$/gm)).toHaveLength(1);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(75);
    // Each argument says how many executions looked for what it excludes.
    const letters = out.match(/^ {2}\([a-z]\) /gm) ?? [];
    expect(letters.length).toBeGreaterThan(0);
    expect(out.match(/\[[\d,]+\]$/gm)).toHaveLength(letters.length);
  }, 300_000);

  it('ends 1 without a baseline; the document has the theorem', () => {
    const { code, document } = documentOfRun(['prove']);
    expect([code, document.verdict]).toEqual([1, 'new']);
    const [theorem] = document.theorems ?? [];
    expect(theorem.pair).toEqual({ first: 'legacy', second: 'direct' });
    expect(theorem.debug).toEqual([false, true]);
    expect(theorem.assumptions.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
    const fresh = theorem.conditions.filter(({ status }) => status === 'new');
    expect(new Set(fresh.map(({ op }) => op))).toEqual(
      new Set([
        '__pkvm_host_share_hyp',
        '__pkvm_host_unshare_hyp',
        '__pkvm_host_donate_hyp',
        '__pkvm_hyp_donate_host',
      ]),
    );
  }, 300_000);

  it('ends 0 without a baseline where nothing can part the two', () => {
    const { code, out } = run(['prove', '--impl', 'legacy,series-1', '--debug', 'off']);
    expect(code).toBe(0);
    expect(out).toContain('what could part them');
  }, 300_000);

  it('refuses what it cannot take, and keeps a file that is there', () => {
    const folder = folderWith({ 'kept.json': 'mine' });
    expect(run(['prove', '--impl', 'legacy,dierct']).err).toContain('did you mean "direct"?');
    expect(run(['prove', '--impl', 'legacy']).code).toBe(2);
    const kept = run(['prove', '--quiet', '--keep', join(folder, 'kept.json')]);
    expect(kept.code).toBe(2);
    expect(kept.err).toContain('kept.json');
    expect(textOf(folder, 'kept.json')).toBe('mine');
  }, 300_000);
});
