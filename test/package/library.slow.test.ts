// SPDX-License-Identifier: GPL-2.0-only
/** docs/library.md by its reader: its programs, in an empty project that installs the packed package. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TEXT = readFileSync(join(ROOT, 'docs/library.md'), 'utf8');

/** Each program of the page with the output that is said of it. */
const EXAMPLES = [...TEXT.matchAll(/```ts\n(.*?)```.*?```\n(.*?)```/gs)].map(
  ([, program, output], index) => ({ name: `example-${index + 1}`, program, output }),
);

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

const project = mkdtempSync(join(tmpdir(), 'pkvm-tracediff-project-'));
let packed: Packed;

function npm(...args: string[]): string {
  return execFileSync('npm', [...args, '--prefer-offline', '--no-audit', '--no-fund'], {
    cwd: project,
    encoding: 'utf8',
  });
}

beforeAll(() => {
  const pack = ['pack', ROOT, '--json', '--ignore-scripts', '--pack-destination', project];
  [packed] = JSON.parse(npm(...pack)) as Packed[];
  const types = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).devDependencies[
    '@types/node'
  ];
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }');
  npm('install', join(project, packed.filename), `@types/node@${types}`);
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('the library, installed from the packed package', () => {
  it.each(EXAMPLES)('runs $name of docs/library.md with the output that is shown', (example) => {
    const { name, program, output } = example;
    writeFileSync(join(project, `${name}.ts`), program);
    const tsc = [join(ROOT, 'node_modules/typescript/bin/tsc'), '--strict', '--target', 'es2022'];
    const modules = ['--module', 'nodenext', '--types', 'node'];
    execFileSync('node', [...tsc, ...modules, `${name}.ts`], { cwd: project });
    expect(execFileSync('node', [`${name}.js`], { cwd: project, encoding: 'utf8' })).toBe(output);
  });

  it('has two examples in the page, the first of about twenty lines', () => {
    expect(EXAMPLES).toHaveLength(2);
    const body = /const mine.*?\n\}\);\n/s.exec(EXAMPLES[0].program)?.[0] ?? '';
    expect(body.split('\n').length).toBeLessThan(26);
  });

  it('brings the command, which finds what it ships', () => {
    const command = join(project, 'node_modules/.bin/pkvm-tracediff');
    const out = execFileSync(command, ['explain', TRACE, '--op', '0'], {
      cwd: join(project, 'node_modules/pkvm-tracediff'),
      encoding: 'utf8',
    });
    expect(out).toContain('__pkvm_host_share_hyp');
  });
});

const TRACE = 'traces/findings/unshare-hyp-busy-or-refused-through-init-vm.json';

describe('the packed package', () => {
  it('has what a user needs', () => {
    const paths = packed.files.map(({ path }) => path);
    for (const file of [
      'LICENSE',
      'README.md',
      'bin/pkvm-tracediff',
      'c/driver/main.c',
      'dist/cli/main.js',
      'dist/index.d.ts',
      'dist/man/pkvm-tracediff.1',
      'dist/page/page.js',
      'docs/README.md',
      'traces/findings/unshare-hyp-busy-or-refused-host-only.json',
      'baselines/series-2025-01.json',
      'proofs/settled.json',
      'mutants/kill-matrix.json',
    ]) {
      expect(paths).toContain(file);
    }
  });

  it('has nothing that only a developer needs, and every page that a shipped page links to', () => {
    const paths = packed.files.map(({ path }) => path);
    expect(paths.filter((path) => /^(src|test|page|bench|scripts\/.*mjs|\.)/.test(path))).toEqual(
      [],
    );
    const shipped = join(project, 'node_modules/pkvm-tracediff');
    const broken = paths
      .filter((path) => path.endsWith('.md'))
      .flatMap((path) =>
        [...readFileSync(join(shipped, path), 'utf8').matchAll(/\]\(([^)#:]+)[^):]*\)/g)]
          .map(([, target]) => join(path, '..', target))
          .filter((target) => !existsSync(join(shipped, target)))
          .map((target) => `${path}: ${target}`),
      );
    expect(broken).toEqual([]);
  });
});
