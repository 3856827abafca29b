// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { documentOfRun, folderWith, run } from './run.js';

const hex = (page: number) => `0x${page.toString(16)}`;
const PAGES = 0x40100;

/** One wrong page number in operation 0, a VM that needs that page, and 297 operations on it. */
function longTrace(): object {
  const ops: object[] = [
    { op: '__pkvm_host_share_hyp', pfn: '0x40e30', expect: 0 },
    {
      op: '__pkvm_init_vm',
      host_kvm: '0x40e30000',
      nr_vcpus: 1,
      vm: '0x40302000',
      pgd: '0x40304000',
      expect: 4096,
    },
    { op: '__pkvm_host_share_hyp', pfn: '0x40306', expect: 0 },
  ];
  for (let gfn = 0; ops.length < 300; gfn++) {
    ops.push(
      { op: '__pkvm_vcpu_load', vm: 4096, vcpu_idx: 0, expect: 0 },
      { op: '__pkvm_host_share_guest', pfn: hex(PAGES + gfn), gfn, prot: 7, expect: 0 },
      { op: '__pkvm_host_unshare_guest', vm: 4096, gfn, expect: 0 },
    );
  }
  return { format: 'pkvm-trace/1', name: 'long', ops: ops.slice(0, 300) };
}

/** Two mistakes that have nothing to do with each other, and what follows from the first. */
const TWO = [
  '{"format":"pkvm-trace/1","name":"first","ops":[{"op":"__pkvm_vcpu_put","expect":0}]}',
  '{"format":"pkvm-trace/1","name":"two","ops":[' +
    '{"op":"__pkvm_host_share_hyp","pfn":"0x40e30","expect":0}, ' +
    '{"op":"__pkvm_host_unshare_hyp","pfn":"0x40e30","expect":0},' +
    '{"op":"__pkvm_host_share_hyp","pfn":"0x40100","expect":"WARN"}]}',
].join('\n');

describe('a trace of 300 operations with a wrong page number in operation 0', () => {
  it.each(['replay', 'check'])('shows the mistake on the first screen of %s', (command) => {
    const folder = folderWith({ 'long.json': longTrace() });
    const { code, out } = run([command, 'long.json'], folder);
    expect(code).toBe(1);
    const screen = out.split('\n').slice(0, 16).join('\n');
    expect(screen).toMatch(/^new __pkvm_host_share_hyp: expected 0, both sides got -EPERM\n/);
    expect(screen).toContain('op 0: __pkvm_host_share_hyp(pfn=0x40e30)');
    expect(screen).toContain('at long.json:5:5');
    expect(screen.replaceAll(/\s+/g, ' ')).toMatch(/199 unmet expectations follow from it/);
    expect(out.match(/^new /gm)).toHaveLength(1);
    const told = out.slice(0, out.indexOf('\nnext:'));
    if (command === 'replay') expect(told.split('\n').length).toBeLessThan(24);
  });

  it('has every one of them in JSON, with its place, and counts one cause', () => {
    const folder = folderWith({ 'long.json': longTrace() });
    const { document } = documentOfRun(['replay', 'long.json'], folder);
    expect(document.counts).toMatchObject({ new: 1, known: 0, followOns: 199 });
    const [{ example, followOns }] = document.buckets;
    expect([document.buckets.length, followOns, example.followOns.length]).toEqual([1, 199, 199]);
    expect(example.followOns[0]).toEqual({
      opIndex: 1,
      line: 10,
      column: 5,
      opText: '__pkvm_init_vm(host_kvm=0x40e30000, nr_vcpus=1, vm=0x40302000, pgd=0x40304000)',
      outcomes: { first: '-EPERM', second: '-EPERM' },
      expected: { first: '0x1000', second: '0x1000' },
    });
  });

  it('lists them with --follow-ons', () => {
    const folder = folderWith({ 'long.json': longTrace() });
    const { out } = run(['replay', 'long.json', '--follow-ons'], folder);
    expect(out.match(/^ {4}op \d+ at long\.json:\d+:5:/gm)).toHaveLength(199);
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe('causes', () => {
  const args = ['replay', 'two.jsonl'];

  it('come in the order of traces and operations, at their line and column', () => {
    const folder = folderWith({ 'two.jsonl': TWO });
    const { out } = run(args, folder);
    const places = [...out.matchAll(/^ {2}at (\S+)$/gm)].map(([, place]) => place);
    const line = TWO.split('\n')[1];
    const column = (index: number) =>
      [...line.matchAll(/\{"op"/g)].map((match) => (match.index ?? 0) + 1)[index];
    expect(places).toEqual([`two.jsonl:2:${column(0)}`, `two.jsonl:2:${column(2)}`]);
    expect(out).toContain('1 unmet expectation follows from it in this trace: op 1');
    expect(out).toMatch(/^not as expected: 2 times, both sides alike,/m);
  });

  it('are ended at the first with --bail', () => {
    const folder = folderWith({ 'two.jsonl': TWO });
    const { document } = documentOfRun([...args, '--bail'], folder);
    expect(document.buckets.map(({ example }) => example.opIndex)).toEqual([0]);
    expect(document.counts).toMatchObject({ new: 1, followOns: 0, compared: 2 });
    const all = documentOfRun(['check', 'two.jsonl', '--bail'], folder).document;
    expect(all.counts).toMatchObject({ new: 1, replays: 7 });
  });

  it('have their line and column in every report', () => {
    const folder = folderWith({ 'two.jsonl': TWO });
    const report = (format: string) => run([...args, '--format', format], folder).out;
    const column = TWO.split('\n')[1].indexOf('{"op"') + 1;
    expect(report('github')).toContain(
      `::error file=two.jsonl,line=2,col=${column},title=Not as expected%2C both sides alike%3A`,
    );
    const sarif = JSON.parse(report('sarif')) as {
      runs: { results: { ruleId: string; locations: object[]; relatedLocations: object[] }[] }[];
    };
    const [first, ...others] = sarif.runs[0].results;
    expect(others).toHaveLength(1);
    expect(first).toMatchObject({
      ruleId: 'missed-alike',
      locations: [{ physicalLocation: { region: { startLine: 2, startColumn: column } } }],
    });
    expect(first.relatedLocations).toHaveLength(1);
    for (const format of ['junit', 'markdown', 'mail', 'html']) {
      expect(report(format), format).toContain(`two.jsonl:2:${column}`);
    }
    expect(report('mail')).toContain('Not what a trace expects, both sides alike:');
    expect(report('mail')).not.toContain('New differences:');
  });
});

describe('a run', () => {
  it('in which both sides refused every operation is inconclusive: exit 4', () => {
    const refused = { op: '__pkvm_host_unshare_hyp', pfn: '0x40100', expect: '-EPERM' };
    const trace = (name: string, ops: object[]) => ({ format: 'pkvm-trace/1', name, ops });
    const folder = folderWith({ 'a.json': trace('a', [refused, refused]) });
    const { code, out } = run(['replay', 'a.json'], folder);
    expect(code).toBe(4);
    expect(out).toContain('inconclusive: both sides refused every operation');
    const other = folderWith({
      'a.json': trace('a', [refused]),
      'b.json': trace('b', [{ op: '__pkvm_host_share_hyp', pfn: '0x40100' }]),
    });
    expect(run(['replay', 'a.json', 'b.json'], other).code).toBe(0);
  });
});
