// SPDX-License-Identifier: GPL-2.0-only
/**
 * Takes the pictures of docs/images: the HTML report of a real comparison, in a browser.
 * `node scripts/screenshots.mjs [RESULT.json [FOLDER]]`: of a result that was saved with --evidence,
 * else of a run of `check`; CHROMIUM names the browser.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('../', import.meta.url));
const cli = join(root, 'bin/pkvm-tracediff');
const [result, folder = join(root, 'docs/images')] = process.argv.slice(2);

/** Each with what is shown of the page: all that is in view, or an element. */
const PICTURES = [
  { name: 'report', width: 1280, height: 800 },
  { name: 'report-dark', width: 1280, height: 800, scheme: 'dark' },
  { name: 'report-narrow', width: 400, height: 800 },
  { name: 'report-cause', width: 1280, height: 800, open: true, element: '.cause[open]' },
  { name: 'report-states', width: 1280, height: 800, element: 'section[aria-labelledby="states"]' },
  { name: 'report-trace', width: 1280, height: 1300, hash: true, element: '.replay' },
];

const scratch = mkdtempSync(join(tmpdir(), 'screenshots-'));
mkdirSync(folder, { recursive: true });
try {
  const page = join(scratch, 'report.html');
  const making = result
    ? ['report', result, '--format', 'html', '--out', page]
    : [
        'check',
        '--baseline',
        join(root, 'baselines/series-2025-01.json'),
        '-q',
        '--report',
        `html=${page}`,
      ];
  execFileSync(process.execPath, [cli, ...making], { stdio: ['ignore', 'ignore', 'inherit'] });
  await takeAll(pathToFileURL(page).href);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function takeAll(address) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
  try {
    for (const picture of PICTURES) await take(browser, address, picture);
  } finally {
    await browser.close();
  }
}

async function take(
  browser,
  address,
  { name, width, height, scheme = 'light', open, hash, element },
) {
  const page = await browser.newPage({
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: 'reduce',
  });
  await page.goto(address + (hash ? '#trace=unshare-hyp-busy-or-refused&op=6' : ''));
  if (open) await page.locator('.cause summary', { hasText: 'unshare_hyp' }).first().click();
  const path = join(folder, `${name}.png`);
  if (element) await page.locator(element).first().screenshot({ path });
  else await page.screenshot({ path });
  await page.close();
  process.stderr.write(`${path}\n`);
}
