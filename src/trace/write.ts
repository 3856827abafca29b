// SPDX-License-Identifier: GPL-2.0-only
/**
 * Traces to files, in one canonical form: the same trace always gives the same bytes.
 */

import type { MachineConfig } from '../hyp/op.js';
import type { Problem } from '../input/problem.js';
import { type WriteOptions, writeWhole } from '../output/write_file.js';
import { canonicalOp } from './canonical.js';
import { canonicalHex } from '../ops/numbers.js';
import { traceSchema } from './schema.generated.js';
import type { TraceOp } from './trace.js';
import type { Machine } from './types.generated.js';

/** What a trace file is made from; every `Trace` is one. */
export interface TraceContent {
  readonly name: string;
  readonly description?: string | undefined;
  readonly machine: MachineConfig;
  readonly source: readonly TraceOp[];
}

/** The document of a `.json` file: one operation a line, ends with a newline. */
export function traceToJson(trace: TraceContent): string {
  const { memory, hyp_carveout, ...flags } = machineDocument(trace.machine);
  const machine = [
    ...Object.entries(flags).map(([key, value]) => `    ${inline(key)}: ${inline(value)}`),
    `    "memory": [\n${rows(memory, '      ')}\n    ]`,
    `    "hyp_carveout": ${inline(hyp_carveout)}`,
  ];
  const members = [
    ...Object.entries(headOf(trace)).map(([key, value]) => `  ${inline(key)}: ${inline(value)}`),
    `  "machine": {\n${machine.join(',\n')}\n  }`,
    `  "ops": [\n${rows(trace.source.map(canonicalOp), '    ')}\n  ]`,
  ];
  return `{\n${members.join(',\n')}\n}\n`;
}

function headOf({ name, description }: TraceContent): Record<string, string> {
  const format = traceSchema.properties.format.const;
  return description === undefined ? { format, name } : { format, name, description };
}

function machineDocument(config: MachineConfig) {
  const { pfn, hpool_pages, host_s2_pages } = config.carveout;
  return {
    nvhe_el2_debug: config.nvhe_el2_debug,
    share_guest_warn: config.share_guest_warn,
    memory: config.memory.map((region) => ({
      base: canonicalHex(region.pfn * 4096),
      pages: region.pages,
      ...(region.nomap ? { nomap: true } : {}),
    })),
    hyp_carveout: { pfn: canonicalHex(pfn), hpool_pages, host_s2_pages },
  } satisfies Machine;
}

function rows(values: readonly unknown[], indent: string): string {
  return values.map((value) => indent + inline(value)).join(',\n');
}

/** JSON on one line, with a space after each comma and colon. */
function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${inline(key)}: ${inline(member)}`);
  return `{${members.join(', ')}}`;
}

/** Saves a trace as a `.json` file, whole or not at all. The problem, if it could not. */
export async function writeTrace(
  path: string,
  trace: TraceContent,
  options: WriteOptions = {},
): Promise<Problem | undefined> {
  return writeWhole(path, traceToJson(trace), options);
}
