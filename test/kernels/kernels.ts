// SPDX-License-Identifier: GPL-2.0-only
/** The kernels of scripts/fetch-kernels.sh, and what the tests of each have in common. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { findImplementation } from '../../src/implementations.js';
import { compileOp } from '../../src/ops/index.js';
import { realKind } from '../../src/real/index.js';
import { MachineSide } from '../../src/side/machine_side.js';
import type { Side } from '../../src/side/side.js';
import { SidePair } from '../../src/side/side_pair.js';
import { DEFAULT_MACHINE, type Trace, type TraceOp } from '../../src/trace/index.js';
import { documentOfRun, folderWith, ROOT, run } from '../cli/run.js';

/** Kernels by series: in `kernels`, or where TRACEDIFF_KERNELS says. */
export function kernelImage(series: string): string {
  const folder = process.env.TRACEDIFF_KERNELS ?? join(ROOT, 'kernels');
  const image = join(folder, `${series}-vmlinuz`);
  if (!existsSync(image)) throw new Error(`${image}: run scripts/fetch-kernels.sh kernels`);
  return image;
}

export const SHARED_PAGE = 0x40100;

/** The ten operations of a page's life with the hypervisor. */
export const TEN_OPERATIONS: readonly TraceOp[] = [
  { op: '__pkvm_host_share_hyp', pfn: SHARED_PAGE },
  { op: '__pkvm_host_share_hyp', pfn: SHARED_PAGE },
  { op: 'hyp_pin_shared_mem', from: SHARED_PAGE * 4096, to: (SHARED_PAGE + 1) * 4096 },
  { op: '__pkvm_host_unshare_hyp', pfn: SHARED_PAGE },
  { op: 'hyp_unpin_shared_mem', from: SHARED_PAGE * 4096, to: (SHARED_PAGE + 1) * 4096 },
  { op: '__pkvm_host_unshare_hyp', pfn: SHARED_PAGE },
  { op: '__pkvm_host_donate_hyp', pfn: SHARED_PAGE, nr_pages: 1 },
  { op: '__pkvm_hyp_donate_host', pfn: SHARED_PAGE, nr_pages: 1 },
  { op: '__pkvm_host_share_ffa', pfn: SHARED_PAGE, nr_pages: 1 },
  { op: '__pkvm_host_unshare_hyp', pfn: SHARED_PAGE },
];

export function traceOf(source: readonly TraceOp[]): Trace {
  return {
    name: 'a-trace',
    description: undefined,
    machine: DEFAULT_MACHINE,
    ops: source.map(compileOp),
    expects: source.map(() => undefined),
    source,
    constructed: false,
    file: 'a-trace.json',
    line: 1,
  };
}

export function startKernel(series: string, cache: string): Promise<Side> {
  const { signal } = new AbortController();
  return realKind.start(kernelImage(series), { cache, progress: () => {}, signal });
}

/** Replays a trace through an implementation and a kernel that runs. */
export function replayBoth(implementation: string, side: Side, trace: Trace) {
  const model = findImplementation(implementation);
  if (!model) throw new Error(`no implementation ${implementation}`);
  return new SidePair(new MachineSide(model), side, 'ownership', model).replay(trace);
}

/** Compares an implementation and a kernel: every difference must be in the baseline. */
export function expectKnownDifferences(
  series: string,
  implementation: string,
  inputs: readonly string[],
): { compared: number; notCompared: number } {
  const { code, document } = documentOfRun([
    'replay',
    ...inputs,
    ...['--impl', `${implementation},real:${kernelImage(series)}`],
    ...['--baseline', join(ROOT, `baselines/linux-${series}.json`)],
  ]);
  expect(`${document.verdict} ${code}`).toBe('known 0');
  return { compared: document.counts.compared, notCompared: document.counts.notCompared };
}

/**
 * The bundled traces but those that move 2 GiB, which take a kernel minutes each; what they are about
 * is asked in confirm.test.ts.
 */
export function bundledTraces(): string[] {
  const files = readdirSync(join(ROOT, 'traces'), { recursive: true, encoding: 'utf8' });
  const traces = files.filter((name) => /\.jsonl?$/.test(name) && !name.includes('2gib'));
  return traces.map((name) => join('traces', name));
}

/** The recordings of a file as plain traces. */
export function recordedTraces(name: string): string {
  const text = readFileSync(join(ROOT, 'test/golden', name), 'utf8');
  const traces = text
    .trim()
    .split('\n')
    .map((line) => {
      const { results: _results, state: _state, ...trace } = JSON.parse(line);
      return JSON.stringify({ format: 'pkvm-trace/1', ...trace });
    });
  return join(folderWith({ [name]: traces.join('\n') }), name);
}

export { run };
