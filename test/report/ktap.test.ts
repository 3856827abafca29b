// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { EVERY } from './every.js';
import { DOCUMENTS } from './fixture.js';
import { render } from './render.js';

describe('ktap', () => {
  it('nests replays in their pair, skips what is known, and tells of a failure before it', () => {
    expect(render('ktap', DOCUMENTS.new)).toBe(`KTAP version 1
1..2
# diverged: 1 new and 1 known in 2 of 6 replays
# 6 replays of 3 traces through legacy, direct and legacy-before-fix
# level exact, NVHE_EL2_DEBUG as the traces say
# 14 operations compared: both did 8, refused 4, panicked in 0
# ${DOCUMENTS.new.counts.words} changed words of state compared
# 1 known divergence, 1 new
  KTAP version 1
  # Subtest: legacy | direct, debug off
  1..3
  ok 1 equal & <odd> "name"\\u0001
  ok 2 constructed # SKIP busy-or-refused, constructed: The order of two checks, which nobody outside can see and nobody outside can see and nobody outside can see and nobody outside can see and nobody outside can see and nobody outside can see and is accepted.
  ok 3 bug
ok 1 legacy | direct, debug off
  KTAP version 1
  # Subtest: legacy-before-fix | legacy, debug off
  1..3
  ok 1 equal & <odd> "name"\\u0001
  ok 2 constructed
  # a.json:1
  # __pkvm_host_unshare_hyp: WARN | -EPERM; host_state, locks
  # legacy-before-fix | legacy, debug off
  # bug, op 1, at a.json:1:106
  # --- legacy-before-fix
  # +++ legacy
  # -outcome WARN
  # +outcome -EPERM
  # -page 0x40100: host OWNED
  # +page 0x40100: host SHARED_OWNED
  # -locks held: host_mmu.lock, pkvm_pgd_lock
  # +locks held: none
  # to reproduce: pkvm-tracediff replay a.json --impl legacy-before-fix,legacy --debug off
  not ok 3 bug
not ok 2 legacy-before-fix | legacy, debug off
`);
  });

  it('fails what must not pass although no trace failed', () => {
    expect(render('ktap', DOCUMENTS.nothing)).toMatch(/\n {2}not ok 1 verdict\nnot ok 1 run\n$/);
    expect(render('ktap', DOCUMENTS.stale)).toMatch(/\n {2}not ok 1 gone\nnot ok \d baseline\n/);
    expect(render('ktap', DOCUMENTS['bad input'])).toMatch(
      /\n {2}# not\n {2}# a 1\n {2}not ok 1 a,b/,
    );
  });

  it('has a test for each world explored', () => {
    const of = (name: string) =>
      render('ktap', EVERY[name])
        .split('\n')
        .filter((line) => /^ {2}(not )?ok.*debug o/.test(line))
        .map((line) => line.replace(/^ +/, '').replace(/ \d.*?(# SKIP|$).*/, ' $1'));
    expect(of('explored')).toEqual(['not ok ', 'ok ']);
    expect(of('explored and known')).toEqual(['ok # SKIP', 'ok ']);
  });

  it('keeps a # out of names, where it would begin a directive', () => {
    const [replay] = DOCUMENTS.equal.traces;
    const document = { ...DOCUMENTS.equal, traces: [{ ...replay, name: 'page #1 # SKIP' }] };
    expect(render('ktap', document)).toContain('\n  ok 1 page _1 _ SKIP\n');
  });
});
