// SPDX-License-Identifier: GPL-2.0-only
/**
 * What baselines say of a difference is shown by the traces they name. That each of those traces shows it,
 * test/baseline/series.slow.test.ts holds by replaying them.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Match {
  readonly debug?: boolean;
  readonly constructed?: boolean;
  readonly misuse?: boolean;
  readonly shownBy?: readonly string[];
}

interface Entry {
  readonly id: string;
  readonly match: Match | readonly Match[];
  readonly reason: string;
}

interface TraceText {
  readonly machine?: { readonly nvhe_el2_debug?: boolean };
  readonly ops: readonly { readonly op: string }[];
}

function entriesOf(file: string): readonly Entry[] {
  return JSON.parse(readFileSync(join(ROOT, 'baselines', file), 'utf8')).entries;
}

/** Paths of the bundled traces by name. */
const TRACES = new Map(
  readdirSync(join(ROOT, 'traces'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.json'))
    .map((path) => [basename(path, '.json'), path]),
);

const MATCHES = entriesOf('series-2025-01.json').flatMap(({ id, match }) =>
  [match].flat().map((one, index) => ({ id: `${id}/${index}`, match: one })),
);

describe.each(MATCHES)('$id of baselines/series-2025-01.json', ({ match }) => {
  const shownBy = match.shownBy ?? [];

  it('names bundled traces that show it', () => {
    expect(shownBy.length).toBeGreaterThan(0);
    expect(shownBy.filter((name) => !TRACES.has(name))).toEqual([]);
  });

  it.each(shownBy)('has the labels of %s', (name) => {
    const path = TRACES.get(name) ?? '';
    const { machine, ops }: TraceText = JSON.parse(
      readFileSync(join(ROOT, 'traces', path), 'utf8'),
    );
    expect(ops.some(({ op }) => op === 'poke')).toBe(match.constructed);
    if (match.misuse !== undefined) expect(path.startsWith('misuse/')).toBe(match.misuse);
    if (match.debug !== undefined) expect(machine?.nvhe_el2_debug ?? false).toBe(match.debug);
  });
});

const DOCUMENTS = [
  'README.md',
  'traces/README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  ...readdirSync(join(ROOT, 'baselines')).map((name) => `baselines/${name}`),
];

describe.each(DOCUMENTS)('%s', (file) => {
  it('names only files of traces and baselines that are there', () => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    const named = [...text.matchAll(/(?<![\w/-])(?:traces|baselines)\/[\w./-]*\.json\b/g)].map(
      ([path]) => path,
    );
    const isExample = (path: string) => /unshare-hyp-of-own-page/.test(path);
    expect(named.filter((path) => !isExample(path) && !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

/** Words that say what a host, or anybody, can get to. */
const REACH = /\b(?:gets? there|leads? there|reach\w*|never|cannot|only by|known to)\b/;

it('a reason that says what can be reached names the trace or folder that shows it', () => {
  for (const file of readdirSync(join(ROOT, 'baselines'))) {
    for (const { id, reason } of entriesOf(file)) {
      const claims = reason.split(/(?<=[.!?]) /).filter((sentence) => REACH.test(sentence));
      const bare = claims.filter((sentence) => !/\btraces\/[\w./-]+/.test(sentence));
      expect(bare, `${file}: ${id}`).toEqual([]);
    }
  }
});
