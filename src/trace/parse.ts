// SPDX-License-Identifier: GPL-2.0-only
/**
 * One document's text to a compiled trace, or to every problem it has.
 */

import { parse as parseLenient } from 'jsonc-parser';
import { isPanic } from '../hyp/outcome.js';
import { type Located, locate } from '../input/locate.js';
import type { Issue, Problem } from '../input/problem.js';
import { DEEPEST, nestingTooDeep, type SyntaxIssue, syntaxIssues } from '../input/syntax.js';
import { compileOp } from '../ops/index.js';
import { compileExpect } from './compile.js';
import {
  type Compile,
  compiledOps,
  compileRecording,
  compileTrace,
  type Parsed,
  type Place,
  ScannedOperations,
} from './compile_trace.js';
import { expectStateIssues } from './expect_state.js';
import { machineConfig, machineIssues } from './machine.js';
import { TextPlaces } from './op_places.js';
import { otherFormat } from './other_formats.js';
import { DocumentScanner, ended, type ReadOther } from './scan_document.js';
import type { Recording, Trace } from './trace.js';
import type { TraceDocument } from './types.generated.js';
import { type Mode, Validator } from './validate.js';

/** A trace, or what is wrong with it. */
export type ParseResult<M extends Mode> =
  | { readonly ok: true; readonly trace: Parsed[M] }
  | {
      readonly ok: false;
      readonly problems: readonly Problem[];
      /** It is another of this program's documents, as the one problem says. */
      readonly isOther?: boolean;
    };

/** At most about so many problems of one document are listed. */
export const MOST_PROBLEMS = 100;

/** Up to this length even the deepest nesting costs JSON.parse little memory. */
const SHALLOW_ENOUGH = 4 * 1024 * 1024;

/** Parses documents of one mode. Keep it: making one compiles the schema. */
export class Parser<M extends Mode> {
  private readonly validator: Validator<M>;
  private readonly compile: Compile<M>;
  private readonly semanticIssues: (trace: Parsed[M]) => Issue[];

  private constructor(mode: M, compile: Compile<M>, semanticIssues: (trace: Parsed[M]) => Issue[]) {
    this.validator = new Validator(mode);
    this.compile = compile;
    this.semanticIssues = semanticIssues;
  }

  /** A parser of traces. */
  static ofTraces(): Parser<'trace'> {
    return new Parser('trace', compileTrace, traceIssues);
  }

  /** A parser of recordings. */
  static ofRecordings(): Parser<'recording'> {
    return new Parser('recording', compileRecording, (recording) => [
      ...traceIssues(recording),
      ...resultIssues(recording),
    ]);
  }

  /**
   * The trace in bytes of UTF-8 that start at `line` of `file`, as `parse()` of their text. `isOwn`: they
   * are nobody else's, with zeros after them (ZEROS_BEHIND), and need not be copied.
   */
  parseBytes(bytes: Buffer, file: string, line = 1, isOwn = false): ParseResult<M> {
    const trace = this.scan(bytes, isOwn, { file, line });
    return trace === undefined
      ? this.parse(bytes.toString('utf8'), file, line)
      : { ok: true, trace };
  }

  /** Without a tree of the operations; undefined if anything may be wrong. */
  private scan(bytes: Buffer, isOwn: boolean, place: Place): Parsed[M] | undefined {
    const own = ended(bytes, isOwn);
    const { length } = bytes;
    const scanned = this.scanner.scan(own);
    if (scanned === undefined || scanned.rest.length > SHALLOW_ENOUGH) return undefined;
    const document = parsedOrNot(scanned.rest);
    if (!this.validator.isValid(document)) return undefined;
    const text = () => own.toString('utf8', 0, length);
    const places = new TextPlaces(text, place.line);
    const operations = new ScannedOperations(scanned, text);
    const trace = this.compile(document, operations, { ...place, places });
    return this.semanticIssues(trace).length > 0 ? undefined : trace;
  }

  private readonly readOther: ReadOther = (text) => {
    const op = parsedOrNot(text);
    // What is expected of state is looked at in the document: the other way.
    if (!this.validator.isOperation(op) || op.expect_state !== undefined) return undefined;
    return { op: compileOp(op), expected: compileExpect(op.expect) };
  };

  private readonly scanner = new DocumentScanner(this.readOther);

