// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Parser } from '../../src/trace/index.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CONTRIBUTING = readFileSync(join(ROOT, 'docs/CONTRIBUTING.md'), 'utf8');

describe.each([
  'README.md',
  'docs/README.md',
  'docs/commands.md',
  'docs/library.md',
  'docs/CONTRIBUTING.md',
  'docs/trace-format.md',
  'docs/kernel-map.md',
  'docs/mutation-testing.md',
])('%s', (file) => {
  it('links only to what is there', () => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    const targets = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, target]) => target);
    expect(targets.filter((target) => !existsSync(join(ROOT, dirname(file), target)))).toEqual([]);
  });
});

describe('docs/CONTRIBUTING.md', () => {
  it('names only files, folders and scripts that are there', () => {
    const paths = [...CONTRIBUTING.matchAll(/`((?:src|test|docs|baselines|traces)[\w./]*)`/g)].map(
      ([, path]) => path,
    );
    const isExample = (path: string) => /unshare-hyp-of-own-page|\/mine\b/.test(path);
    const gone = paths.filter((path) => !isExample(path) && !existsSync(join(ROOT, path)));
    expect(gone).toEqual([]);
    expect(paths.length).toBeGreaterThan(20);

    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const commands = [...CONTRIBUTING.matchAll(/npm run (\w+)/g)].map(([, name]) => name);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(commands));
  });

  it('names every folder of the source', () => {
    const entries = readdirSync(join(ROOT, 'src'), { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(folders.filter((name) => !CONTRIBUTING.includes(`\`src/${name}\``))).toEqual([]);
  });

  it('has an example of a trace that is one', () => {
    const example = /```json\n([\s\S]*?)```/.exec(CONTRIBUTING)?.[1] ?? '';
    expect(Parser.ofTraces().parse(example, 'CONTRIBUTING.md')).toMatchObject({ ok: true });
  });
});
