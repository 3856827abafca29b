// SPDX-License-Identifier: GPL-2.0-only
/** Who may import whom, and other rules of the whole source. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SRC = join(ROOT, 'src');

interface Source {
  /** `hyp/machine.ts` */
  readonly path: string;
  /** `hyp`, or the file itself at the top. */
  readonly part: string;
  readonly text: string;
  /** Text without comments. */
  readonly code: string;
  /** Imported modules: `node:fs`, `chalk`, or `hyp/machine.ts` for ours. */
  readonly imports: readonly string[];
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.m?ts$/.test(name) && !name.includes('node_modules'))
    .map((name) => join(folder, name));
}

function read(file: string): Source {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const path = relative(SRC, join(ROOT, file));
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
  const imports: string[] = [];
  for (const match of code.matchAll(/(?:\bfrom\s+|\bimport\s+|\bimport\(\s*)'([^']+)'/g)) {
    const name = match[1];
    const ours = name.startsWith('.') && resolve(SRC, dirname(path), name);
    imports.push(ours ? relative(SRC, ours).replace(/\.js$/, '.ts') : name);
  }
  return { path, part: path.split('/')[0], text, code, imports };
}

const SOURCES = filesBelow('src').map(read);

/** `file -> import` of every import of a part that the rule does not allow. */
function forbidden(part: string, isAllowed: (name: string) => boolean): string[] {
  return SOURCES.filter((source) => source.part === part).flatMap(({ path, imports }) =>
    imports.filter((name) => !isAllowed(name)).map((name) => `${path} -> ${name}`),
  );
}

/** Files whose code matches, but those excepted. */
function matching(pattern: RegExp, isExcepted: (source: Source) => boolean): string[] {
  return SOURCES.filter((source) => !isExcepted(source) && pattern.test(source.code)).map(
    ({ path }) => path,
  );
}

const inParts = (...parts: string[]) => {
  return (name: string) => parts.some((part) => name.startsWith(`${part}/`));
};

describe('imports', () => {
  it('are found', () => {
    const direct = SOURCES.find(({ path }) => path === 'direct/direct.ts');
    expect(direct?.imports).toContain('hyp/transitions.ts');
    expect(direct?.imports.every(inParts('hyp'))).toBe(true);
    expect(SOURCES.length).toBeGreaterThan(30);
  });

  it('of hyp stay within hyp', () => {
    expect(forbidden('hyp', inParts('hyp'))).toEqual([]);
  });

  it('of legacy and direct are hyp and themselves, never each other', () => {
    expect(forbidden('legacy', inParts('hyp', 'legacy'))).toEqual([]);
    expect(forbidden('direct', inParts('hyp', 'direct'))).toEqual([]);
  });

  it('of compare are never an implementation, the command line or the world outside', () => {
    expect(forbidden('compare', inParts('hyp', 'input', 'ops', 'trace', 'compare'))).toEqual([]);
  });

  it('of side are what compares, never an implementation, a kernel or a tree', () => {
    expect(forbidden('side', inParts('hyp', 'ops', 'trace', 'compare', 'side'))).toEqual([]);
  });

  it('of input and output are input and packages: they know no trace', () => {
    const isPackage = (name: string) => !name.includes('/') || /^(node:|ajv\/)/.test(name);
    const isInput = inParts('input');
    expect(forbidden('input', (name) => isPackage(name) || isInput(name))).toEqual([]);
    expect(
      forbidden('output', (name) => isPackage(name) || isInput(name) || name.startsWith('output/')),
    ).toEqual([]);
  });

  it('of the operations are the machine they run on and each other', () => {
    expect(forbidden('ops', inParts('hyp', 'ops'))).toEqual([]);
  });

  it('of trace are never what replays traces', () => {
    const isOther = inParts('legacy', 'direct', 'compare', 'report', 'cli');
    expect(forbidden('trace', (name) => !isOther(name) && name !== 'implementations.ts')).toEqual(
      [],
    );
  });

  it('of what drives a kernel are the operations, the interface of sides, and itself', () => {
    const isOurs = (name: string) => name.includes('/') && !/^node:/.test(name);
    const isAllowed = inParts('hyp', 'ops', 'trace', 'side', 'real');
    expect(forbidden('real', (name) => !isOurs(name) || isAllowed(name))).toEqual([]);
  });

  it('of prove are never an implementation: it sees them as an interface', () => {
    const isOther = inParts('legacy', 'direct', 'report', 'cli');
    expect(forbidden('prove', (name) => !isOther(name) && name !== 'implementations.ts')).toEqual(
      [],
    );
  });

  it('of the library are what replays and reports, never a kernel, a tree or the command line', () => {
    const isOther = inParts(
      'cli',
      'code',
      'real',
      'explore',
      'fuzz',
      'prove',
      'minimize',
      'mutants',
    );
    expect(forbidden('library', (name) => !isOther(name))).toEqual([]);
    expect(
      forbidden('package', (name) => name === 'node:fs' || inParts('package', 'report')(name)),
    ).toEqual([]);
  });

  it('of the command line are nobody’s but its own', () => {
    const found = SOURCES.filter(
      ({ part, imports }) => part !== 'cli' && imports.some(inParts('cli')),
    );
    expect(found.map(({ path }) => path)).toEqual([]);
  });
});

