// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { cutFunction, cutFunctions, cutStruct, functionsOf } from '../../src/code/cut.js';

const C = `#include <linux/types.h>

#define twice(x) add(x, x)

static int limit = 3;

static int add(int a, int b)
{
	return a + b;
}

static void
over_two_lines(struct thing *t,
	       int more)
{
	if (more) {
		t->more = more;
	}
}

static int unused(void)
{
	return read_sysreg(nothing);
}

int wanted(int a)
{
	return twice(a) > limit;
}

static const table_t calls[] = {
	CALL(unused),
	CALL(wanted),
};
`;

describe('functionsOf', () => {
  it('finds definitions over several lines, and no structures or macros', () => {
    const names = functionsOf(C.split('\n')).map(({ name }) => name);
    expect(names).toEqual(['add', 'over_two_lines', 'unused', 'wanted']);
  });
});

describe('cutFunctions', () => {
  it('keeps what is wanted and what it needs, also through macros', () => {
    const cut = cutFunctions(C, ['wanted']);
    expect(cut).toContain('int wanted(int a)');
    expect(cut).toContain('static int add(int a, int b)');
    expect(cut).toContain('static int limit = 3;');
    expect(cut).not.toContain('read_sysreg');
    expect(cut).not.toContain('over_two_lines');
  });

  it('leaves every line where it was, so that errors are at lines of the tree', () => {
    const cut = cutFunctions(C, ['wanted']).split('\n');
    const whole = C.split('\n');
    expect(cut.length).toBe(whole.length);
    cut.forEach((line, i) => {
      if (line !== '') expect(line).toBe(whole[i]);
    });
  });

  it('leaves out what is not to be there, with the tables that name it', () => {
    const cut = cutFunctions(C, ['wanted', 'unused'], ['unused']);
    expect(cut).not.toContain('unused');
  });
});

describe('definitions of headers', () => {
  it('are cut by name', () => {
    const header =
      'struct pair {\n\tint a, b;\n} __packed;\n\nstatic inline int one(void)\n{\n\treturn 1;\n}\n';
    expect(cutStruct(header, 'pair')).toBe('struct pair {\n\tint a, b;\n} __packed;');
    expect(cutFunction(header, 'one')).toBe('static inline int one(void)\n{\n\treturn 1;\n}');
    expect(cutStruct(header, 'other')).toBeUndefined();
    expect(cutFunction(header, 'other')).toBeUndefined();
  });
});
