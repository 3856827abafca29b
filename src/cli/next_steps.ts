// SPDX-License-Identifier: GPL-2.0-only
/** What to do after a comparison: commands that tell more, ready to be pasted. */

import { relative, sep } from 'node:path';
import { printable } from '../input/printable.js';
import { type Cause, causesOf, isDifference } from '../report/causes.js';
import { shellLines } from '../report/shell.js';
import { wrapHard } from '../report/wrap.js';
import type { Bucket, ResultDocument } from '../result/index.js';

/** What the run was asked for, as far as it decides what comes next. */
export interface Ran {
  /** The program as it was called: a name, or a path from here. */
  readonly program: string;
  /** The arguments without those of reports. */
  readonly args: readonly string[];
  /** It overrode the debug setting of the traces. */
  readonly setsDebug: boolean;
  /** It wrote the page. */
  readonly hasPage: boolean;
  /** Baseline files it named. */
  readonly baselines: number;
  /** It wrote to the one it named. */
  readonly updatedBaseline: boolean;
}

const WIDTH = 80;
/** Characters of a trace's name from which nobody would type it. */
const LONGEST_NAME = 200;
const INDENT = '  ';
/** What a second command cannot read again. */
const IS_READ_ONCE = /^(<stdin>$|\/dev\/|\/proc\/)/;

/** Lines that end the text of a comparison; none after one that tells nothing to go on from. */
export function nextSteps(document: ResultDocument, ran: Ran): string[] {
  if (document.verdict === 'inconclusive') return [];
  const [fresh] = causesOf(document, 'new');
  const cause = fresh ?? causesOf(document, 'known')[0];
  if (cause === undefined) return [];
  const isTraceWrong = fresh !== undefined && !isDifference(fresh);
  const steps: [string, readonly string[]][] = [];
  const explain = explainCommand(cause.bucket, ran);
  if (explain) {
    steps.push([`what both sides did at ${firstText(cause, fresh)}, call by call`, explain]);
  }
  const again = [ran.program, ...ran.args.filter((arg) => arg !== '--bail')];
  if (!ran.hasPage) {
    steps.push(['all of it as a page to look at', [...again, '--report', 'html=report.html']]);
  }
  if (fresh && !ran.updatedBaseline && ran.baselines <= 1) {
    const file = ran.baselines > 0 ? [] : ['--baseline', 'known.json'];
    const update = [...again, ...file, '--update-baseline'];
    steps.push(['when reviewed: a baseline entry for each new one, to add reasons to', update]);
  }
  if (steps.length === 0) return [];
  return [
    'next:',
    ...(isTraceWrong ? mendLines(fresh) : []),
    ...steps.flatMap(([what, command]) => [
      `${INDENT}${what}:`,
      ...shellLines(command, WIDTH, INDENT.repeat(2)),
    ]),
  ];
}

/** What the first cause is. */
function firstText(cause: Cause, fresh: Cause | undefined): string {
  if (!isDifference(cause)) return 'the first that is not as expected';
  return `the first ${fresh ? 'new' : 'known'} difference`;
}

/** Both sides agree with each other and not with the trace: it is the trace that is wrong. */
function mendLines({ bucket }: Cause): string[] {
  const { file, line, column } = bucket.example;
  const place = `${printable(file)}:${line}:${column}`;
  return wrapHard(`both sides did the same: mend the trace, at or before ${place}`, WIDTH, INDENT);
}

/** The program as a shell finds it from a folder: by its path if it is below that, else by its name. */
export function programName(script: string | undefined, folder: string): string {
  if (script === undefined) return NAME;
  const path = relative(folder, script);
  const isBelow = !path.startsWith('..') && path.includes(sep) && !path.includes('node_modules');
  return isBelow ? path : NAME;
}

const NAME = 'pkvm-tracediff';

/** The command that explains an example; undefined where nothing of it can be looked into. */
function explainCommand(bucket: Bucket, ran: Ran): string[] | undefined {
  const { example, pair, debug } = bucket;
  const isKernel = [pair.first, pair.second].some((name) => name.startsWith('real:'));
  if (isKernel || IS_READ_ONCE.test(example.file)) return undefined;
  if (example.trace.length > LONGEST_NAME) return undefined;
  const holdsMany = /\.jsonl(\.gz)?$/.test(example.file);
  const names = `${pair.first},${pair.second}`;
  return [
    ran.program,
    'explain',
    example.file,
    ...(holdsMany ? ['--name', example.trace] : []),
    '--op',
    String(example.opIndex),
    ...(names === 'legacy,direct' ? [] : ['--impl', names]),
    ...(ran.setsDebug ? ['--debug', debug ? 'on' : 'off'] : []),
  ];
}
