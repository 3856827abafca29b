// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { KeyLayout } from '../../../src/explore/state/key.js';
import { Effects } from '../../../src/explore/successors/effects.js';
import { EnabledActions } from '../../../src/explore/successors/enabled.js';
import { Equivariance } from '../../../src/explore/successors/equivariance.js';
import type { Asked } from '../../../src/explore/successors/executor.js';
import { Machines } from '../../../src/explore/successors/machines.js';
import { transitionOf } from '../../../src/explore/successors/transition.js';
import { symmetryGroup } from '../../../src/explore/symmetry/group.js';
import { Images, NotSymmetric } from '../../../src/explore/symmetry/images.js';
import { ONE_PAGE_REFUSED } from '../broken.js';
import { LEGACY_DIRECT } from '../helpers.js';
import { actionOf, firstState, SHARE, sharingWorld } from '../worlds.js';

const WORLD = sharingWorld(2);
const ACTION = actionOf(WORLD, SHARE, 0);

function equivarianceOf(pair: ConstructorParameters<typeof Machines>[1]) {
  const machines = new Machines(WORLD, pair, 'exact');
  const { components, reference } = machines;
  const group = symmetryGroup(WORLD);
  if (!group) throw new Error('the world has no symmetry');
  const images = new Images(WORLD, group, components, reference);
  const layout = KeyLayout.ofBits(components.list.map(() => 4));
  const effects = new Effects(layout, WORLD, components, images.order);
  const enabled = new EnabledActions(WORLD, components, reference.layout);
  const equivariance = new Equivariance(WORLD, components, enabled, effects, images);
  const ids = firstState(machines);
  const ask = (most: number) => {
    const asked: Asked[] = [];
    equivariance.ask(ACTION, ids, asked, most);
    return asked;
  };
  const learn = (asked: readonly Asked[]) => {
    for (const one of asked) {
      const [executed] = machines.execute([one], true);
      const done = transitionOf(executed, one.ids, components);
      images.close();
      equivariance.learn(one, done, components.variablesOf(executed.reads, done.changed));
    }
  };
  // Every word that changes is known before anything is learned for good.
  learn(ask(8));
  equivariance.forget();
  return { ask, learn, transition: () => equivariance.transition(ACTION, ids) };
}

describe('an action and its renamings', () => {
  it('are asked for together, or as many as the executor likes', () => {
    const { ask } = equivarianceOf(LEGACY_DIRECT);
    expect(ask(8).map(({ action }) => action)).toEqual([ACTION, actionOf(WORLD, SHARE, 1)]);
    expect(ask(1)).toHaveLength(1);
  });

  it('do the same, renamed; what decides it is what either reads', () => {
    const { ask, learn, transition } = equivarianceOf(LEGACY_DIRECT);
    learn(ask(8));
    expect(ask(8)).toEqual([]);
    const { done, labels, path } = transition();
    expect(done).toMatchObject({ firstOutcome: 0, secondOutcome: 0, goesOn: true });
    expect(labels).toHaveLength(2 * 2);
    expect(path).toContain(0);
  });

  it('that do not do the same show that the world is not symmetric', () => {
    const { ask, learn, transition } = equivarianceOf([ONE_PAGE_REFUSED, ONE_PAGE_REFUSED]);
    learn(ask(8));
    expect(transition).toThrow(NotSymmetric);
  });
});
