#!/bin/sh
# Fetches what an ARM64 machine boots before its ramdisk, from Debian's arm64 packages: shim, MokManager and GRUB. Prints
# the folder that holds them, as boot.secure_boot_dir wants it. Packages are unpacked, nothing of them runs here.
#
# usage: build.sh [--cache FOLDER]
set -eu
here=$(dirname "$(readlink -f "$0")")
project=$(readlink -f "$here/../..")
# shellcheck source=SCRIPTDIR/../recipe.sh
. "$here/../recipe.sh"

cache=$project/.cache/arm64
while [ $# -gt 0 ]; do
  case "$1" in
    --cache) cache=$2 ;;
    *) fail "build.sh: unknown option '$1'." 'usage: build.sh [--cache FOLDER]' ;;
  esac
  shift 2
done
need mmdebstrap mmdebstrap flock util-linux
need_debian_keys
open_cache "$cache"

hash=$(hash_of "$suite" "$here" "$here/../recipe.sh")
out=$cache/$hash

if [ ! -d "$out" ]; then
  say "fetching Debian's arm64 boot loaders"
  mmdebstrap --quiet --variant=extract --architectures=arm64 --setup-hook="$merged_usr" \
    --include=shim-signed,shim-helpers-arm64-signed,grub-efi-arm64-signed "$suite" "$work/root.tar" "$mirror" >&2
  mkdir -p "$work/root" "$work/out/arm64"
  tar -C "$work/root" -xf "$work/root.tar" --wildcards './usr/lib/shim/*.signed' './usr/lib/grub/arm64-efi-signed/*'
  cp "$work/root/usr/lib/shim/shimaa64.efi.signed" "$work/out/arm64/shimaa64.efi"
  cp "$work/root/usr/lib/shim/mmaa64.efi.signed" "$work/out/arm64/mmaa64.efi"
  cp "$work/root/usr/lib/grub/arm64-efi-signed/grubnetaa64.efi.signed" "$work/out/arm64/grubaa64.efi"
  mv "$work/out" "$out"
  keep_newest "$cache" 2
fi
touch "$out"
echo "$out"
