// SPDX-License-Identifier: GPL-2.0-only
/** Writes the manual page to dist/man, from the definitions of the commands in dist/cli. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { marked } from 'marked';
import markedMan from 'marked-man';
import { manual } from '../dist/cli/main.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

marked.use(markedMan);
const page = marked.parse(manual(), {
  name: 'pkvm-tracediff',
  section: '1',
  manVersion: `pkvm-tracediff ${version}`,
  manual: 'pkvm-tracediff manual',
});
const folder = new URL('../dist/man/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('pkvm-tracediff.1', folder), page);
