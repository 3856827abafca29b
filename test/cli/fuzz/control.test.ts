// SPDX-License-Identifier: GPL-2.0-only
import { beforeAll, describe, expect, it } from 'vitest';
import { contradictionsOf } from '../../../src/cli/fuzz/control.js';
import { direct } from '../../../src/direct/index.js';
import type { Minimised } from '../../../src/fuzz/document.js';
import { legacy } from '../../../src/legacy/index.js';
import { Prover } from '../../../src/prove/theorem.js';
import { bundledTraces } from '../../prove/traces.js';

const PAIR = [legacy, direct] as const;
let findings: Minimised[];

beforeAll(async () => {
  const traces = await bundledTraces('findings');
  findings = traces.map((trace) => ({ trace }) as Minimised);
});

describe('findings of a campaign', () => {
  it('satisfy the conditions that are proved', () => {
    expect(findings.length).toBeGreaterThan(0);
    expect(contradictionsOf(findings, PAIR)).toEqual([]);
  });

  it('contradict a theorem without conditions, each by name', () => {
    const theorem = { ...new Prover().prove(PAIR), conditions: [] };
    const texts = contradictionsOf(findings, PAIR, theorem);
    expect(texts.length).toBeGreaterThan(0);
    expect(texts[0]).toContain('no condition of the theorem holds there');
  });
});
