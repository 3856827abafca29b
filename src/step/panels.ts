// SPDX-License-Identifier: GPL-2.0-only
/** What the panels show, as lines. */

import type { ChalkInstance } from 'chalk';
import { diffLines } from 'diff';
import { dumpStage1, dumpStage2, type LeafRun } from '../hyp/dump_tables.js';
import { HOST_PGD, HYP_PGD, VM_PGD, vmRecord } from '../hyp/layout.js';
import type { Machine } from '../hyp/machine.js';
import { firstPageOf } from '../ops/index.js';
import { divergenceText } from '../report/divergence_text.js';
import { explanationText } from '../report/explain_text.js';
import { wrapped } from '../report/explain_tree.js';
import { canonicalOp } from '../trace/canonical.js';
import { COMMANDS } from './commands.js';
import type { Panel, StepState, TableName } from './state.js';
import type { Around, Walker } from './walker.js';

/** The lines of the panel of a state. */
export function panelLines(
  walker: Walker,
  state: StepState,
  columns: number,
  chalk: ChalkInstance,
): string[] {
  const { at, panel } = state;
  switch (panel.kind) {
    case 'help':
      return [
        ...COMMANDS.map(({ key, help }) => `  ${key}   ${help}`),
        '  up, down, page up, page down: scroll what is shown',
      ];
    case 'page':
      return pageLines(walker, at, panel.pfn, chalk);
    case 'tables':
      return tableLines(walker, at, panel.table, chalk);
    default:
      return at < 0 ? bootLines(walker, columns) : opPanel(walker, at, panel, columns, chalk);
  }
}

function bootLines(walker: Walker, columns: number): string[] {
  const { trace, facts } = walker;
  const lines = trace.description ? [...wrapped(trace.description, 0, columns), ''] : [];
  const ops = `${trace.ops.length} operation${trace.ops.length === 1 ? '' : 's'}`;
  lines.push(
    `Both machines have booted. ${ops}; they diverge at ${facts.divergent.length} of them.`,
  );
  return lines;
}

function opPanel(
  walker: Walker,
  at: number,
  panel: Panel,
  columns: number,
  chalk: ChalkInstance,
): string[] {
  if (panel.kind === 'json') {
    return JSON.stringify(canonicalOp(walker.trace.source[at]), null, 2).split('\n');
  }
  if (panel.kind === 'explain') {
    return explanationText(walker.explain(at), { chalk, columns, cost: true }).split('\n');
  }
  const pfn = firstPageOf(walker.trace.ops[at]);
  const lines = pfn < 0 ? [] : pageLines(walker, at, pfn, chalk);
  const divergences = walker.divergencesAt(at);
  if (divergences.length === 0) lines.push(chalk.green('both sides agree'));
  for (const divergence of divergences) {
    const text = divergenceText({ ...divergence, before: undefined }, walker.names, chalk);
    lines.push(...text.split('\n').slice(1));
  }
  return lines;
}

function pageLines(walker: Walker, at: number, pfn: number, chalk: ChalkInstance): string[] {
  const around = walker.pageAround(at, pfn);
  const lines = [chalk.bold(`page 0x${pfn.toString(16)}`)];
  const equal = around.after[0] === around.after[1] && around.before[0] === around.before[1];
  if (equal) return [...lines, ...sideLines(around, 0)];
  walker.names.forEach((name, side) => {
    lines.push(`  ${name}`, ...sideLines(around, side));
  });
  return lines;
}

function sideLines({ before, after }: Around, side: number): string[] {
  if (before[side] === after[side]) return [`  ${after[side]}`];
  return [`  before: ${before[side]}`, `  after:  ${after[side]}`];
}

function tableLines(walker: Walker, at: number, table: TableName, chalk: ChalkInstance): string[] {
  const { first, second } = walker.machinesAt(at);
  const lines = [chalk.bold(tableTitle(table))];
  const [left, right] = [first, second].map((machine) => leavesText(machine, table));
  if (left === '' && right === '') return [...lines, '  empty'];
  for (const part of diffLines(left, right)) {
    const mark = part.added ? '+ ' : part.removed ? '- ' : '  ';
    const colour = part.added ? chalk.green : part.removed ? chalk.red : (text: string) => text;
    for (const line of part.value.split('\n')) if (line !== '') lines.push(colour(mark + line));
  }
  return lines;
}

function tableTitle(table: TableName): string {
  if (table === 'hyp') return 'hyp stage 1';
  return table === 'host' ? 'host stage 2' : `VM 0x${table.toString(16)} stage 2`;
}

function leavesText(machine: Machine, table: TableName): string {
  return leaves(machine, table)
    .map((run) => `${leafText(run)}\n`)
    .join('');
}

function leaves(machine: Machine, table: TableName): LeafRun[] {
  const { words } = machine.state;
  if (table === 'hyp') return dumpStage1(machine, words[HYP_PGD]).leaves;
  if (table === 'host') return dumpStage2(machine, words[HOST_PGD], 2).leaves;
  const slot = machine.pkvm.get_vm_by_handle(table);
  return slot < 0 ? [] : dumpStage2(machine, words[vmRecord(slot) + VM_PGD], 2).leaves;
}

/** `0x40100 +2 level 3 -> 0x40100 rwx OWNED` */
function leafText(run: LeafRun): string {
  const [input, pages, level] = run;
  const from = `0x${input} +${pages} level ${level}`;
  if (run.length === 5) return `${from} owner ${run[4]}`;
  return `${from} -> 0x${run[3]} ${run[4]} ${run[5]}`;
}