  /** The trace in a text that starts at `line` of `file`. A BOM must have been taken off. */
  parse(text: string, file: string, line = 1): ParseResult<M> {
    const place = { file, line };
    if (text.length > SHALLOW_ENOUGH) {
      const tooDeep = depthProblem(text, place);
      if (tooDeep) return { ok: false, problems: [tooDeep] };
    }
    let document: unknown;
    try {
      document = JSON.parse(text);
    } catch (error) {
      return { ok: false, problems: this.syntaxProblems(text, error, place) };
    }
    if (!this.validator.isValid(document)) {
      const message = otherFormat(document);
      if (message) return { ok: false, problems: [{ ...place, message }], isOther: true };
      return { ok: false, problems: this.schemaProblems(text, document, place) };
    }
    const places = new TextPlaces(() => text, line);
    const trace = this.compile(document, compiledOps(document.ops), { ...place, places });
    const issues = this.semanticIssues(trace);
    if (issues.length > 0) return { ok: false, problems: placed(text, issues, place) };
    return { ok: true, trace };
  }

  private syntaxProblems(text: string, error: unknown, place: Place): Problem[] {
    const tooDeep = depthProblem(text, place);
    if (tooDeep) return [tooDeep];
    if (text.trim() === '') return [{ ...place, message: 'empty: a trace is a JSON object' }];
    const issues = syntaxIssues(text, error).slice(0, MOST_PROBLEMS);
    const problems = issues.map((issue) => syntaxProblem(issue, place));
    const isReadable = issues.every((issue) => issue.mild) && text.length <= SHALLOW_ENOUGH;
    if (!isReadable) return problems;
    const document: unknown = parseLenient(text, [], { allowTrailingComma: true });
    return [...problems, ...this.schemaProblems(text, document, place)].sort(byPosition);
  }

  /** The problems of a document that may fail the schema; with those of its machine if it can. */
  private schemaProblems(text: string, document: unknown, place: Place): Problem[] {
    const tooDeep = depthProblem(text, place);
    if (tooDeep) return [tooDeep];
    const found = this.validator.issues(document, MOST_PROBLEMS);
    const issues = found.slice(0, MOST_PROBLEMS);
    issues.push(...this.machineIssuesBeside(document, found));
    const problems = placed(text, issues, place);
    if (found.length > MOST_PROBLEMS) {
      problems.push({
        ...place,
        message: `only ${MOST_PROBLEMS} problems of this trace are listed`,
      });
    }
    return problems;
  }

  private machineIssuesBeside(document: unknown, issues: readonly Issue[]): Issue[] {
    if (typeof document !== 'object' || document === null) return [];
    if (issues.some(({ pointer }) => pointer.startsWith('/machine'))) return [];
    return machineIssues(machineConfig((document as Partial<TraceDocument>).machine));
  }
}

function parsedOrNot(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What the schema cannot tell of a trace. */
function traceIssues(trace: Trace): Issue[] {
  const { machine, expectStates } = trace;
  const issues = machineIssues(machine);
  if (issues.length === 0 && expectStates) issues.push(...expectStateIssues(trace.source, machine));
  return issues;
}

/** There is one result per operation, but nothing runs after a panic. */
function resultIssues({ results, ops }: Recording): Issue[] {
  const issues: Issue[] = [];
  for (const [name, outcomes] of Object.entries(results)) {
    if (outcomes === undefined) continue;
    const pointer = `/results/${name}`;
    const panic = outcomes.findIndex(isPanic);
    if (panic >= 0 && panic < outcomes.length - 1) {
      const message = 'there are results after a panic';
      issues.push({ pointer: `${pointer}/${panic + 1}`, message });
    } else if (outcomes.length > ops.length || (panic < 0 && outcomes.length < ops.length)) {
      const message = `${outcomes.length} results for ${ops.length} operations`;
      issues.push({ pointer, message });
    }
  }
  return issues;
}

function depthProblem(text: string, place: Place): Problem | undefined {
  const offset = nestingTooDeep(text);
  if (offset === undefined) return undefined;
  const lines = text.slice(0, offset).split('\n');
  return {
    file: place.file,
    line: place.line + lines.length - 1,
    column: (lines.at(-1) ?? '').length + 1,
    message: `nested more than ${DEEPEST} levels deep`,
  };
}

function syntaxProblem({ line, column, message }: SyntaxIssue, place: Place): Problem {
  return { file: place.file, line: place.line + line - 1, column, message };
}

function placed(text: string, issues: readonly Issue[], place: Place): Problem[] {
  const positions = locate(
    text,
    issues.map((issue) => issue.pointer),
  );
  return issues.map((issue, i) => placedProblem(issue, positions[i], place)).sort(byPosition);
}

function placedProblem(issue: Issue, position: Located, place: Place): Problem {
  const { line, column, literal } = position;
  const { pointer, messageOf } = issue;
  const message = literal === undefined ? issue.message : (messageOf?.(literal) ?? issue.message);
  return { file: place.file, line: place.line + line - 1, column, pointer, message };
}

function byPosition(a: Problem, b: Problem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
