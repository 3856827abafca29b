// SPDX-License-Identifier: GPL-2.0-only
/**
 * The conditions under which the implementations differ. The lists are those of the model text
 * (section 9) and of the throwaway proof that came before the prover.
 */
import { describe, expect, it } from 'vitest';
import { eachTransition, type Implementation, transitionOf } from '../../src/hyp/transitions.js';
import { findImplementation } from '../../src/implementations.js';
import { Prover } from '../../src/prove/theorem.js';

const prover = new Prover();

function named(name: string): Implementation {
  const found = findImplementation(name);
  if (!found) throw new Error(`no implementation ${name}`);
  return found;
}

/** `operation: what makes them differ`, with debug off and on. */
function conditions(first: string, second: string, debug: boolean): string[] {
  const theorem = prover.prove([named(first), named(second)], [debug]);
  expect(theorem.unknown).toEqual([]);
  return theorem.conditions.map(({ operation, when }) => `${operation}: ${when.join(' & ')}`);
}

const SHARING = [
  '__pkvm_host_share_hyp: map hyp SHARED_BORROWED fails',
  '__pkvm_host_share_hyp: set host SHARED_OWNED fails',
  '__pkvm_host_unshare_hyp: unmap hyp fails',
  '__pkvm_host_unshare_hyp: set host OWNED fails',
  '__pkvm_host_unshare_hyp: the reference count is not 0 & check hyp SHARED_BORROWED fails',
];
const DONATING = [
  '__pkvm_host_donate_hyp: map hyp OWNED fails',
  '__pkvm_host_donate_hyp: set owner HYP fails',
  '__pkvm_hyp_donate_host: nr_pages is 2^19 or more (2 GiB)',
];
const FFA = [
  '__pkvm_host_share_ffa: set host SHARED_OWNED returns an error',
  '__pkvm_host_unshare_ffa: set host OWNED returns an error',
];

describe.each([false, true])('with debug %s', (debug) => {
  it('legacy and direct differ under the conditions that are known, and no others', () => {
    expect(conditions('legacy', 'direct', debug).sort()).toEqual(
      [...SHARING, ...DONATING, ...FFA].sort(),
    );
  });

  it('each patch of the series has its own', () => {
    expect(conditions('legacy', 'series-1', debug).sort()).toEqual([...FFA].sort());
    expect(conditions('series-1', 'series-2', debug).sort()).toEqual([...SHARING].sort());
    expect(conditions('series-2', 'direct', debug).sort()).toEqual([...DONATING].sort());
  });

  it('the order of the two does not matter to them', () => {
    const words = (texts: string[]) => texts.map((text) => text.split(/: | & /).sort()).sort();
    expect(words(conditions('direct', 'legacy', debug))).toEqual(
      words(conditions('legacy', 'direct', debug)),
    );
  });

  it('an implementation does not differ from itself', () => {
    for (const name of ['legacy-before-fix', 'legacy', 'series-1', 'series-2', 'direct']) {
      expect(conditions(name, name, debug)).toEqual([]);
    }
  });

  it('the fix of hyp_ack_unshare() matters without debug only', () => {
    expect(conditions('legacy-before-fix', 'legacy', debug)).toEqual(
      debug ? [] : ['__pkvm_host_unshare_hyp: check hyp SHARED_BORROWED fails'],
    );
  });
});

describe('a condition', () => {
  it('names the checks that lead there', () => {
    const { conditions: found } = prover.prove([named('legacy'), named('direct')], [true]);
    const donation = found.find(({ operation }) => operation === '__pkvm_hyp_donate_host');
    expect(donation?.given).toEqual([
      'check hyp OWNED passes',
      'check host NOPAGE passes',
      'unmap hyp is done',
    ]);
  });

  it('of the fix asks for a reference count of zero', () => {
    const { conditions: found } = prover.prove([named('legacy-before-fix'), named('legacy')]);
    expect(found.map(({ given }) => given)).toEqual([
      ['check host SHARED_OWNED passes', 'the reference count is 0'],
    ]);
  });

  it('tells what each side then does', () => {
    const { conditions: found } = prover.prove([named('legacy'), named('direct')], [false]);
    const busy = found.find(({ when }) => when.includes('the reference count is not 0'));
    const outcomes = busy?.cases.map((one) => one.outcomes.join(' | '));
    expect(outcomes?.[0]).toBe('-EBUSY | -EPERM');
    const donation = found.find(({ operation }) => operation === '__pkvm_hyp_donate_host');
    expect(donation?.cases[0].outcomes).toEqual(['WARN', '0']);
  });
});

describe('a transition that looks at NVHE_EL2_DEBUG where the other does not', () => {
  const direct = named('direct');
  const looking: Implementation = {
    ...direct,
    name: 'looking',
    create(helpers) {
      const right = direct.create(helpers);
      return {
        ...eachTransition((name) => transitionOf(right, name)),
        __pkvm_host_share_ffa: (pfn, nr_pages) =>
          helpers.nvheEl2Debug ? 0 : right.__pkvm_host_share_ffa(pfn, nr_pages),
      };
    },
  };

  it.each([[[true, false]], [[false, true]]])(
    'differs with it on only, whichever setting comes first: %s',
    (debugs) => {
      const { conditions } = new Prover().prove([direct, looking], debugs);
      expect(conditions.length).toBeGreaterThan(0);
      expect(conditions.every(({ debug }) => debug)).toBe(true);
      expect(new Set(conditions.map(({ operation }) => operation))).toEqual(
        new Set(['__pkvm_host_share_ffa']),
      );
    },
  );
});
