// SPDX-License-Identifier: GPL-2.0-only
/** The examples of fuzzing in parts: the commands in them are run, with a few hundred runs. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

function example(name: string): string {
  return readFileSync(join(ROOT, 'examples/fuzz', name), 'utf8');
}

/** A folder in which the commands find what they name. */
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'examples-'));
  for (const name of ['bin', 'baselines']) symlinkSync(join(ROOT, name), join(path, name));
  return path;
}

function shell(command: string, cwd: string, variables: Record<string, string>) {
  const env = { ...process.env, NO_COLOR: '1', SEED: '1', RUNS: '512', ...variables };
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
    cwd,
    env,
    encoding: 'utf8',
  });
  return { status, text: stdout + stderr };
}

interface Steps {
  readonly steps: readonly { readonly name?: string; readonly run?: string }[];
}

describe('the GitHub matrix', () => {
  it('runs its shards and joins them', () => {
    const { jobs } = parse(example('github-workflow.yml')) as { jobs: Record<string, Steps> };
    const run = (job: string, name: string) =>
      jobs[job].steps.find((step) => step.name === name)?.run ?? 'false';
    const cwd = folder();
    for (const SHARD of ['1', '2', '3', '4']) {
      expect(shell(run('shard', 'fuzz'), cwd, { SHARD, RUNS: '1024' }).status).toBe(0);
    }
    const { status, text } = shell(run('merge', 'merge'), cwd, {});
    expect(text).not.toContain('missing');
    expect([0, 1]).toContain(status);
    expect(readFileSync(join(cwd, 'fuzz.json'), 'utf8')).toContain('"shards"');
  });
});

describe('the GitLab jobs', () => {
  it('run their shards and join them', () => {
    const jobs = parse(example('gitlab-ci.yml')) as Record<string, { script: string[] }>;
    const cwd = folder();
    for (const CI_NODE_INDEX of ['1', '2']) {
      const variables = { CI_NODE_INDEX, CI_NODE_TOTAL: '2' };
      expect(shell(jobs.fuzz.script[0], cwd, variables).status).toBe(0);
    }
    expect([0, 1]).toContain(shell(jobs.merge.script[0], cwd, {}).status);
  });
});

describe('the Kubernetes job', () => {
  it('runs the shard of its index', () => {
    const job = parse(example('kubernetes-job.yaml'));
    expect([job.spec.completions, job.spec.completionMode]).toEqual([4, 'Indexed']);
    const [{ args }] = job.spec.template.spec.containers;
    const cwd = folder();
    const RESULTS = join(cwd, 'results');
    mkdirSync(RESULTS);
    for (const JOB_COMPLETION_INDEX of ['0', '1']) {
      const variables = { JOB_COMPLETION_INDEX, SHARDS: '2', RESULTS };
      expect(shell(args[0], cwd, variables).status).toBe(0);
    }
    expect([0, 1]).toContain(
      shell('bin/pkvm-tracediff merge results/shard-*.json', cwd, {}).status,
    );
  });
});

describe('the GNU parallel script', () => {
  it('runs all shards and joins them', () => {
    const cwd = folder();
    // Stands for GNU parallel, which need not be there: one line after the other.
    const parallel =
      '#!/bin/sh\nfor c; do :; done\nwhile read -r n; do\n  sh -c "$(echo "$c" | sed "s/{}/$n/g")"\ndone\n';
    mkdirSync(join(cwd, 'path'));
    writeFileSync(join(cwd, 'path/parallel'), parallel, { mode: 0o755 });
    const { status, text } = shell(`sh ${join(ROOT, 'examples/fuzz/gnu-parallel.sh')}`, cwd, {
      SHARDS: '2',
      PATH: `${join(cwd, 'path')}:${process.env.PATH}`,
    });
    expect([0, 1]).toContain(status);
    expect(text).not.toContain('missing');
  });
});
