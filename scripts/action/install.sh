#!/usr/bin/env bash
# Takes the tollgate that is on the PATH, or else the release, held against its checksum.
# Reads VERSION and REPOSITORY; adds to GITHUB_PATH.
set -euo pipefail

if command -v tollgate >/dev/null; then
  echo "tollgate is installed: $(tollgate --version)"
  exit 0
fi

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) target=x86_64-unknown-linux-musl ;;
  Linux-aarch64 | Linux-arm64) target=aarch64-unknown-linux-musl ;;
  Darwin-arm64) target=aarch64-apple-darwin ;;
  *)
    echo "::error::there is no release for $(uname -s) on $(uname -m); put a tollgate on the PATH before this step"
    exit 2
    ;;
esac

folder="$RUNNER_TEMP/tollgate-bin"
mkdir -p "$folder"
base="${GITHUB_SERVER_URL:-https://github.com}/$REPOSITORY/releases/download/$VERSION"
archive="tollgate-$target.tar.gz"
for file in "$archive" SHA256SUMS; do
  curl --fail --silent --show-error --location --retry 3 --max-time 120 --output "$folder/$file" "$base/$file" || {
    echo "::error::$base/$file cannot be fetched"
    exit 2
  }
done
cd "$folder"
grep -F "  $archive" SHA256SUMS >expected
if command -v sha256sum >/dev/null; then sha256sum --check --status expected; else shasum -a 256 --check --status expected; fi || {
  echo "::error::$archive is not what SHA256SUMS says it is"
  exit 2
}
tar -xzf "$archive"
echo "$folder" >>"$GITHUB_PATH"
