// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { direct } from '../../src/direct/index.js';
import { type MachineKind, machineKind, randomMachine } from '../../src/fuzz/machines.js';
import { Random } from '../../src/fuzz/random.js';
import { HOST_S2_POOL } from '../../src/hyp/layout.js';
import { Machine } from '../../src/hyp/machine.js';
import type { MachineConfig } from '../../src/hyp/op.js';
import { machineIssues } from '../../src/trace/machine.js';

const boots = (config: MachineConfig) => void Machine.alone(config, direct);

function machines(kind: MachineKind, count: number): MachineConfig[] {
  return Array.from(
    { length: count },
    (_, i) => randomMachine(new Random(1, i, 0), kind, boots).config,
  );
}

describe('randomMachine', () => {
  it.each<MachineKind>(['small', 'standard', 'layout', 'exhaustion'])(
    'makes %s machines that are valid and boot',
    (kind) => {
      for (const config of machines(kind, 100)) {
        expect(machineIssues(config)).toEqual([]);
        expect(() => boots(config)).not.toThrow();
      }
    },
  );

  it('makes huge machines of more than 2 GiB in one region', () => {
    const [config] = machines('huge', 1);
    expect(machineIssues(config)).toEqual([]);
    expect(config.memory[0].pages).toBeGreaterThan(524288 + config.carveout.hpool_pages);
  });

  it('makes pools of a few free pages where they are to be exhausted', () => {
    for (const config of machines('exhaustion', 50)) {
      expect(Machine.alone(config, direct).alloc.freePages(HOST_S2_POOL)).toBeLessThan(16);
    }
  });

  it('makes machines with debug on and off, several regions, nomap ones, one at address 0', () => {
    const all = machines('layout', 200);
    const regions = all.flatMap(({ memory }) => memory);
    expect(new Set(all.map((config) => config.nvhe_el2_debug)).size).toBe(2);
    expect(new Set(all.map((config) => config.share_guest_warn)).size).toBe(2);
    expect(all.some(({ memory }) => memory.length > 3)).toBe(true);
    expect(regions.some(({ nomap }) => nomap)).toBe(true);
    expect(regions.some(({ pfn }) => pfn === 0)).toBe(true);
  });
});

describe('machineKind', () => {
  it('draws every kind but huge, which comes when it is its turn', () => {
    const random = new Random(1, 1, 1);
    const kinds = new Set(Array.from({ length: 500 }, () => machineKind(random, false)));
    expect([...kinds].sort()).toEqual(['exhaustion', 'layout', 'small', 'standard']);
    expect(machineKind(random, true)).toBe('huge');
  });
});
