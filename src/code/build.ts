// SPDX-License-Identifier: GPL-2.0-only
/**
 * Compiles a tree against the shims into a program that is the machine. What is built is kept in the
 * cache folder under a key of all that went into it.
 */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SideError } from '../side/side.js';
import { type Compiler, compile } from './compiler.js';
import { cutFunctions } from './cut.js';
import { HEADERS, SOURCES } from './files.js';
import { Objects } from './objects.js';
import { definesOf, type Probes } from './probe.js';
import type { Tree, TreeFiles } from './tree.js';

/** The folder of the shims, the glue and the driver. */
export const C_FOLDER = findCFolder();

/** What the code of the tree is compiled with. `-fsanitize=thread` brings the hooks, not its library. */
const TREE_FLAGS = [
  '-std=gnu11',
  '-w',
  '-O1',
  '-g',
  '-fPIE',
  '-nostdinc',
  '-ffunction-sections',
  '-fdata-sections',
  '-fno-strict-aliasing',
  '-fno-strict-overflow',
  '-fno-delete-null-pointer-checks',
  '-fno-stack-protector',
  '-fno-common',
];
const HOOKS = ['-fsanitize=thread'];
const RENAMED = ['memset', 'memcpy', 'memmove'].flatMap((name) => [
  `-D${name}=tracediff_${name}`,
  `-D__builtin_${name}=tracediff_${name}`,
]);
const DRIVER_FLAGS = ['-std=gnu11', '-O2', '-g', '-fPIE', '-Wall', '-Wno-unused-result'];
const LINK_FLAGS = ['-pie', '-Wl,--gc-sections', '-Wl,-z,noexecstack'];
const PAGE = 4096;

export interface BuildOptions {
  readonly cache: string | undefined;
  readonly progress: (message: string) => void;
  readonly signal?: AbortSignal;
  /** The compiler to use instead of the first there is. */
  readonly compiler?: string | undefined;
  /** Line counts of the tree's code are kept, for gcov. */
  readonly coverage?: boolean;
}

export interface Program {
  readonly path: string;
  /** Where it was built, with the sources that were compiled. */
  readonly folder: string;
  /** Removes what is not kept in a cache. */
  dispose(): Promise<void>;
}

/** The text of every file that goes into a build, by its path in the build folder. */
function inputsOf(tree: Tree, probes: Probes): Map<string, string> {
  const inputs = new Map<string, string>();
  for (const folder of ['shims', 'shims/asm', 'glue', 'driver']) {
    for (const entry of readdirSync(join(C_FOLDER, folder), { withFileTypes: true })) {
      if (!entry.isFile() || !/\.[ch]$/.test(entry.name)) continue;
      const path = `${folder}/${entry.name}`;
      inputs.set(path, readFileSync(join(C_FOLDER, path), 'utf8'));
    }
  }
  for (const { path, roots, without } of SOURCES) {
    const text = tree.files.get(path);
    if (text !== undefined) {
      inputs.set(`tree/${path}`, roots ? cutFunctions(text, roots, without) : text);
    }
  }
  for (const [name, path] of HEADERS) inputs.set(`include/${name}`, tree.files.get(path) ?? '');
  inputs.set('generated/tree.h', probes.treeHeader);
  for (const name of emptyHeaders(inputs)) inputs.set(`empty/${name}`, '');
  return inputs;
}

