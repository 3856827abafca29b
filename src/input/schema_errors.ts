// SPDX-License-Identifier: GPL-2.0-only
/** Schema errors of a small document in words. Expects ajv's `verbose` and `allErrors`. */

import type { ErrorObject } from 'ajv/dist/2020.js';
import { type Issue, pointerToken } from './problem.js';
import { didYouMean } from './suggest.js';

/** Every error once, at the value (or the unknown key) it is about. */
export function errorIssues(errors: readonly ErrorObject[]): Issue[] {
  const issues = new Map<string, Issue>();
  for (const error of errors) {
    // What is wrong within the branch taken is told beside it.
    if (error.keyword === 'if') continue;
    const issue = errorIssue(error);
    issues.set(`${issue.pointer} ${issue.message}`, issue);
  }
  return [...issues.values()];
}

function errorIssue(error: ErrorObject): Issue {
  const { instancePath: pointer, keyword, params } = error;
  if (keyword === 'additionalProperties') {
    const key = String(params.additionalProperty);
    const known = Object.keys((error.parentSchema as { properties?: object }).properties ?? {});
    const message = `unknown key ${JSON.stringify(key)}${didYouMean(key, known)}`;
    return { pointer: `${pointer}/${pointerToken(key)}`, message };
  }
  return { pointer, message: errorMessage(error) };
}

function errorMessage({ keyword, params, data, message }: ErrorObject): string {
  switch (keyword) {
    case 'required':
      return `missing \`${params.missingProperty}\``;
    case 'type':
      return `must be ${kindText(params.type)}, not ${valueText(data)}`;
    case 'const':
      return `must be ${JSON.stringify(params.allowedValue)}, not ${valueText(data)}`;
    case 'enum': {
      const allowed = params.allowedValues as string[];
      const hint = typeof data === 'string' ? didYouMean(data, allowed) : '';
      return `${valueText(data)} is none of ${allowed.join(', ')}${hint}`;
    }
    case 'minLength':
      return 'must not be empty';
    case 'pattern':
      return `${valueText(data)} does not look like ${params.pattern}`;
    case 'minimum':
      return `must be at least ${params.limit}`;
    case 'minItems':
    case 'maxItems': {
      const side = keyword === 'minItems' ? 'at least' : 'at most';
      return `must have ${side} ${params.limit} ${params.limit === 1 ? 'item' : 'items'}`;
    }
    case 'uniqueItems':
      return `items ${params.j} and ${params.i} are the same`;
    default:
      return message ?? keyword;
  }
}

function kindText(type: unknown): string {
  const kinds = Array.isArray(type) ? type.map(String) : [String(type)];
  return kinds.map((kind) => (/^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`)).join(' or ');
}

const LONGEST_VALUE = 60;

function valueText(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}...` : text;
}
