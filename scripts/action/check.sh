#!/usr/bin/env bash
# Judges, writes the reports, the summary and the annotations, and sets the outputs. The verdict is given by a later
# step, after the reports were kept: this one fails only where nothing could be judged.
# Reads TOLLGATE_PATHS, TOLLGATE_EVIDENCE, TOLLGATE_POLICY, TOLLGATE_BASELINE, TOLLGATE_DIFF and TOLLGATE_FAIL_ON.
set -euo pipefail

folder="$RUNNER_TEMP/tollgate"
rm -rf "$folder"
mkdir -p "$folder"

arguments=(check --format github --fail-on "${TOLLGATE_FAIL_ON:-error}")
for name in policy baseline diff; do
  variable="TOLLGATE_$(tr '[:lower:]' '[:upper:]' <<<"$name")"
  if [ -n "${!variable:-}" ]; then arguments+=("--$name" "${!variable}"); fi
done
while IFS= read -r path; do
  if [ -n "$path" ]; then arguments+=(--evidence "$path"); fi
done <<<"${TOLLGATE_EVIDENCE:-}"
if [ -d "$RUNNER_TEMP/tollgate-evidence" ]; then arguments+=(--evidence "$RUNNER_TEMP/tollgate-evidence"); fi
for output in report.json report.sarif report.html; do arguments+=(--output "$folder/$output"); done
arguments+=(--output "markdown=$folder/summary.md" --)
read -r -d '' -a paths <<<"${TOLLGATE_PATHS:-.}" || true
arguments+=("${paths[@]}")

code=0
tollgate "${arguments[@]}" || code=$?
{
  echo "code=$code"
  if [ -f "$folder/report.json" ]; then
    jq --raw-output '
      "verdict=\(.verdict)", "errors=\(.summary.errors)", "warnings=\(.summary.warnings)", "new=\(.summary.new)",
      "tests=\(.tests.total // "")", "coverage=\(.coverage.line.percent // "")"' "$folder/report.json"
    echo "report=$folder/report.json"
    echo "sarif=$folder/report.sarif"
  fi
} >>"$GITHUB_OUTPUT"
if [ -f "$folder/summary.md" ]; then cat "$folder/summary.md" >>"$GITHUB_STEP_SUMMARY"; fi
