// SPDX-License-Identifier: GPL-2.0-only
/** A browser that opens reports from disk, without a network, in a profile of its own. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { htmlReport } from '../../src/report/html.js';
import type { ResultDocument } from '../../src/result/index.js';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A page that is open, and what went wrong in it. */
export interface Opened {
  readonly page: Page;
  /** Errors, console messages and requests other than for the file itself. */
  readonly complaints: string[];
}

export interface View {
  readonly width?: number;
  readonly scheme?: 'light' | 'dark';
}

/** The built code of the page. */
function built(name: string): string {
  return readFileSync(new URL(`../../dist/page/${name}`, import.meta.url), 'utf8');
}

/** A browser for the tests of a file; reports are written to a folder that goes with it. */
export function useBrowser() {
  const folder = mkdtempSync(join(tmpdir(), 'report-'));
  const contexts: BrowserContext[] = [];

  beforeAll(async () => {
    contexts.push(
      await chromium.launchPersistentContext(join(folder, 'profile'), {
        executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
        headless: true,
        args: FLAGS,
      }),
    );
  });
  afterAll(async () => {
    for (const context of contexts) await context.close();
    rmSync(folder, { recursive: true, force: true });
  });

  return {
    /** Writes the report of a document; its address. */
    report(name: string, document: ResultDocument): string {
      const file = join(folder, `${name}.html`);
      const assets = { script: built('page.js'), style: built('page.css') };
      writeFileSync(file, htmlReport(document, assets));
      return pathToFileURL(file).href;
    },

    async open(address: string, { width = 1280, scheme = 'light' }: View = {}): Promise<Opened> {
      const page = await contexts[0].newPage();
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => complaints.push(message.text()));
      page.on('dialog', (dialog) => {
        complaints.push(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      page.on('request', (request) => {
        if (request.url().split('#')[0] !== address.split('#')[0]) complaints.push(request.url());
      });
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme: scheme });
      await page.goto(address);
      await page.waitForSelector('.page');
      return { page, complaints };
    },
  };
}
