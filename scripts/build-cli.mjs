// SPDX-License-Identifier: GPL-2.0-only
/**
 * Bundles the command line into dist/cli, so that it starts fast: one file instead of hundreds (and
 * one for each kind of worker thread), and every schema compiled beforehand.
 */

import { execFileSync } from 'node:child_process';
import { copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../', import.meta.url));
const outdir = join(root, 'dist/cli');

/** Names are left as they are, for the stack of an internal error; ASCII is read without decoding. */
const SMALL = {
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  charset: 'ascii',
  legalComments: 'none',
  absWorkingDir: root,
  metafile: true,
};

/** Every file that went into a bundle. */
const inputs = new Set();

/** Packages in CommonJS, and validators, are loaded with `require`, which a module does not have. */
const REQUIRE =
  "import { createRequire as nodeRequire } from 'node:module'; const require = nodeRequire(import.meta.url);";

/** Writes what ajv compiles a schema to as a file of its own: loaded when it is first asked for. */
async function writeValidators(name, compiled) {
  const ajv = compiled.newAjv({ code: { source: true, esm: true } });
  const parts = Object.keys(compiled.parts).map((part) => [part, compiled.reference(part)]);
  const { metafile } = await build({
    stdin: { contents: standalone.default(ajv, Object.fromEntries(parts)), resolveDir: root },
    outfile: join(outdir, `${name}.cjs`),
    bundle: true,
    format: 'cjs',
    ...SMALL,
  });
  for (const input of Object.keys(metafile.inputs)) inputs.add(input);
}

/** In place of a validators.ts, the same exports with their schemas compiled. */
const compiledSchemas = {
  name: 'compiled-schemas',
  setup({ onLoad }) {
    onLoad({ filter: /\/validators\.ts$/ }, async ({ path }) => {
      const built = join(root, 'dist', relative(join(root, 'src'), path)).replace(/ts$/, 'js');
      const lines = [];
      for (const [name, compiled] of Object.entries(await import(pathToFileURL(built).href))) {
        await writeValidators(name, compiled);
        lines.push(
          `export const ${name} = { validator: (part) => require('./${name}.cjs')[part] };`,
        );
      }
      return { contents: lines.join('\n') };
    });
  },
};

/** The licences of the packages that are in the bundle. */
async function licences() {
  const packages = [...inputs].map(
    (path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1],
  );
  const texts = [...new Set(packages)].filter(Boolean).map(async (folder) => {
    const { name, version, license } = JSON.parse(
      await readFile(join(root, folder, 'package.json'), 'utf8'),
    );
    const file = (await readdir(join(root, folder))).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? '' : await readFile(join(root, folder, file), 'utf8');
    return `${name} ${version}: ${license}\n\n${text.trim()}\n`;
  });
  return (await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n\n`);
}

await rm(outdir, { recursive: true, force: true });
const bundles = {
  outdir,
  bundle: true,
  external: ['./*Validators.cjs'],
  mainFields: ['module', 'main'],
  ...SMALL,
  plugins: [compiledSchemas],
};
const main = await build({
  ...bundles,
  entryPoints: { main: join(root, 'src/cli/commands/main.ts') },
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
  define: { 'import.meta.url': '__ownUrl' },
  banner: { js: "const __ownUrl = require('node:url').pathToFileURL(__filename).href;" },
});
const workers = await build({
  ...bundles,
  entryPoints: {
    explore_worker: join(root, 'src/cli/explore/worker.ts'),
    fuzz_worker: join(root, 'src/cli/fuzz/worker.ts'),
  },
  format: 'esm',
  banner: { js: REQUIRE },
});
for (const { metafile } of [main, workers]) {
  for (const input of Object.keys(metafile.inputs)) inputs.add(input);
}
await copyFile(join(root, 'scripts/cli_entry.mjs'), join(outdir, 'main.js'));
await writeFile(join(outdir, 'LICENSES.txt'), await licences());
keepCompiled();

/** Has a command run that most others have most in common with, and what V8 compiled for it kept. */
function keepCompiled() {
  const entry = pathToFileURL(join(outdir, 'main.js')).href;
  const trace = join(root, 'traces/findings/unshare-hyp-busy-or-refused.json');
  const code = `
    const { keepCompiled, main } = await import(${JSON.stringify(entry)});
    await main(['node', 'pkvm-tracediff', 'replay', ${JSON.stringify(trace)}]);
    keepCompiled();
    process.exitCode = 0;`;
  execFileSync(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
