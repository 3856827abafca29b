// SPDX-License-Identifier: GPL-2.0-only
/**
 * Documents against the schema: a fast check that stops at the first error, and a slow one that
 * lists every error of a document that failed the fast one.
 */

import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import type { Issue } from '../input/problem.js';
import { errorIssues } from './messages.js';
import type { TraceOp } from './trace.js';
import type { RecordingDocument, TraceDocument } from './types.generated.js';
import { fastValidators, slowValidators } from './validators.js';

/** What a reader reads: traces, or traces with what the kernel code did. */
export type Mode = 'trace' | 'recording';

/** A document of each mode. */
export interface Documents {
  trace: TraceDocument;
  recording: RecordingDocument;
}

/** So many operations are checked at once by the slow check: ajv collects every error. */
const CHUNK = 1000;
/** Stands for operations that are checked apart. */
export const ANY_OPERATION = { op: '__pkvm_vcpu_put' } as const;

/** Validates documents of one mode. */
export class Validator<M extends Mode> {
  readonly isValid: ValidateFunction<Documents[M]>;
  readonly isOperation: ValidateFunction<TraceOp>;

  constructor(private readonly mode: M) {
    this.isValid = fastValidators.validator<Documents[M]>(mode);
    this.isOperation = fastValidators.validator<TraceOp>('operation');
  }

  /** Every error of a document, at most about `limit` of them; none if it is valid. */
  issues(document: unknown, limit: number): Issue[] {
    const validate = slowValidators.validator(this.mode);
    const operations = slowValidators.validator('operations');
    const ops = operationsOf(document);
    if (ops === undefined || ops.length === 0) return run(validate, document, this.mode);
    const issues = run(validate, { ...Object(document), ops: [ANY_OPERATION] }, this.mode);
    for (let start = 0; start < ops.length && issues.length < limit; start += CHUNK) {
      const found = run(operations, ops.slice(start, start + CHUNK), this.mode);
      issues.push(...found.map((issue) => inOperations(issue, start)));
    }
    return issues;
  }
}

function run(validate: ValidateFunction, data: unknown, mode: Mode): Issue[] {
  if (validate(data)) return [];
  return errorIssues(validate.errors as ErrorObject[], mode);
}

function operationsOf(document: unknown): unknown[] | undefined {
  if (typeof document !== 'object' || document === null || !('ops' in document)) return undefined;
  return Array.isArray(document.ops) ? document.ops : undefined;
}

/** An issue of a slice of the operations, as one of the document. */
function inOperations(issue: Issue, start: number): Issue {
  const [, index, ...rest] = issue.pointer.split('/');
  return { ...issue, pointer: ['/ops', Number(index) + start, ...rest].join('/') };
}
