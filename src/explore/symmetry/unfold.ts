// SPDX-License-Identifier: GPL-2.0-only
/**
 * The trace behind a path of states that were kept. Each step of such a path leads to a state of which
 * a renaming was kept, and the next letter is one of that renaming's: named back, it is the trace's.
 */

import { Packing } from '../packing.js';
import type { Stepper } from '../stepper.js';
import { Canonizer } from './canonizer.js';
import type { Images } from './images.js';

/** Letters of a trace from the world's first state, from those of a path of kept states. */
export function unfold(letters: readonly number[], stepper: Stepper, images: Images): number[] {
  const packing = Packing.forSizes(stepper.components.list.map(({ size }) => size));
  const canonizer = new Canonizer(images, packing);
  const key = new Int32Array(packing.words);
  const ids = new Int32Array(stepper.components.count);
  const { alphabet } = stepper.world;
  /** The trace's letters by those of the state that was kept. */
  let names = alphabet.map((_, letter) => letter);
  const trace: number[] = [];
  for (const letter of letters) {
    trace.push(names[letter]);
    stepper.load(ids);
    stepper.run(alphabet[letter]);
    for (let i = 0; i < stepper.nrChanged; i++) ids[stepper.changed[i]] = stepper.newIds[i];
    packing.pack(ids, key, 0);
    const renaming = canonizer.canonize(key, 0);
    packing.unpack(key, 0, ids);
    const before = names;
    names = [];
    for (let old = 0; old < before.length; old++) names[images.letter(renaming, old)] = before[old];
  }
  return trace;
}
