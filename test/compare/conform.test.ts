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
});