/** Circles of a graph, each as the names on it. */
function circlesOf(graph: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (name: string, path: readonly string[]) => {
    const at = path.indexOf(name);
    if (at >= 0) circles.push([...path.slice(at), name].join(' -> '));
    if (at >= 0 || done.has(name)) return;
    for (const next of graph.get(name) ?? []) visit(next, [...path, name]);
    done.add(name);
  };
  for (const name of graph.keys()) visit(name, []);
  return circles;
}

/** Who imports whom, types too: files, or what they are in, by the name that is given to each. */
function importsBetween(nameOf: (path: string) => string): Map<string, ReadonlySet<string>> {
  const graph = new Map<string, Set<string>>();
  for (const { path, imports } of SOURCES) {
    const own = graph.get(nameOf(path)) ?? new Set();
    graph.set(nameOf(path), own);
    const ours = imports.filter((name) => name.endsWith('.ts')).map(nameOf);
    for (const name of ours) if (name !== nameOf(path)) own.add(name);
  }
  return graph;
}

/** The folder of a file; a file at the top is one of its own. */
function folderOf(path: string): string {
  return path.includes('/') ? dirname(path) : path;
}

describe('circles', () => {
  it('are found', () => {
    const graph = new Map([
      ['a', new Set(['b', 'c'])],
      ['b', new Set(['c'])],
      ['c', new Set(['b'])],
    ]);
    expect(circlesOf(graph)).toEqual(['b -> c -> b']);
  });

  it('of imports are nowhere, not between files, folders or parts', () => {
    const files = importsBetween((path) => path);
    expect([...(files.get('explore/search/search.ts') ?? [])].length).toBeGreaterThan(5);
    expect(circlesOf(files)).toEqual([]);
    expect(circlesOf(importsBetween(folderOf))).toEqual([]);
    expect(circlesOf(importsBetween((path) => path.split('/')[0]))).toEqual([]);
  });
});

describe('what compiles the code of a tree', () => {
  it('knows the machine, its operations and what a side is, and no implementation or comparison', () => {
    expect(
      forbidden(
        'code',
        (name) => name.startsWith('node:') || inParts('code', 'hyp', 'ops', 'side')(name),
      ),
    ).toEqual([]);
  });

  it('is reached from the command line and from what judges commits alone', () => {
    const others = SOURCES.filter(({ part }) => !['code', 'cli', 'series'].includes(part));
    expect(others.flatMap(({ imports }) => imports).filter(inParts('code'))).toEqual([]);
  });
});

describe('what judges commits', () => {
  it('knows git, what is built and results, and compares nothing itself', () => {
    const isAllowed = inParts('code', 'hyp', 'real', 'result', 'series', 'side');
    expect(forbidden('series', (name) => name.startsWith('node:') || isAllowed(name))).toEqual([]);
  });
});

describe('the world outside', () => {
  it('is met by the command line and what drives a kernel, and files by readers and writers', () => {
    const world = /^(node:)?(process|child_process|fs|os|tty|readline|worker_threads)(\/|$)/;
    const isWorldly = ({ part }: Source) => ['cli', 'code', 'real', 'series'].includes(part);
    const found = SOURCES.filter((source) => !isWorldly(source)).flatMap(({ path, imports }) =>
      imports.filter((name) => world.test(name)).map((name) => `${path} -> ${name}`),
    );
    const isFileOfTraces = (line: string) =>
      /^(trace|input|output|package)\/\w+\.ts -> node:fs(\/promises)?$/.test(line);
    expect(found.filter((line) => !isFileOfTraces(line))).toEqual([]);
  });

  it('process and console are the command line’s', () => {
    const isCli = ({ part }: Source) => part === 'cli';
    expect(matching(/(?<![.\w'-])(process|console)\s*\./, isCli)).toEqual([]);
  });
});

describe('every file', () => {
  it('of the source, the tests and the scripts names its licence in the first lines', () => {
    const files = ['src', 'test', 'scripts'].flatMap(filesBelow);
    const line = '// SPDX-License-Identifier: GPL-2.0-only';
    const without = files.filter((file) => {
      const first = readFileSync(join(ROOT, file), 'utf8').split('\n').slice(0, 2);
      return !first.some((text) => text.includes(line.slice(3)));
    });
    expect(without).toEqual([]);
  });
});

describe('the code', () => {
  it('of the machine and the implementations computes without BigInt', () => {
    const isModel = ({ part }: Source) => ['hyp', 'legacy', 'direct'].includes(part);
    expect(matching(/\bBigInt\b|\b\d+n\b|\bbigint\b/, (source) => !isModel(source))).toEqual([]);
  });

  it('keeps no state in modules', () => {
    expect(matching(/^(export )?(let|var)\b/m, () => false)).toEqual([]);
  });

  it('knows which number of an operation is what only where the operations are', () => {
    const isTheirs = ({ part, path }: Source) =>
      part === 'ops' || path === 'hyp/dispatch.generated.ts';
    const readOrTakenApart = /\bop(eration)?\.[a-f]\b|\b[a-f]\b[^{}()]*\}(: Op\b| = op\b)/i;
    expect(matching(readOrTakenApart, isTheirs)).toEqual([]);
    expect(
      SOURCES.filter(({ code }) => readOrTakenApart.test(code)).map(({ path }) => path),
    ).toEqual(expect.arrayContaining(['hyp/dispatch.generated.ts', 'ops/op_numbers.ts']));
  });

  it('of the machine knows no implementation by name', () => {
    const isOther = ({ part }: Source) => part !== 'hyp';
    expect(matching(/\b(legacy|direct)\b/i, isOther)).toEqual([]);
  });
});
