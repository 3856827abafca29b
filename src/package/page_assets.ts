// SPDX-License-Identifier: GPL-2.0-only
/** The built code of the HTML page, beside the program. */

import { readFileSync } from 'node:fs';
import type { PageAssets } from '../report/html.js';
import { PACKAGE_ROOT } from './root.js';

export function pageAssets(): PageAssets {
  return { script: built('page.js'), style: built('page.css') };
}

function built(name: string): string {
  return readFileSync(new URL(`dist/page/${name}`, PACKAGE_ROOT), 'utf8');
}
