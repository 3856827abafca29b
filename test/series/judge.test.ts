// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import type { ResultDocument } from '../../src/result/index.js';
import { bisect, type Commit, type Judge, judgeAll, whySkipped } from '../../src/series/index.js';

const MEM_PROTECT = 'arch/arm64/kvm/hyp/nvhe/mem_protect.c';

function commit(name: string, files: readonly string[] = [MEM_PROTECT]): Commit {
  return { id: name, name, subject: `subject of ${name}`, files };
}

/** Commits whose behaviour is a letter: they differ where the letters do; `!` does not build. */
class Letters implements Judge<string> {
  readonly asked: string[] = [];
  readonly open = new Set<string>();
  stopped = false;
  readonly whySkipped = whySkipped;

  constructor(private readonly behaviour: Readonly<Record<string, string>>) {}

  async build({ name }: Commit) {
    this.asked.push(name);
    if (this.behaviour[name] === '^C') {
      this.stopped = true;
      return { notBuilt: 'interrupted', seen: [] };
    }
    if (this.behaviour[name] === '!') return { notBuilt: 'it is broken', seen: ['line 1'] };
    this.open.add(name);
    return name;
  }

  isSame(): boolean {
    return false;
  }

  async compare(first: string, second: string) {
    expect(this.open.has(first) && this.open.has(second)).toBe(true);
    const isEqual = this.behaviour[first] === this.behaviour[second];
    const pairs = [{ first, second }];
    return { verdict: isEqual ? 'equal' : 'new', pairs } as unknown as ResultDocument;
  }

  async release(built: string): Promise<void> {
    this.open.delete(built);
  }
}

function verdicts({ commits }: { commits: readonly { commit: string; verdict: string }[] }) {
  return commits.map((one) => `${one.commit} ${one.verdict}`);
}

const pairsOf = ({ parts }: { parts: readonly ResultDocument[] }) =>
  parts.flatMap(({ pairs }) => pairs.map(({ first, second }) => `${first}${second}`));

describe('judging all', () => {
  it('compares each commit with the one before it', async () => {
    const judge = new Letters({ a: 'x', b: 'x', c: 'y', d: 'x' });
    const judged = await judgeAll(
      commit('a'),
      ['b', 'c', 'd'].map((name) => commit(name)),
      judge,
    );
    expect(verdicts(judged)).toEqual(['a base', 'b equal', 'c new', 'd new']);
    expect(pairsOf(judged)).toEqual(['ab', 'bc', 'cd']);
    expect([...judge.open]).toEqual([]);
  });

  it('goes over a commit that is skipped and one that does not build', async () => {
    const judge = new Letters({ a: 'x', c: '!', d: 'y' });
    const commits = [commit('b', ['README']), commit('c'), commit('d')];
    const judged = await judgeAll(commit('a'), commits, judge);
    expect(verdicts(judged)).toEqual(['a base', 'b skipped', 'c not built', 'd new']);
    expect(judged.commits[2]).toMatchObject({ reason: 'it is broken', seen: ['line 1'] });
    expect(pairsOf(judged)).toEqual(['ad']);
    expect(judge.asked).not.toContain('b');
  });
});

describe('a build that is interrupted', () => {
  const behaviour = { a: 'x', b: 'x', c: '^C', d: 'x' };
  const commits = ['b', 'c', 'd'].map((name) => commit(name));

  it('says nothing of its commit, nor of those after it', async () => {
    const judge = new Letters(behaviour);
    expect(verdicts(await judgeAll(commit('a'), commits, judge))).toEqual([
      'a base',
      'b equal',
      'c not judged',
      'd not judged',
    ]);
    expect([...judge.open]).toEqual([]);
  });

  it('ends a bisection', async () => {
    const judge = new Letters({ ...behaviour, d: 'y' });
    const judged = await bisect(commit('a'), commits, judge);
    expect(verdicts(judged)).toContain('c not judged');
    expect([...judge.open]).toEqual([]);
  });
});

describe('bisecting', () => {
  const names = ['b', 'c', 'd'];

  it('finds the last of four commits with three builds', async () => {
    const judge = new Letters({ a: 'x', b: 'x', c: 'x', d: 'y' });
    const judged = await bisect(
      commit('a'),
      names.map((name) => commit(name)),
      judge,
    );
    expect(judge.asked).toEqual(['a', 'd', 'c']);
    expect(pairsOf(judged)).toEqual(['cd']);
    expect(verdicts(judged)).toEqual(['a base', 'b not judged', 'c equal', 'd new']);
    expect([...judge.open]).toEqual([]);
  });

  it.each(['yyy', 'xyy', 'xxy', 'x!y', '!yy'])(
    'finds the first that differs in x%s',
    async (rest) => {
      const behaviour = Object.fromEntries([
        ['a', 'x'],
        ...names.map((name, i) => [name, rest[i]]),
      ]);
      const judge = new Letters(behaviour as Record<string, string>);
      const judged = await bisect(
        commit('a'),
        names.map((name) => commit(name)),
        judge,
      );
      const [[, found]] = pairsOf(judged);
      expect(found).toBe(names[rest.indexOf('y')]);
    },
  );

  it('builds only the ends if they agree', async () => {
    const judge = new Letters({ a: 'x', b: 'y', c: 'y', d: 'x' });
    const judged = await bisect(
      commit('a'),
      names.map((name) => commit(name)),
      judge,
    );
    expect(judge.asked).toEqual(['a', 'd']);
    expect(pairsOf(judged)).toEqual(['ad']);
  });
});

describe('a commit', () => {
  it.each([
    [[MEM_PROTECT, 'README'], undefined],
    [['arch/arm64/include/asm/kvm_pgtable.h'], undefined],
    [['Documentation/a', 'Makefile'], 'changes nothing of the hypervisor'],
    [['arch/arm64/kvm/arm.c'], 'changes nothing of the hypervisor'],
    [
      ['arch/arm64/kvm/hyp/nvhe/timer-sr.c', 'arch/arm64/kvm/hyp/vgic-v3-sr.c'],
      'changes of the hypervisor what is not compiled here: arch/arm64/kvm/hyp/nvhe/timer-sr.c and 1 more',
    ],
  ])('that changes %s is skipped because: %s', (files, reason) => {
    expect(whySkipped(commit('a', files))).toBe(reason);
  });
});
