// SPDX-License-Identifier: GPL-2.0-only
/**
 * One small JSON file against its schema: the document, or every problem it has, each with its line
 * and JSON pointer.
 */

import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import type { ErrorObject } from 'ajv/dist/2020.js';
import type { CompiledSchema } from './compiled_schema.js';
import { locate } from './locate.js';
import type { Issue, Problem } from './problem.js';
import { errorIssues } from './schema_errors.js';
import { nestingTooDeep, syntaxIssues } from './syntax.js';
import { systemErrorText } from './system_error.js';

/** A document and where its parts are. */
export interface ReadDocument<T> {
  readonly document: T;
  /** Places in the file, for problems that only the reader of the document can see. */
  readonly place: (issues: readonly Issue[]) => Problem[];
}

export type ReadResult<T> =
  | ({ readonly ok: true } & ReadDocument<T>)
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Larger files are refused: 16 MiB. */
const MOST_BYTES = 16 * 1024 * 1024;

/** A schema that lists every error. */
type DocumentSchema = Pick<CompiledSchema<'document'>, 'validator'>;

/** Reads a file and holds it against a schema whose type is T. */
export async function readDocument<T>(
  path: string,
  schema: DocumentSchema,
): Promise<ReadResult<T>> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    return refused({ file: path, message: `cannot read: ${systemErrorText(error)}` });
  }
  if (bytes.length > MOST_BYTES) return refused({ file: path, message: 'larger than 16 MiB' });
  if (!isUtf8(bytes)) return refused({ file: path, message: 'not valid UTF-8' });
  return parseDocument(bytes.toString('utf8').replace(/^\ufeff/, ''), path, schema);
}

/** As `readDocument`, of a text. */
export function parseDocument<T>(
  text: string,
  path: string,
  schema: DocumentSchema,
): ReadResult<T> {
  const deep = nestingTooDeep(text);
  if (deep !== undefined) return refused({ file: path, message: 'nested too deep' });
  if (text.trim() === '') return refused({ file: path, line: 1, message: 'empty' });
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    const issues = syntaxIssues(text, error);
    return refused(
      ...issues.map(({ line, column, message }) => ({ file: path, line, column, message })),
    );
  }
  const place = (issues: readonly Issue[]) => placed(text, path, issues);
  const validate = schema.validator<T>('document');
  if (validate(document)) return { ok: true, document, place };
  return refused(...place(errorIssues(validate.errors as ErrorObject[])));
}

function refused(...problems: Problem[]): { readonly ok: false; readonly problems: Problem[] } {
  return { ok: false, problems };
}

function placed(text: string, file: string, issues: readonly Issue[]): Problem[] {
  const positions = locate(
    text,
    issues.map(({ pointer }) => pointer),
  );
  return issues
    .map(({ pointer, message }, i) => ({ file, ...positions[i], pointer, message }))
    .sort((a, b) => a.line - b.line || a.column - b.column);
}
