#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# fetch-kernels.sh DIR: fetches the arm64 kernels that `real:` is tested with, as DIR/6.12-vmlinuz and
# DIR/6.16-vmlinuz: of each series the newest Debian package, from the mirror that apt is set up with.
# Uses an apt root of its own in DIR/apt; nothing is installed, and no setting of the system changes.
# Needs apt, dpkg and Debian's archive keyring. Ends with 1 where the archive cannot be reached.
set -euo pipefail

if [ $# -ne 1 ]; then
  echo "usage: fetch-kernels.sh DIR" >&2
  exit 2
fi
mkdir -p "$1"
dir=$(cd "$1" && pwd)
root=$dir/apt

# The base address of the archive with this label, out of what apt already uses.
archive() {
  apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' 'Created-By: Packages' |
    awk -v label="$1" '$1 == "Debian" && $2 == label { print $3; exit }'
}
main=$(archive Debian)
security=$(archive Debian-Security)
if [ -z "$main" ] || [ -z "$security" ]; then
  echo "fetch-kernels.sh: apt knows no Debian archive with security updates; run 'apt-get update' first" >&2
  exit 1
fi

mkdir -p "$root"/{state/lists/partial,cache/archives/partial,etc}
touch "$root/state/status"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
signed=""
[ -e "$keyring" ] && signed="signed-by=$keyring"
{
  echo "deb [arch=arm64 $signed] $security bookworm-security main"
  echo "deb [arch=arm64 $signed] $main trixie-backports main"
} >"$root/etc/sources.list"
options=(
  -o "Dir::State=$root/state" -o "Dir::State::status=$root/state/status" -o "Dir::Cache=$root/cache"
  -o "Dir::Etc::sourcelist=$root/etc/sources.list" -o "Dir::Etc::sourceparts=-"
  -o "APT::Architecture=arm64" -o "APT::Architectures=arm64" -o "APT::Sandbox::User="
  -o "Acquire::Languages=none" -o "Acquire::Retries=3"
)
if ! apt-get "${options[@]}" -qq -o APT::Update::Error-Mode=any update; then
  echo "fetch-kernels.sh: the package lists cannot be fetched" >&2
  exit 1
fi

for series in 6.12 6.16; do
  # Signed images and unsigned ones hold the same kernel; only the former are without a suffix.
  package=$(apt-cache "${options[@]}" pkgnames "linux-image-$series." |
    grep -E "^linux-image-${series//./\\.}\.[0-9]+.*-cloud-arm64$" | sort -V | tail -n 1 || true)
  if [ -z "$package" ]; then
    echo "fetch-kernels.sh: the archive has no linux-image-$series.*-cloud-arm64" >&2
    exit 1
  fi
  (cd "$root/cache" && apt-get "${options[@]}" -qq download "$package")
  deb=$(ls -t "$root/cache/${package}"_*.deb | head -n 1)
  # Only the image is wanted, and it is put in place whole.
  name=$(dpkg-deb --fsys-tarfile "$deb" | tar -t | grep -E '^\./boot/vmlinuz-' | head -n 1)
  dpkg-deb --fsys-tarfile "$deb" | tar -xO "$name" >"$dir/.$series-vmlinuz.part"
  mv "$dir/.$series-vmlinuz.part" "$dir/$series-vmlinuz"
  echo "$dir/$series-vmlinuz: $(basename "$name") of $package"
done
