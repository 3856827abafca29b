#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# install-packages.sh PACKAGE...: installs the Debian packages that tests need and that are not there yet.
# Ends with 1, and says so, where the archive cannot be reached. Without apt it says what to install, and ends with 0.
set -euo pipefail
if ! command -v apt-get >/dev/null; then
  echo "install-packages.sh: no apt here; the tests need what Debian has as: $*" >&2
  exit 0
fi
missing=()
for package in "$@"; do
  if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
    missing+=("$package")
  fi
done
if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi
sudo=""
if [ "$(id -u)" -ne 0 ]; then
  sudo="sudo"
fi
if ! $sudo apt-get update || ! $sudo env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y --no-install-recommends "${missing[@]}"; then
  echo "install-packages.sh: cannot be fetched: ${missing[*]}" >&2
  exit 1
fi
