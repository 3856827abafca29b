// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { findCrossCompiler } from '../../src/series/index.js';

const PROGRAMS = ['make', 'flex', 'bison', 'bc'];

/** A machine with these compilers, and all that a kernel is built with besides. */
function machineWith(...compilers: string[]) {
  const there = new Set([...PROGRAMS, ...compilers]);
  return (program: string) => (there.has(program) ? `${program} 12.2.0` : undefined);
}

describe('the compiler of a kernel', () => {
  it('is the first cross compiler there is', () => {
    const found = findCrossCompiler({}, machineWith('aarch64-linux-gnu-gcc', 'gcc'), 'x64');
    expect(found).toEqual({
      version: 'aarch64-linux-gnu-gcc 12.2.0',
      arguments: ['CROSS_COMPILE=aarch64-linux-gnu-'],
    });
  });

  it('is the machine’s own on arm64', () => {
    expect(findCrossCompiler({}, machineWith('gcc'), 'arm64').arguments).toEqual([]);
    expect(() => findCrossCompiler({}, machineWith('gcc'), 'x64')).toThrow(
      'no compiler for arm64 found',
    );
  });

  it('is the one that CROSS_COMPILE names, and no other', () => {
    const here = machineWith('my-gcc', 'aarch64-linux-gnu-gcc');
    const found = findCrossCompiler({ CROSS_COMPILE: 'my-' }, here, 'x64');
    expect(found.arguments).toEqual(['CROSS_COMPILE=my-']);
    const wrong = { CROSS_COMPILE: 'none-' };
    expect(() => findCrossCompiler(wrong, here, 'x64')).toThrow(
      'none-gcc, which CROSS_COMPILE names, is not there',
    );
  });

  it.each([
    ['1', 'clang'],
    ['-15', 'clang-15'],
    ['/opt/llvm/bin/', '/opt/llvm/bin/clang'],
  ])('is clang with LLVM=%s', (LLVM, clang) => {
    const found = findCrossCompiler({ LLVM }, machineWith(clang), 'x64');
    expect(found).toEqual({ version: `${clang} 12.2.0`, arguments: [`LLVM=${LLVM}`] });
    expect(() => findCrossCompiler({ LLVM }, machineWith(), 'x64')).toThrow(clang);
  });

  it('does not do alone: what else is missing is said, with what to install', () => {
    const bare = (program: string) => (program === 'my-gcc' ? 'my-gcc 1' : undefined);
    expect(() => findCrossCompiler({ CROSS_COMPILE: 'my-' }, bare, 'x64')).toThrow(
      'make, flex, bison, bc not found',
    );
  });
});
