// SPDX-License-Identifier: GPL-2.0-only
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { conform } from '../../src/compare/conform.js';
import { direct } from '../../src/direct/index.js';
import { legacy, legacyBeforeFix } from '../../src/legacy/index.js';
import { Parser, type Recording, readInputs } from '../../src/trace/index.js';
import { BUSY, UNTIDY } from '../support/pairs.js';

const SPECIAL = fileURLToPath(new URL('../golden/special.jsonl', import.meta.url));

describe('conform', () => {
  const recordings = new Map<string, Recording>();
  beforeAll(async () => {
    for await (const item of readInputs(Parser.ofRecordings(), [SPECIAL])) {
      if (item.kind === 'trace') recordings.set(item.trace.name, item.trace);
    }
  });
  const recording = (name: string): Recording => {
    const found = recordings.get(name);
    if (!found) throw new Error(`no recording ${name}`);
    return found;
  };

  it('finds nothing where the implementation does what was recorded', () => {
    const trace = recording('unshare-hyp-of-ffa-page');
    expect(conform(trace, 'legacy', legacy)).toBeUndefined();
    expect(conform(trace, 'direct', direct)).toBeUndefined();
    expect(conform(trace, 'legacy-before-fix', legacyBeforeFix)).toBeUndefined();
  });

  it('holds each implementation to its own results', () => {
    const fixed = recording('unshare-hyp-of-ffa-page');
    expect(conform(fixed, 'legacy', legacyBeforeFix)).toMatchObject({
      where: 'op 1: __pkvm_host_unshare_hyp(pfn=0x40100)',
      recorded: '-EPERM',
      replayed: 'WARN',
    });
    expect(conform(fixed, 'legacy-before-fix', legacy)?.recorded).toBe('WARN');
    const order = recording('unshare-hyp-refcount-before-state');
    expect(conform(order, 'legacy', direct)).toMatchObject({
      recorded: '-EBUSY',
      replayed: '-EPERM',
    });
    expect(conform(order, 'direct', legacy)).toMatchObject({
      recorded: '-EPERM',
      replayed: '-EBUSY',
    });
  });

  it('stops at the first result that differs', () => {
    const trace = recording('unshare-hyp-of-ffa-page');
    const mismatch = conform(trace, 'direct', BUSY);
    expect(mismatch?.where).toMatch(/^op 0: /);
  });

  it('compares the final state when all results agree', () => {
    const mismatch = conform(recording('unshare-hyp-of-ffa-page'), 'direct', UNTIDY);
    expect(mismatch?.where).toBe('final state');
    expect(mismatch?.recorded).not.toBe(mismatch?.replayed);
    expect(mismatch?.recorded.split('\n')[0]).toMatch(/^free \{/);
  });

  it('compares no state where none was recorded', () => {
    const trace = { ...recording('unshare-hyp-of-ffa-page'), state: undefined };
    expect(conform(trace, 'direct', UNTIDY)).toBeUndefined();
  });

  it('compares the state of legacy-before-fix where it has the results of legacy', () => {
    const own = recording('unshare-hyp-of-ffa-page');
    const same = recording('unshare-hyp-of-ffa-page-debug');
    const changed = (trace: Recording, free: object): Recording => {
      if (!trace.state) throw new Error('no state');
      return { ...trace, state: { legacy: { ...trace.state.legacy, ...free } } };
    };
    const other = { free: { hpool: 1, host_s2: 2 } };
    expect(conform(changed(own, other), 'legacy-before-fix', legacyBeforeFix)).toBeUndefined();
    expect(conform(changed(own, other), 'legacy', legacy)?.where).toBe('final state');
    expect(conform(same, 'legacy-before-fix', legacyBeforeFix)).toBeUndefined();
    const mismatch = conform(changed(same, other), 'legacy-before-fix', legacyBeforeFix);
    expect(mismatch?.where).toBe('final state');
  });

  it('holds direct to its own state where it has one', () => {
    const trace = recording('unshare-hyp-of-ffa-page');
    if (!trace.state) throw new Error('no state');
    const { legacy: state } = trace.state;
    const other = { ...state, free: { hpool: 1, host_s2: 2 } };
    const ofDirect = { ...trace, state: { legacy: state, direct: other } };
    const ofLegacy = { ...trace, state: { legacy: other, direct: state } };
    expect(conform(ofDirect, 'legacy', legacy)).toBeUndefined();
    expect(conform(ofDirect, 'direct', direct)?.recorded).toContain('free {"hpool":1,');
    expect(conform(ofLegacy, 'direct', direct)).toBeUndefined();
    expect(conform(ofLegacy, 'legacy', legacy)?.recorded).toContain('free {"hpool":1,');
  });

  it('does not ask in which order the parts of a state were written', () => {
    const trace = recording('unshare-hyp-of-ffa-page');
    if (!trace.state) throw new Error('no state');
    const turned = Object.fromEntries(Object.entries(trace.state.legacy).reverse());
    const state = { legacy: turned as typeof trace.state.legacy };
    expect(conform({ ...trace, state }, 'legacy', legacy)).toBeUndefined();
  });

  it('tells a state by its parts in order, a line a run', () => {
    const trace = recording('unshare-hyp-of-ffa-page');
    if (!trace.state) throw new Error('no state');
    const { legacy: state } = trace.state;
    const lines = conform(trace, 'direct', UNTIDY)?.recorded.split('\n') ?? [];
    const runs = (name: 'host_s2' | 'hyp_s1' | 'vmemmap') =>
      state[name].map((run) => `${name} ${JSON.stringify(run)}`);
    expect(lines).toEqual([
      `free ${JSON.stringify(state.free)}`,
      ...runs('host_s2'),
      `host_s2_hash "${state.host_s2_hash}"`,
      ...runs('hyp_s1'),
      `hyp_s1_hash "${state.hyp_s1_hash}"`,
      ...runs('vmemmap'),
    ]);
  });
});
