// SPDX-License-Identifier: GPL-2.0-only
/** Recording a host of each kernel, and replaying what was recorded. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InitProgram } from '../../src/real/boot/init_program.js';
import { initramfsOf } from '../../src/real/drive/boot.js';
import type { TraceDocument } from '../../src/trace/index.js';
import { folderWith, textOf } from '../cli/run.js';
import { kernelImage, run } from './kernels.js';

/** What the models claim to be, and what they are compared with. */
const MODELS = { '6.12': 'legacy-before-fix,legacy', '6.16': 'legacy,direct' } as const;
type Series = keyof typeof MODELS;
const SERIES = Object.keys(MODELS) as Series[];
const NAME = 'recorded.json';

function recordInto(folder: string, series: string, ...options: string[]) {
  const out = join(folder, NAME);
  return run(['record', kernelImage(series), '--out', out, '--limit', '600', ...options]);
}

/** The names of the operations, each once. */
function operationsIn(folder: string): Set<string> {
  const { ops } = JSON.parse(textOf(folder, NAME)) as TraceDocument;
  return new Set(ops.map(({ op }) => op));
}

describe.each(SERIES)('a recording of Linux %s', (series) => {
  it('has the life of VMs in it, and replays in the models as recorded', () => {
    const folder = folderWith();
    const { code, out } = recordInto(folder, series);
    expect(code).toBe(0);
    expect(out).toMatch(/^left out: \d+ hypercalls that are no operations of a trace$/m);
    expect(out).toMatch(/^ +\d+ {2}__kvm_vcpu_run$/m);
    const operations = operationsIn(folder);
    for (const op of ['__pkvm_init_vm', '__pkvm_init_vcpu', '__pkvm_teardown_vm']) {
      expect(operations).toContain(op);
    }
    if (series === '6.16') {
      expect(operations).toContain('__pkvm_host_share_guest');
      expect(operations).toContain('__pkvm_host_unshare_guest');
      expect(operations).toContain('__pkvm_host_wrprotect_guest');
      expect(operations).toContain('__pkvm_host_relax_perms_guest');
    }
    const replayed = run(['replay', join(folder, NAME), '--impl', MODELS[series]]);
    expect(replayed.out).toMatch(/^equal: no divergence$/m);
    expect(replayed.code).toBe(0);
  });
});

describe('a host that cannot be recorded', () => {
  it('because its first program ends at once: says what its console said, and writes nothing', () => {
    const program = new InitProgram();
    const EXIT = 93n;
    program.call('exit', EXIT, 0n);
    const folder = folderWith();
    writeFileSync(join(folder, 'init.cpio'), initramfsOf(program));
    const { code, err } = recordInto(folder, '6.16', '--init', join(folder, 'init.cpio'));
    expect(code).toBe(2);
    expect(err).toContain('the kernel panicked while its host was recorded');
    expect(err).toContain('Attempted to kill init!');
    expect(existsSync(join(folder, NAME))).toBe(false);
  });

  it('because it is never powered off: ends at the limit', () => {
    const folder = folderWith();
    writeFileSync(join(folder, 'init.cpio'), initramfsOf(new InitProgram()));
    const init = ['--init', join(folder, 'init.cpio'), '--limit', '20'];
    const { code, err } = recordInto(folder, '6.16', ...init);
    expect([code, err.split('\n')[0]]).toEqual([
      2,
      `${kernelImage('6.16')}: the machine is not powered off within 20 s`,
    ]);
    expect(readdirSync(folder)).toEqual(['init.cpio']);
  });
});
