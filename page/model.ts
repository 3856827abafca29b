// SPDX-License-Identifier: GPL-2.0-only
/** The result document as the page looks at it: indexes resolved, replays with a verdict. */

import type {
  Bucket,
  Evidence,
  ExplanationEvidence,
  OpEvidence,
  PageEvidence,
  ResultDocument,
  TraceEvidence,
  UndefinedEnd,
} from '../src/result/index.js';

export type PageState = Evidence['states'][number];
export type ReplayVerdict = 'new' | 'known' | 'undefined' | 'equal';

export const REPLAY_VERDICTS: readonly ReplayVerdict[] = ['new', 'known', 'undefined', 'equal'];

export interface Difference {
  readonly column: string;
  readonly subject: string;
  readonly first: string;
  readonly second: string;
}

/** One operation of a replay. */
export interface OpView {
  /** Index in the trace, from 0. */
  readonly index: number;
  readonly text: string;
  readonly name: string;
  readonly outcomes: readonly [string, string];
  readonly diverged: boolean;
  readonly buckets: readonly Bucket[];
  readonly differences: readonly Difference[];
  readonly moreDifferences: number;
  readonly explanation: ExplanationEvidence | undefined;
}

/** One replay. */
export interface ReplayView {
  readonly id: number;
  readonly name: string;
  readonly place: string;
  readonly file: string;
  readonly description: string | undefined;
  readonly pair: number;
  readonly names: readonly [string, string];
  readonly debug: boolean;
  readonly constructed: boolean;
  /** Where a side became undefined. */
  readonly undefined: UndefinedEnd | undefined;
  readonly verdict: ReplayVerdict;
  readonly first: number;
  readonly opCount: number;
  readonly ops: readonly OpView[];
  readonly pages: readonly PageEvidence[];
  readonly pagesLeftOut: number;
}

/** Where an operation is met: a replay and the index of the operation in its trace. */
export interface Place {
  readonly replay: number;
  readonly op: number;
}

const NO_EVIDENCE: Evidence = { strings: [], states: [], traces: [], leftOut: 0 };

export class Model {
  readonly replays: readonly ReplayView[];
  readonly leftOut: number;
  private readonly evidence: Evidence;
  private readonly bucketById: ReadonlyMap<string, Bucket>;
  private examples: Map<string, Place> | undefined;

  constructor(readonly document: ResultDocument) {
    this.evidence = document.evidence ?? NO_EVIDENCE;
    this.leftOut = this.evidence.leftOut;
    this.bucketById = new Map(document.buckets.map((bucket) => [bucket.id, bucket]));
    this.replays = this.evidence.traces.map((trace, id) => this.replayView(trace, id));
  }

  text(index: number): string {
    return this.evidence.strings[index] ?? '';
  }

  state(index: number): PageState {
    return this.evidence.states[index];
  }

  /** The states of a page on each side after an operation, `replay.first - 1` for before all. */
  pageAt(page: PageEvidence, op: number): readonly [PageState, PageState] {
    const { cells } = page;
    let at = 0;
    for (let i = 0; i + 2 < cells.length && cells[i] <= op; i += 3) at = i;
    return [this.state(cells[at + 1]), this.state(cells[at + 2])];
  }

  /** The replay that a link names: the one with that pair and setting, else the most telling. */
  findReplay(name: string, pair?: number, debug?: boolean): ReplayView | undefined {
    const named = this.replays.filter((replay) => replay.name === name);
    const exact = named.find((replay) => replay.pair === pair && replay.debug === debug);
    return exact ?? named.find((replay) => replay.verdict !== 'equal') ?? named[0];
  }

  /** Does the name alone not say which replay is meant? */
  isAmbiguous(replay: ReplayView): boolean {
    return this.replays.some((other) => other !== replay && other.name === replay.name);
  }

  /** Where a bucket's example can be looked at. */
  placeOfBucket(bucket: Bucket): Place | undefined {
    const { example, pair, debug } = bucket;
    const replay = this.replays.find(
      ({ name, file, names, debug: setting }) =>
        name === example.trace &&
        file === example.file &&
        setting === debug &&
        names[0] === pair.first &&
        names[1] === pair.second,
    );
    return replay && { replay: replay.id, op: example.opIndex };
  }

  /** Where an implementation meets a cell of the coverage. */
  placeOfCell(implementation: string, op: string, debug: boolean, met: string): Place | undefined {
    this.examples ??= this.indexExamples();
    return this.examples.get(cellKey(implementation, op, debug, met));
  }

  private indexExamples(): Map<string, Place> {
    const examples = new Map<string, Place>();
    this.evidence.traces.forEach((trace, replay) => {
      const { names } = this.replays[replay];
      trace.ops.forEach((op, i) => {
        const name = opName(this.text(op.text));
        names.forEach((implementation, side) => {
          const met = this.text(op.met[side] ?? op.met[0]);
          const key = cellKey(implementation, name, trace.debug, met);
          if (!examples.has(key)) examples.set(key, { replay, op: trace.first + i });
        });
      });
    });
    return examples;
  }

  private replayView(trace: TraceEvidence, id: number): ReplayView {
    const { name, file, line, description, pair, debug, constructed } = trace;
    const sides = this.document.pairs[pair];
    const ops = trace.ops.map((op, i) => this.opView(op, trace.first + i));
    const verdicts = ops.flatMap((op) => op.buckets.map(({ verdict }) => verdict));
    return {
      id,
      name,
      place: `${file}:${line}`,
      file,
      description,
      pair,
      names: [sides.first, sides.second],
      debug,
      constructed,
      undefined: trace.undefined,
      verdict: replayVerdict(verdicts, trace.undefined !== undefined),
      first: trace.first,
      opCount: trace.opCount,
      ops,
      pages: trace.pages,
      pagesLeftOut: trace.pagesLeftOut,
    };
  }

  private opView(op: OpEvidence, index: number): OpView {
    const text = this.text(op.text);
    const [first, second = first] = op.outcomes.map((outcome) => this.text(outcome));
    const ids = op.buckets ?? [];
    return {
      index,
      text,
      name: opName(text),
      outcomes: [first, second],
      diverged: ids.length > 0,
      buckets: ids.flatMap((bucket) => this.bucketById.get(this.text(bucket)) ?? []),
      differences: this.differences(op.differences ?? []),
      moreDifferences: op.moreDifferences ?? 0,
      explanation: op.explanation,
    };
  }

  private differences(flat: readonly number[]): Difference[] {
    const differences: Difference[] = [];
    for (let i = 0; i + 3 < flat.length; i += 4) {
      const [column, subject, first, second] = flat.slice(i, i + 4).map((at) => this.text(at));
      differences.push({ column, subject, first, second });
    }
    return differences;
  }
}

/** The worst of what was met: a replay that was not compared to its end is not equal. */
function replayVerdict(met: readonly Bucket['verdict'][], isUndefined: boolean): ReplayVerdict {
  if (met.includes('new')) return 'new';
  if (met.length > 0) return 'known';
  return isUndefined ? 'undefined' : 'equal';
}

function opName(text: string): string {
  return text.replace(/\(.*/s, '');
}

function cellKey(implementation: string, op: string, debug: boolean, met: string): string {
  return `${implementation} ${op} ${debug} ${met}`;
}
