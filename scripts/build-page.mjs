// SPDX-License-Identifier: GPL-2.0-only
/** Bundles page/ into dist/page/page.js and page.css, which every HTML report carries. */

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = new URL('../', import.meta.url);

await build({
  entryPoints: [fileURLToPath(new URL('page/main.tsx', root))],
  outfile: fileURLToPath(new URL('dist/page/page.js', root)),
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'none',
  jsx: 'automatic',
  jsxImportSource: 'preact',
});
await build({
  entryPoints: [fileURLToPath(new URL('page/style.css', root))],
  outfile: fileURLToPath(new URL('dist/page/page.css', root)),
  bundle: true,
  minify: true,
  charset: 'utf8',
  legalComments: 'none',
});
