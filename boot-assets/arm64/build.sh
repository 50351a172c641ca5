#!/bin/sh
# Fetches what an ARM64 machine boots by GRUB, from Debian's arm64 packages: shim, MokManager and GRUB (a folder for
# boot.secure_boot_dir) and the ramdisk's kernel (a folder for boot.ramdisk_dir), with an initrd that only says that it
# was reached: the agent's ramdisk is built for x86-64. Packages are unpacked, nothing of them runs here.
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
need mmdebstrap mmdebstrap bsdtar libarchive-tools flock util-linux
need_debian_keys
open_cache "$cache"

hash=$(hash_of "$suite" "$here" "$here/../recipe.sh")
out=$cache/$hash

if [ ! -d "$out" ]; then
  say "fetching Debian's arm64 boot loaders and kernel"
  mmdebstrap --quiet --variant=extract --architectures=arm64 --setup-hook="$merged_usr" \
    --include=shim-signed,shim-helpers-arm64-signed,grub-efi-arm64-signed,linux-image-cloud-arm64,busybox-static \
    "$suite" "$work/root.tar" "$mirror" >&2
  mkdir -p "$work/root" "$work/out/arm64" "$work/initrd/bin" "$work/initrd/dev" "$work/initrd/proc"
  tar -C "$work/root" -xf "$work/root.tar" --wildcards './boot/vmlinuz-*' './usr/bin/busybox' \
    './usr/lib/shim/*.signed' './usr/lib/grub/arm64-efi-signed/*'
  cp "$work/root/usr/lib/shim/shimaa64.efi.signed" "$work/out/arm64/shimaa64.efi"
  cp "$work/root/usr/lib/shim/mmaa64.efi.signed" "$work/out/arm64/mmaa64.efi"
  cp "$work/root/usr/lib/grub/arm64-efi-signed/grubnetaa64.efi.signed" "$work/out/arm64/grubaa64.efi"
  cp "$work/root"/boot/vmlinuz-* "$work/out/arm64/vmlinuz"
  cp "$work/root/usr/bin/busybox" "$work/initrd/bin/busybox"
  install -m 755 "$here/init" "$work/initrd/init"
  (cd "$work/initrd" && find . | LC_ALL=C sort | bsdtar --format newc --uid 0 --gid 0 -n -cf "$work/out/arm64/initrd.zst" -T -)
  mv "$work/out" "$out"
  keep_newest "$cache" 2
fi
touch "$out"
say "arm64: vmlinuz $(show_size "$out/arm64/vmlinuz"), initrd.zst $(show_size "$out/arm64/initrd.zst")"
echo "$out"