/** Headers that something includes and that are neither the tree's nor ours. */
function emptyHeaders(inputs: ReadonlyMap<string, string>): Set<string> {
  const empty = new Set<string>();
  for (const [path, text] of inputs) {
    if (!/^(tree|include)\//.test(path)) continue;
    for (const [, name] of text.matchAll(/^\s*#\s*include\s*[<"]([^>"]+)[>"]/gm)) {
      if (inputs.has(`include/${name}`) || inputs.has(`shims/${name}`)) continue;
      if (!name.includes('..')) empty.add(name);
    }
  }
  for (const name of ['linux/kvm_host.h']) empty.add(name);
  return empty;
}

/**
 * Builds the machine of a tree, with CONFIG_NVHE_EL2_DEBUG or without.
 * @throws SideError with the compiler's first lines if the tree does not compile
 */
export async function buildProgram(
  tree: Tree,
  probes: Probes,
  compiler: Compiler,
  debug: boolean,
  options: BuildOptions,
): Promise<Program> {
  const inputs = inputsOf(tree, probes);
  const hash = createHash('sha256').update(`${compiler.version}\n${debug}\n${options.coverage}\n`);
  hash.update([...TREE_FLAGS, ...DRIVER_FLAGS, ...LINK_FLAGS].join(' '));
  for (const [path, text] of [...inputs].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${path}\n${text.length}\n${text}`);
  }
  const name = `build-${hash.digest('hex').slice(0, 24)}`;
  const kept = options.cache && join(options.cache, name);
  if (kept && existsSync(join(kept, 'machine'))) return programIn(kept, true);

  const parent = options.cache ?? tmpdir();
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, `${name}-`));
  try {
    await writeInputs(folder, inputs);
    await compileAll(folder, probes, compiler, debug, { ...options, inputs });
    if (!kept) return programIn(folder, false);
    // Somebody else may have built the same meanwhile: theirs is as good.
    await rename(folder, kept).catch(() => rm(folder, { recursive: true, force: true }));
    return programIn(kept, true);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function programIn(folder: string, isKept: boolean): Program {
  return {
    path: join(folder, 'machine'),
    folder,
    dispose: async () => {
      if (!isKept) await rm(folder, { recursive: true, force: true });
    },
  };
}

async function writeInputs(folder: string, inputs: TreeFiles): Promise<void> {
  for (const path of new Set([...inputs.keys()].map((input) => dirname(input)))) {
    await mkdir(join(folder, path), { recursive: true });
  }
  await Promise.all([...inputs].map(([path, text]) => writeFile(join(folder, path), text)));
}

async function compileAll(
  folder: string,
  probes: Probes,
  compiler: Compiler,
  debug: boolean,
  { signal, coverage, cache, inputs }: BuildOptions & { readonly inputs: TreeFiles },
): Promise<void> {
  const objectsKept = new Objects(folder, cache, compiler, inputs);
  const includes = ['-Ishims', '-Iinclude', '-Iempty', '-Igenerated', '-I.'];
  const treeArgs = (vmPad: number) => [
    ...TREE_FLAGS,
    ...RENAMED,
    ...includes,
    ...definesOf(probes, debug, vmPad).map((define) => `-D${define}`),
    '-include',
    'shims/kernel.h',
  ];
  const vmPad = PAGE - (await sizeOfVm(folder, compiler, treeArgs(0), objectsKept, signal));
  if (vmPad < 0) {
    throw new SideError('not supported: struct pkvm_hyp_vm is larger than a page');
  }
  const args = treeArgs(vmPad);
  // The same object whatever folder it was compiled in.
  const mapped = [`-ffile-prefix-map=${folder}=.`];
  const objects: string[] = [];
  const jobs: (() => Promise<void>)[] = [];
  const add = (source: string, flags: readonly string[]) => {
    const object = `${source.replace(/[/.]/g, '_')}.o`;
    objects.push(object);
    jobs.push(async () => {
      const args = [...flags, '-c', source];
      await objectsKept.make(source, object, args, async () => {
        const failed = await compile(compiler, [...args, ...mapped, '-o', object], folder, signal);
        if (failed !== undefined) throw failure(compiler, failed);
      });
    });
  };
  const lines = coverage ? ['--coverage'] : [];
  for (const { path, glue } of SOURCES) {
    if (!glue) add(`tree/${path}`, [...args, ...HOOKS, ...lines]);
    else add(`glue/${glue}`, [...args, ...HOOKS, ...lines]);
  }
  for (const glue of ['page.c', 'boot.c']) add(`glue/${glue}`, [...args, ...HOOKS]);
  add('glue/ops.c', args);
  for (const driver of readdirSync(join(folder, 'driver')).filter((name) => name.endsWith('.c'))) {
    add(`driver/${driver}`, DRIVER_FLAGS);
  }
  await inTurns(jobs, 2);
  const failed = await compile(
    compiler,
    [...LINK_FLAGS, ...lines, ...objects, '-o', 'machine'],
    folder,
    signal,
  );
  if (failed !== undefined) throw linkFailure(failed);
}

/** Bytes of struct pkvm_hyp_vm with the shims' smallest struct kvm. */
async function sizeOfVm(
  folder: string,
  compiler: Compiler,
  args: readonly string[],
  objects: Objects,
  signal?: AbortSignal,
): Promise<number> {
  const command = [...args, '-S', 'probe.c'];
  await objects.make('probe.c', 'probe.s', command, async () => {
    await writeFile(
      join(folder, 'probe.c'),
      '#include "glue/glue.h"\nconst unsigned long td_size = sizeof(struct pkvm_hyp_vm);\n',
    );
    const failed = await compile(compiler, [...command, '-o', 'probe.s'], folder, signal);
    if (failed !== undefined) throw failure(compiler, failed);
  });
  const text = await readFile(join(folder, 'probe.s'), 'utf8');
  const size = /td_size:\s*\.(?:quad|xword|8byte)\s+(\d+)/.exec(text)?.[1];
  if (size === undefined) throw new SideError('not supported: the size of struct pkvm_hyp_vm');
  return Number(size);
}

/** Runs jobs, so many at a time. */
async function inTurns(jobs: readonly (() => Promise<void>)[], width: number): Promise<void> {
  const left = [...jobs];
  const worker = async () => {
    for (let job = left.shift(); job; job = left.shift()) await job();
  };
  await Promise.all(Array.from({ length: width }, worker));
}

const LINES_SHOWN = 12;

function failure({ command, version }: Compiler, output: string): SideError {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  if (
    lines.some(
      (line) => /-fsanitize=thread/.test(line) && /error|unsupported|unrecognized/.test(line),
    )
  ) {
    return new SideError(
      `${command} (${version}) does not know -fsanitize=thread on this machine: use gcc or clang`,
      lines.slice(0, LINES_SHOWN),
    );
  }
  return new SideError('not supported: the tree does not compile', errorsFirst(lines));
}

/** Errors without what leads up to them, at their place in the tree. */
function errorsFirst(lines: readonly string[]): string[] {
  const errors = lines.filter((line) => /\berror:/.test(line));
  return (errors.length > 0 ? errors : lines)
    .map((line) => line.replace(/^(?:\.\/)?tree\//, ''))
    .slice(0, LINES_SHOWN);
}

function linkFailure(output: string): SideError {
  const names = [...output.matchAll(/undefined reference to [`']([^']+)'/g)].map(
    ([, name]) => name,
  );
  const unique = [...new Set(names)];
  return new SideError(
    unique.length > 0
      ? `not supported: nothing here stands for ${unique.join(', ')}`
      : 'not supported: the tree does not link',
    output.split('\n').filter(Boolean).slice(0, LINES_SHOWN),
  );
}

/** The C lies beside the sources and beside what is built from them. */
function findCFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'c', 'driver', 'machine.h')) && dirname(folder) !== folder) {
    folder = dirname(folder);
  }
  return join(folder, 'c');
}
