#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What action.yml runs: the INPUT_ variables to arguments, the result to outputs, annotations and the
# job summary. Ends with the exit code of the comparison.
set -euo pipefail

here="${GITHUB_ACTION_PATH:-$(cd "$(dirname "$0")/.." && pwd)}"
work="$(mktemp -d "${RUNNER_TEMP:-/tmp}/pkvm-tracediff.XXXXXX")"
trap 'rm -rf "$work"' EXIT

args=("${INPUT_COMMAND:-check}")
while IFS= read -r trace; do
  if [ -n "$trace" ]; then args+=("$trace"); fi
done <<< "${INPUT_TRACES:-}"
if [ -n "${INPUT_IMPL:-}" ]; then args+=(--impl "$INPUT_IMPL"); fi
while IFS= read -r baseline; do
  if [ -z "$baseline" ]; then continue; fi
  if [ ! -e "$baseline" ] && [ -e "$here/$baseline" ]; then baseline="$here/$baseline"; fi
  args+=(--baseline "$baseline")
done <<< "${INPUT_BASELINE:-}"
while IFS= read -r report; do
  if [ -n "$report" ]; then args+=(--report "$report"); fi
done <<< "${INPUT_FORMATS:-}"

code=0
"$here/bin/pkvm-tracediff" "${args[@]}" --format github \
  --report "json=$work/result.json" --report "markdown=$work/summary.md" || code=$?

if [ -e "$work/result.json" ]; then
  node -e '
    const { verdict, counts } = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    const { replays, compared, known } = counts;
    const outputs = { verdict, replays, compared, known, new: counts.new };
    for (const [name, value] of Object.entries(outputs)) console.log(`${name}=${value}`);
  ' "$work/result.json" >> "${GITHUB_OUTPUT:-/dev/stdout}"
  cat "$work/summary.md" >> "${GITHUB_STEP_SUMMARY:-/dev/null}"
else
  echo "verdict=inconclusive" >> "${GITHUB_OUTPUT:-/dev/stdout}"
fi
exit "$code"
