// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { PACKAGE_ROOT } from './root.js';

/** The version of this package. */
export function packageVersion(): string {
  const text = readFileSync(new URL('package.json', PACKAGE_ROOT), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
