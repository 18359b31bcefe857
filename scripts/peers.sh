#!/usr/bin/env bash
# Installs the real programs that test/foreign compares tare with, the missing ones only. This list is the one place
# where they are named. Without them, or without root to install them, those tests skip and say what they lack.
set -euo pipefail

packages=(
  # read and run what tare writes
  skopeo umoci runc podman buildah docker.io systemd-container bubblewrap
  # make the same roots another way
  mmdebstrap debootstrap
  # make and check signed repositories
  reprepro apt-utils createrepo-c dnf gpg gpg-agent openssl rpm
  # extract certificates from a trust store
  p11-kit
  # read and write the same formats
  busybox-static xz-utils zstd bzip2 libarchive-tools binutils pigz squashfs-tools squashfs-tools-ng e2fsprogs
)

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
  echo "peers: this is no Debian; tests that need these are skipped: ${missing[*]}"
  exit 0
fi
if [ "$(id -u)" != 0 ]; then
  echo "peers: not root, so nothing is installed; tests that need these are skipped: ${missing[*]}"
  exit 0
fi

echo "peers: apt-get install ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
if apt-get update -qq &&
  apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >/dev/null; then exit 0; fi
echo "peers: apt-get failed; not installed: ${missing[*]}" >&2
# Elsewhere the tests can still skip; a CI that quietly tests less is worse than a red one.
[ "${CI:-}" != true ]
