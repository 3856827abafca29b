// SPDX-License-Identifier: GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUSY = 'traces/findings/unshare-hyp-busy-or-refused.json';

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function run(args: readonly string[], input = ''): Run {
  const env = { ...process.env, NO_COLOR: '1' };
  const result = spawnSync('node', ['bin/pkvm-tracediff', ...args], {
    cwd: ROOT,
    env,
    input,
    encoding: 'utf8',
  });
  return { code: result.status, out: result.stdout, err: result.stderr };
}

describe('explain', () => {
  it('shows both trees, the aligned effects and the summary within 80 columns', () => {
    const { code, out, err } = run(['explain', BUSY, '--op', '0', '--cost']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('legacy: 0\n__pkvm_host_share_hyp(0x40100) = 0');
    expect(out).toContain('  < host state     page 0x40100 host: OWNED => SHARED_OWNED');
    expect(out).toContain('  > host state     page 0x40100 host: OWNED => SHARED_OWNED');
    expect(out).toContain('host state: before hyp map in legacy, after it in direct');
    expect(out).toContain('TLB invalidations');
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('shows all operations as a table', () => {
    const { code, out } = run(['explain', BUSY, '--all-ops']);
    expect(code).toBe(0);
    const rows = out.trimEnd().split('\n');
    expect(rows).toHaveLength(2 + 7);
    expect(rows[2]).toMatch(/^0 __pkvm_host_share_hyp +moved /);
    expect(rows[8]).toMatch(/^6 __pkvm_host_unshare_hyp +differ /);
    for (const line of rows) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('compares other implementations', () => {
    const { out } = run(['explain', BUSY, '--op', '0', '--impl', 'series-2,direct']);
    expect(out).toContain('order        the same');
  });

  it('prints JSON', () => {
    const { out } = run(['explain', BUSY, '--op', '0', '--json']);
    expect(JSON.parse(out)).toMatchObject({ opIndex: 0, sameState: true });
  });

  it.each([
    [['--op', '7'], '--op 7: the last operation is 6'],
    [[], 'name an operation with --op N, or ask for all with --all-ops'],
    [['--op', '0', '--all-ops'], 'name an operation with --op N, or ask for all with --all-ops'],
    [['--op', 'x'], 'give a whole number of at least 0'],
    [['--op', '0', '--name', 'nobody'], 'no trace named "nobody"'],
    [['--op', '0', '--debug', 'both'], 'Allowed choices are on, off'],
  ])('%j is bad usage', (flags, message) => {
    const { code, out, err } = run(['explain', BUSY, ...flags]);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(message);
  });

  it('says that nothing runs after a panic', () => {
    const { code, err } = run(['explain', 'traces/selftest/selftest.json', '--op', '999']);
    expect(code).toBe(2);
    expect(err).toContain('the last operation is');
  });
});

describe('step without a terminal', () => {
  it('prints every operation, and the differences where there are any', () => {
    const { code, out } = run(['step', BUSY]);
    expect(code).toBe(1);
    expect(out).toContain('   0  __pkvm_host_share_hyp(pfn=0x40100) = 0');
    expect(out).toContain('!  6  __pkvm_host_unshare_hyp(pfn=0x40100) = -EBUSY | -EPERM');
  });

  it('does what is typed, a command a line', () => {
    const { code, out } = run(['step', BUSY], 'g 2\np 0x40100\nz\nq\nn\n');
    expect(code).toBe(1);
    expect(out).toContain('  before: host SHARED_OWNED, hyp SHARED_BORROWED, refcount 1');
    expect(out).toContain('there is no command "z"; ? lists them');
    expect(out).not.toContain('>    3');
  });
});
