// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { traceReference } from '../../scripts/trace-reference.js';
import { OP_NAMES } from '../../src/hyp/op.js';
import { DEFAULT_MACHINE, Parser, traceSchema } from '../../src/trace/index.js';

const FILE = fileURLToPath(new URL('../../docs/trace-format.md', import.meta.url));
const TEXT = readFileSync(FILE, 'utf8');
const MARK = /^<!-- From here on written by .*-->\n\n/m;

/** The keys of a definition of the schema. */
function keysOf(definition: unknown): string[] {
  const { properties = {} } = definition as { properties?: Record<string, unknown> };
  return Object.keys(properties);
}

describe('docs/trace-format.md', () => {
  it('ends with the reference that the schema gives', async () => {
    const mark = MARK.exec(TEXT);
    expect(mark).not.toBeNull();
    const byHand = TEXT.slice(0, (mark?.index ?? 0) + (mark?.[0].length ?? 0));
    await expect(byHand + traceReference()).toMatchFileSnapshot(FILE);
  });

  it('has every operation with every parameter', () => {
    const sections = new Map(
      TEXT.split(/^### /m).map((section) => [/^`(\w+)`/.exec(section)?.[1], section] as const),
    );
    for (const name of OP_NAMES) {
      const parameters = keysOf(traceSchema.$defs[name]).filter(
        (key) => !['op', 'expect', 'expect_state', 'comment'].includes(key),
      );
      const missing = parameters.filter((key) => !sections.get(name)?.includes(`| \`${key}\` |`));
      expect([name, missing]).toEqual([name, []]);
    }
  });

  it('has every key of the document, of the machine and of a region', () => {
    const { machine, memoryRegion } = traceSchema.$defs;
    const keys = [traceSchema, machine, machine.properties.hyp_carveout, memoryRegion].flatMap(
      keysOf,
    );
    expect(keys.filter((key) => !TEXT.includes(`\`${key}\``))).toEqual([]);
  });

  it('names every outcome that can be expected', () => {
    const names = traceSchema.$defs.outcome.pattern.match(/-?[A-Z][A-Z0-9]+/g) ?? [];
    expect(names).toContain('-ERANGE');
    expect(names.filter((name) => !TEXT.includes(name))).toEqual([]);
  });

  it('has an example that is a valid trace on the default machine', () => {
    const example = /```json\n([\s\S]*?)```/.exec(TEXT)?.[1] ?? '';
    const parsed = Parser.ofTraces().parse(example, FILE);
    expect(parsed).toMatchObject({ ok: true, trace: { machine: DEFAULT_MACHINE } });
  });
});
