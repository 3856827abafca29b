// SPDX-License-Identifier: GPL-2.0-only
/**
 * Documents against the schema: a fast check that stops at the first error, and a slow one that
 * lists every error of a document that failed the fast one.
 */

import { Ajv2020, type ErrorObject, type Options, type ValidateFunction } from 'ajv/dist/2020.js';
import { errorIssues } from './messages.js';
import type { Issue } from './problem.js';
import { traceSchema } from './schema.generated.js';
import type { RecordingDocument, TraceDocument } from './types.generated.js';

/** What a reader reads: traces, or traces with what the kernel code did. */
export type Mode = 'trace' | 'recording';

/** A document of each mode. */
export interface Documents {
  trace: TraceDocument;
  recording: RecordingDocument;
}

/** The schema itself is not checked against the meta-schema here (a test does it): that takes 40 ms. */
const OPTIONS: Options = {
  discriminator: true,
  allowUnionTypes: true,
  strictRequired: false,
  meta: false,
  validateSchema: false,
};
/** `tsType` is for the generator of the TypeScript types. */
const KEYWORDS = ['tsType'];
const POINTER = { trace: '', recording: '#/$defs/recording' } as const;

/** So many operations are checked at once by the slow check: ajv collects every error. */
const CHUNK = 1000;
const ANY_OPERATION = { op: '__pkvm_vcpu_put' };

/** Validates documents of one mode. Compiling the schema takes some 100 ms, done once each way. */
export class Validator<M extends Mode> {
  readonly isValid: ValidateFunction<Documents[M]>;
  private readonly mode: M;
  private slow: { document: ValidateFunction; operations: ValidateFunction } | undefined;

  constructor(mode: M) {
    this.mode = mode;
    this.isValid = compileSchema<Documents[M]>(schemas(OPTIONS), POINTER[mode]);
  }

  /** Every error of a document, at most about `limit` of them; none if it is valid. */
  issues(document: unknown, limit: number): Issue[] {
    this.slow ??= this.compileSlow();
    const { document: validate, operations } = this.slow;
    const ops = operationsOf(document);
    if (ops === undefined || ops.length === 0) return run(validate, document, this.mode);
    const issues = run(validate, { ...Object(document), ops: [ANY_OPERATION] }, this.mode);
    for (let start = 0; start < ops.length && issues.length < limit; start += CHUNK) {
      const found = run(operations, ops.slice(start, start + CHUNK), this.mode);
      issues.push(...found.map((issue) => inOperations(issue, start)));
    }
    return issues;
  }

  private compileSlow() {
    const ajv = schemas({ ...OPTIONS, allErrors: true, verbose: true });
    return {
      document: compileSchema(ajv, POINTER[this.mode]),
      operations: compileSchema(ajv, '#/$defs/operations'),
    };
  }
}

function schemas(options: Options): Ajv2020 {
  return new Ajv2020(options).addVocabulary(KEYWORDS).addSchema(traceSchema);
}

function compileSchema<T>(ajv: Ajv2020, pointer: string): ValidateFunction<T> {
  const validate = ajv.getSchema<T>(`${traceSchema.$id}${pointer}`);
  if (validate === undefined) throw new Error(`no schema ${pointer}`);
  return validate as ValidateFunction<T>;
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
function inOperations({ pointer, message }: Issue, start: number): Issue {
  const [, index, ...rest] = pointer.split('/');
  return { pointer: ['/ops', Number(index) + start, ...rest].join('/'), message };
}
