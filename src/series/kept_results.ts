// SPDX-License-Identifier: GPL-2.0-only
/** Results of neighbours, kept under a key of all that went into them: a run goes on from them. */

import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ResultDocument } from '../result/index.js';

export class KeptResults {
  /** `settings`: what went into every result of the run, besides the two that are compared. */
  constructor(
    private readonly folder: string,
    private readonly settings: readonly string[],
  ) {}

  /** What two came to in an earlier run; undefined if there is nothing that can be read. */
  async find(builds: readonly string[]): Promise<ResultDocument | undefined> {
    try {
      return JSON.parse(await readFile(this.fileOf(builds), 'utf8')) as ResultDocument;
    } catch {
      return undefined;
    }
  }

  /** Keeps a result. One that cannot be kept is compared again another time. */
  async keep(builds: readonly string[], document: ResultDocument): Promise<void> {
    const file = this.fileOf(builds);
    const made = `${file}.${randomUUID()}`;
    try {
      await mkdir(this.folder, { recursive: true });
      await writeFile(made, JSON.stringify(document));
      await rename(made, file);
    } catch {
      await rm(made, { force: true });
    }
  }

  private fileOf(builds: readonly string[]): string {
    const key = createHash('sha256').update(JSON.stringify([this.settings, builds]));
    return join(this.folder, `result-${key.digest('hex').slice(0, 24)}.json`);
  }
}
