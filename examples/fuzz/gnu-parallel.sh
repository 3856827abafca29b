#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Fuzzing on all cores with GNU parallel, one process a shard, then joined. On several machines add
# --sshlogin; on one machine, `fuzz --jobs N` does the same in one process.
set -eu
SEED=${SEED:-1}
RUNS=${RUNS:-1000000}
SHARDS=${SHARDS:-$(nproc)}
OUT=${OUT:-fuzz-results}
mkdir -p "$OUT"
seq "$SHARDS" | parallel --halt never \
  "bin/pkvm-tracediff fuzz --seed $SEED --runs $RUNS --shard {}/$SHARDS --quiet \
    --report json=$OUT/shard-{}.json --force || test \$? -eq 1"
bin/pkvm-tracediff merge "$OUT"/shard-*.json
