// SPDX-License-Identifier: GPL-2.0-only
/** Implementations of which nothing can be proved, and what is said of each. */
import { describe, expect, it } from 'vitest';
import { direct } from '../../src/direct/index.js';
import { PKVM_PAGE_OWNED } from '../../src/hyp/page_state.js';
import {
  eachTransition,
  type Implementation,
  type TransitionHelpers,
  type Transitions,
  transitionOf,
} from '../../src/hyp/transitions.js';
import { proveBounded } from '../../src/prove/bounded.js';
import { ProofError } from '../../src/prove/oracle.js';
import { Prover } from '../../src/prove/theorem.js';

/** Direct, but for its share_ffa. */
function withShareFfa(
  make: (helpers: TransitionHelpers, right: Transitions) => Transitions['__pkvm_host_share_ffa'],
): Implementation {
  return {
    name: 'bad',
    description: 'a bad one',
    create(helpers) {
      const right = direct.create(helpers);
      const __pkvm_host_share_ffa = make(helpers, right);
      return new Proxy(right, {
        get: (target, key) => {
          if (key === '__pkvm_host_share_ffa') return __pkvm_host_share_ffa;
          const value: unknown = Reflect.get(target, key);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    },
  };
}

function refusal(bad: Implementation): string {
  try {
    new Prover().prove([direct, bad]);
  } catch (error) {
    expect(error).toBeInstanceOf(ProofError);
    return (error as ProofError).message;
  }
  throw new Error('a theorem was given');
}

describe('nothing is proved of an implementation that', () => {
  it('keeps state between calls', () => {
    const bad = withShareFfa((helpers, right) => {
      let calls = 0;
      return (pfn, nr) => {
        if (++calls < 100) return right.__pkvm_host_share_ffa(pfn, nr);
        helpers.host_lock_component();
        helpers.host_unlock_component();
        return 0;
      };
    });
    expect(refusal(bad)).toMatch(/bad: __pkvm_host_share_ffa does not do the same twice/);
  });

  it('answers at random', () => {
    let seed = 1;
    const bad = withShareFfa((_, right) => (pfn, nr) => {
      seed = (seed * 16807) % 2147483647;
      return right.__pkvm_host_share_ffa(pfn, nr) || seed % 2;
    });
    expect(refusal(bad)).toMatch(/does not do the same twice/);
  });

  it('calls a helper without end', () => {
    const bad = withShareFfa((helpers) => (pfn, nr) => {
      helpers.host_lock_component();
      while (helpers.__host_check_page_state_range(pfn, nr, PKVM_PAGE_OWNED) !== 1);
      return 0;
    });
    expect(refusal(bad)).toMatch(/calls helpers without end: more than 64/);
  });

  it('loops, and calls nothing', () => {
    const bad: Implementation = {
      ...direct,
      name: 'bad',
      create: (helpers) => ({
        ...eachTransition((name) => transitionOf(direct.create(helpers), name)),
        __pkvm_host_share_hyp() {
          for (;;);
        },
      }),
    };
    expect(() => proveBounded(new Prover(), [direct, bad], [false], 200)).toThrow(
      new ProofError(
        'direct or bad',
        '__pkvm_host_share_hyp',
        'has not come back after 0.2 seconds',
      ),
    );
  });

  it('catches what refuses it', () => {
    const bad = withShareFfa((helpers) => () => {
      try {
        helpers.host_unlock_component();
      } catch {
        return 0;
      }
      return -1;
    });
    expect(refusal(bad)).toMatch(/uses locks wrongly: host_mmu.lock is not held/);
  });

  it('calls a helper that is not in the interface', () => {
    const bad = withShareFfa((helpers) => () => {
      const others = helpers as unknown as { host_stage2_idmap_locked(): number };
      return others.host_stage2_idmap_locked();
    });
    expect(refusal(bad)).toMatch(/calls host_stage2_idmap_locked, which is not in the interface/);
  });

  it('calls a helper before any transition', () => {
    const bad = withShareFfa((helpers, right) => {
      helpers.host_lock_component();
      return (pfn, nr) => right.__pkvm_host_share_ffa(pfn, nr);
    });
    expect(refusal(bad)).toMatch(/create\(\) calls a helper/);
  });

  it('catches a panic and goes on', () => {
    const bad = withShareFfa((_, right) => (pfn, nr) => {
      try {
        return right.__pkvm_host_share_ffa(pfn, nr);
      } catch {
        return 0;
      }
    });
    expect(refusal(bad)).toMatch(/goes on after/);
  });

  it('forgets a lock, or takes it twice', () => {
    const forgets = withShareFfa((helpers) => (pfn, nr) => {
      return helpers.__host_check_page_state_range(pfn, nr, PKVM_PAGE_OWNED);
    });
    expect(refusal(forgets)).toMatch(/uses locks wrongly: host_mmu.lock is not held/);
    const holds = withShareFfa((helpers) => () => {
      helpers.host_lock_component();
      return 0;
    });
    expect(refusal(holds)).toMatch(/returns with a lock held/);
  });

  it('returns no number, or throws', () => {
    expect(refusal(withShareFfa(() => () => Number.NaN))).toMatch(/returns NaN/);
    const throws = withShareFfa(() => () => {
      throw new Error('out of ideas');
    });
    expect(refusal(throws)).toMatch(/throws out of ideas/);
  });

  it('changes its helpers', () => {
    const bad = withShareFfa((helpers) => {
      Object.assign(helpers, { nvheEl2Debug: true });
      return () => 0;
    });
    expect(() => new Prover().prove([direct, bad])).toThrow();
  });
});

describe('an implementation that computes in a way that is not known', () => {
  it('is told by its parameters, and nothing is proved of that operation', () => {
    const bad = withShareFfa(
      (_, right) => (pfn, nr) => (nr === 300 ? 0 : right.__pkvm_host_share_ffa(pfn, nr)),
    );
    const { unknown } = new Prover().prove([direct, bad], [false]);
    expect(unknown.map(({ operation }) => operation)).toContain('__pkvm_host_share_ffa');
  });
});
