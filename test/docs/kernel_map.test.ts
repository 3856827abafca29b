// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDERS = ['src/hyp', 'src/legacy', 'src/direct'];
const TEXT = readFileSync(join(ROOT, 'docs/kernel-map.md'), 'utf8');

/** Functions and methods, by their definitions, that are named as the kernel names its own. */
const DEFINITION =
  /^(?:export )?function (\w+)|^ {2}(?:(?:private|protected|static|override) )*(\w+)(?:<[^>]*>)?\([^;{}]*?\)(?:: [^{;=]+)? \{/gm;
const KERNEL_NAME = /^_*[a-z0-9]+(_[a-z0-9]+)+$/;

function kernelNamesIn(code: string): Set<string> {
  const names = [...code.matchAll(DEFINITION)].map(([, name, method]) => name ?? method);
  return new Set(names.filter((name) => KERNEL_NAME.test(name)));
}

/** Kernel functions by the file that defines them. */
const DEFINED = new Map(
  FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`),
  ).map((file) => [file, kernelNamesIn(readFileSync(join(ROOT, file), 'utf8'))] as const),
);

interface Row {
  readonly name: string;
  readonly files: readonly string[];
}

/** The rows of the map below "Functions". */
const ROWS: readonly Row[] = TEXT.slice(TEXT.indexOf('\n## Functions'))
  .split('\n')
  .flatMap((line) => {
    const [, name, files] = /^\| `(\w+)` \| ([^|]+) \|/.exec(line) ?? [];
    if (name === undefined) return [];
    return [{ name, files: [...files.matchAll(/`([^`]+)`/g)].map(([, file]) => file) }];
  });

describe('docs/kernel-map.md', () => {
  it('names for each function the files that define it, and no others', () => {
    const wrong = ROWS.flatMap(({ name, files }) => {
      const defining = [...DEFINED].filter(([, names]) => names.has(name)).map(([file]) => file);
      const isRight = files.length > 0 && files.toSorted().join() === defining.toSorted().join();
      return isRight ? [] : [{ name, files, defining }];
    });
    expect(wrong).toEqual([]);
  });

  it('has every kernel function of the machine and of both implementations', () => {
    const listed = new Set(ROWS.map(({ name }) => name));
    const missing = [...DEFINED].flatMap(([file, names]) =>
      [...names].filter((name) => !listed.has(name)).map((name) => `${name} in ${file}`),
    );
    expect(missing).toEqual([]);
    expect(listed.size).toBe(ROWS.length);
    expect(listed.size).toBeGreaterThan(100);
  });

  it('names only files and folders that are there', () => {
    const paths = [...TEXT.matchAll(/`((?:src|test|docs)\/[\w./]*)`/g)].map(([, path]) => path);
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('has a C file of the kernel above each table of functions', () => {
    const heads = TEXT.slice(TEXT.indexOf('\n## Functions')).match(/^### .*$/gm) ?? [];
    expect(heads.length).toBeGreaterThan(5);
    for (const head of heads)
      expect(head).toMatch(/^### (arch\/arm64|include\/linux)\/[\w/-]+\.[ch]$/);
  });
});

describe('what counts as a kernel function', () => {
  it('is a method or a function in snake case, not a call, a constant or what is ours', () => {
    const code = `
export function kvm_pte_valid(pte: number): boolean {
function local_one(): void {
  private __do_share(tx: T): number {
  static of_all<T>(a: T,
    b: T): Map<string, T> {
  override hyp_ack_unshare(addr: number) {
  camelCase(): void {
  if (a_b(c)) {
    nested_call(x) {
  const not_one = 1;`;
    expect([...kernelNamesIn(code)]).toEqual([
      'kvm_pte_valid',
      'local_one',
      '__do_share',
      'of_all',
      'hyp_ack_unshare',
    ]);
  });
});
