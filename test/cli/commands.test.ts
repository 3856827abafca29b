// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { IMPLEMENTATIONS } from '../../src/implementations.js';
import { traceSchema } from '../../src/trace/index.js';
import { ROOT, run, SHARE, save, saveEqual, TRACES, trace } from './helpers.js';

const COMMANDS = ['replay', 'validate', 'schema', 'conform', 'dump', 'impls'];

/** Every command there is, as --help lists them. */
function commandsOf(help: string): string[] {
  const list = help.slice(help.indexOf('\nCommands:'), help.indexOf('\nExit codes:'));
  return [...list.matchAll(/^ {2}(\w+)/gm)]
    .map(([, name]) => name)
    .filter((name) => name !== 'help');
}

describe('--help', () => {
  it('lists every command and the exit codes, within 80 columns', async () => {
    const { code, out, err } = await run(['--help']);
    expect([code, err]).toEqual([0, '']);
    expect(commandsOf(out)).toEqual(expect.arrayContaining(COMMANDS));
    for (const exitCode of [0, 1, 2, 3, 4]) expect(out).toMatch(new RegExp(`^  ${exitCode} `, 'm'));
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('is shown, as an error, when no command is given', async () => {
    const { code, out, err } = await run([]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^Usage: pkvm-tracediff/);
  });
});

describe('--version', () => {
  it('is that of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(await run(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });
});

describe('a mistake in the command line', () => {
  it.each([
    ['a mistyped command', ['repaly'], 'Did you mean replay?'],
    ['a mistyped option', ['replay', '--verbos'], 'Did you mean --verbose?'],
    ['an option of another command', ['schema', '--impl', 'direct'], "unknown option '--impl'"],
    ['one implementation instead of two', ['replay', '--impl', 'legacy'], 'name two'],
    ['three implementations', ['replay', '--impl', 'legacy,direct,direct'], 'name two'],
    ['a mistyped implementation', ['replay', '--impl', 'legacy,dirct'], 'did you mean "direct"?'],
    [
      'one of no likeness',
      ['dump', 'x.json', '--impl', 'y'],
      'there are legacy-before-fix, legacy',
    ],
    ['an unknown level', ['replay', '--compare', 'exactly'], 'outcome, ownership, exact'],
    ['an unknown setting', ['replay', '--debug', 'maybe'], 'on, off, both'],
    ['an option without its value', ['replay', '--impl'], 'argument missing'],
    ['a negative number', ['dump', 'x.json', '--at', '-1'], 'at least 0'],
    ['a number that is none', ['dump', 'x.json', '--at', '1e3'], 'a whole number'],
    ['a number too large', ['dump', 'x.json', '--at', '9007199254740993'], 'a whole number'],
    ['a missing argument', ['conform'], "missing required argument 'recordings'"],
    ['an argument too many', ['impls', 'x'], 'too many arguments'],
    ['an unknown format', ['schema', 'x'], 'Allowed choices are trace'],
  ])('ends with 2 and says what is right: %s', async (_name, args, message) => {
    const { code, out, err } = await run(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
    expect(err).toContain('--help');
  });
});

describe('validate', () => {
  it('replays nothing: a trace that would diverge is valid', async () => {
    expect((await run(['validate', join(TRACES, 'findings')])).code).toBe(0);
  });

  it('ends with 2 for what replay would refuse, a machine too small to boot included', async () => {
    saveEqual('1.json');
    save('2.json', trace('2', [SHARE], { machine: { hyp_carveout: { hpool_pages: 1 } } }));
    save('3.json', trace('3', [{ op: 'x' }]));
    const { code, out, err } = await run(['validate', '.']);
    expect(code).toBe(2);
    expect(err).toMatch(/^2\.json:1:\d+: 2: the machine is too small to boot: hpool_pages: /m);
    expect(err).toMatch(/^3\.json:1:\d+: unknown operation "x" \(at \/ops\/0\/op\)$/m);
    expect(out).toMatch(/, 2 problems$/m);
  });
});

describe('schema', () => {
  it('prints the JSON Schema traces are checked against', async () => {
    const { code, out, err } = await run(['schema']);
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toEqual(traceSchema);
  });
});

describe('impls', () => {
  it('lists every implementation with what it is', async () => {
    const { code, out } = await run(['impls']);
    expect(code).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual(
      IMPLEMENTATIONS.map(({ name, description }) => [name, description]),
    );
  });
});

describe('dump', () => {
  const dump = async (...args: string[]) => {
    const { code, out, err } = await run(['dump', ...args]);
    expect([code, err]).toEqual([0, '']);
    return JSON.parse(out);
  };
  /** The run of the vmemmap that begins with a page. */
  const run40100 = ({ vmemmap }: { vmemmap: unknown[][] }) =>
    vmemmap.find(([first]) => first === '40100');

  it('prints the state after the last operation, or after one of them', async () => {
    const input = save('t.json', trace('t', [SHARE, { ...SHARE, pfn: '0x40101' }]));
    expect(run40100(await dump(input))).toEqual(['40100', 2, 'SHARED_OWNED', 0, 0, 0]);
    expect(run40100(await dump(input, '--at', '0'))).toEqual(['40100', 1, 'SHARED_OWNED', 0, 0, 0]);
  });

  it('runs the implementation it is told', async () => {
    const input = join(TRACES, 'findings/share-hyp-out-of-tables.json');
    const states: unknown[] = [];
    for (const name of ['legacy', 'direct']) {
      const { out, err } = await run(['dump', input, '--impl', name]);
      expect(err).toBe('share-hyp-out-of-tables: panicked at operation 1\n');
      states.push(run40100(JSON.parse(out))?.[2]);
    }
    expect(states).toEqual(['SHARED_OWNED', undefined]);
  });

  it('takes one of several traces by name', async () => {
    const lines = [trace('a'), trace('b', [SHARE, { ...SHARE, pfn: '0x40101' }])];
    const input = save('t.jsonl', lines.map((line) => JSON.stringify(line)).join('\n'));
    expect(run40100(await dump(input, '--name', 'b'))?.[1]).toBe(2);
    const { code, err } = await run(['dump', input]);
    expect([code, err]).toEqual([2, `${input}: 2 traces; choose one with --name\n`]);
    const wrong = await run(['dump', input, '--name', 'c']);
    expect([wrong.code, wrong.err]).toEqual([2, `${input}: no trace named "c"\n`]);
  });

  it('says where the trace ends when told to go beyond', async () => {
    const input = saveEqual();
    const { code, err } = await run(['dump', input, '--at', '2']);
    expect([code, err]).toEqual([2, `${input}: --at 2: the last operation is 1\n`]);
  });
});
