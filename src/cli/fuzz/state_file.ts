// SPDX-License-Identifier: GPL-2.0-only
/** The file an interrupted campaign goes on from. */

import { readFile, rm } from 'node:fs/promises';
import type { State } from '../../fuzz/campaign.js';
import { stateFrom, stateText } from '../../fuzz/state.js';
import { type Problem } from '../../input/problem.js';
import { writeWhole } from '../../output/write_file.js';

export class StateFile {
  /** @param settings names the campaign: another's state is left alone until it is overwritten */
  constructor(
    private readonly path: string,
    private readonly settings: string,
  ) {}

  async read(): Promise<State | undefined> {
    const text = await readFile(this.path, 'utf8').catch(() => '');
    return stateFrom(text, this.settings);
  }

  /** Saves a state, whole or not at all; the problem, if it could not. */
  async write(state: State): Promise<Problem | undefined> {
    return writeWhole(this.path, stateText(this.settings, state), { overwrite: true });
  }

  /** The campaign has come to its end: there is nothing to go on with. */
  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }
}
