#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What the tests on real kernels need: QEMU for arm64, unless it is there already.
# Ends with 1, and says so, where the archive cannot be reached.
set -euo pipefail
if command -v qemu-system-aarch64 >/dev/null; then
  exit 0
fi
sudo=""
if [ "$(id -u)" -ne 0 ]; then
  sudo="sudo"
fi
if ! $sudo apt-get update || ! $sudo env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y --no-install-recommends qemu-system-arm; then
  echo "install-qemu.sh: the package qemu-system-arm cannot be fetched" >&2
  exit 1
fi
