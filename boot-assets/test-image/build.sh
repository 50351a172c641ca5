#!/bin/sh
# Builds the whole-disk Debian image that demo and tests deploy: GPT, boots on BIOS, UEFI and UEFI with Secure
# Boot, cloud-init reads a config drive, console on ttyS0. Prints the folder that holds disk.qcow2 and
# SHA256SUMS; a second call with nothing changed returns at once.
#
# usage: build.sh [--cache FOLDER]
# Needs no loop device, and no root where user namespaces with newuidmap work: file systems are made from
# folders, partitions are written into a file.
set -eu
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=SCRIPTDIR/../recipe.sh
. "$here/../recipe.sh"

cache=$(readlink -f "$here/../..")/.cache/test-image
while [ $# -gt 0 ]; do
  case "$1" in
    --cache) cache=$2 ;;
    *) fail "build.sh: unknown option '$1'." 'usage: build.sh [--cache FOLDER]' ;;
  esac
  shift 2
done

need mmdebstrap mmdebstrap sfdisk fdisk mformat mtools mke2fs e2fsprogs qemu-img qemu-utils flock util-linux
need_debian_keys

open_cache "$cache"

# The layout in sectors of 512 bytes. The root file system comes last, so that it can grow to the disk's end.
bios_start=2048 bios_sectors=2048
esp_start=4096 esp_sectors=32768
root_start=36864 root_sectors=$((1100 * 2048))
disk_sectors=$((root_start + root_sectors + 2048))
root_partuuid=1a60b00f-0000-4000-8000-000000000003

hash=$(hash_of "$suite" "$here" "$here/../recipe.sh")
out=$cache/$hash

# A root of our own user namespace is enough: files get the owners that they shall have in the image.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else unshare --map-root-user --map-auto -- "$@"; fi
}

# little_endian NUMBER BYTES
little_endian() {
  value=$1 count=$2
  while [ "$count" -gt 0 ]; do
    # shellcheck disable=SC2059 # the format is the byte
    printf "\\$(printf %03o $((value & 255)))"
    value=$((value >> 8)) count=$((count - 1))
  done
}

# patch FILE OFFSET: writes standard input over the file, which keeps its length.
patch() { dd of="$1" bs=1 seek="$2" conv=notrunc status=none; }

# put FILE START-SECTOR: copies a file into the disk, leaving holes where it has zeros.
put() { dd if="$1" of="$work/disk.raw" bs=1M seek="$(($2 * 512))" oflag=seek_bytes conv=notrunc,sparse status=none; }

make_root() {
  packages=$(grep -v '^#' "$here/packages" | tr '\n' ',')
  mmdebstrap --quiet --variant=minbase --include="${packages%,}" \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --customize-hook="sh '$hooks/customize.sh' \"\$1\" $root_partuuid" \
    "$suite" "$work/root.tar" "$mirror" >&2
  mkdir "$work/root"
  # Device nodes are left out: the kernel makes them, and without root nobody may.
  # shellcheck disable=SC2016 # the inner shell expands
  as_root sh -ec '
    tar -C "$1/root" --exclude="./dev/*" --numeric-owner --xattrs --xattrs-include="*" -xf "$1/root.tar"
    mke2fs -q -t ext4 -L ingot-root -U "$2" -m 1 -d "$1/root" \
      -E "hash_seed=$2,lazy_itable_init=0,lazy_journal_init=0" "$1/root.ext4" "$3"
    rm -rf "$1/root"' sh "$work" "$root_partuuid" "$((root_sectors / 2))k"
}

# The boot loaders of the image's own Debian: another distribution's are signed for other kernels.
take_loaders() {
  # shellcheck disable=SC2016 # mmdebstrap's shell, not this one, expands $1
  mmdebstrap --quiet --variant=extract --include=shim-signed,grub-efi-amd64-signed,grub-pc-bin \
    --setup-hook="$merged_usr" \
    --extract-hook='chroot "$1" grub-mkimage -O i386-pc -p "(,gpt3)/boot/grub" -o /core.img \
      biosdisk part_gpt ext2 normal configfile linux serial terminal echo search' \
    "$suite" "$work/loaders.tar" "$mirror" >&2
  mkdir "$work/loaders"
  tar -C "$work/loaders" -xf "$work/loaders.tar" ./core.img ./usr/lib/grub ./usr/lib/shim
}

# UEFI: shim at the path that firmware tries by itself and at Debian's own; both find GRUB beside them, and the
# signed GRUB looks for its configuration in /EFI/debian.
make_esp() {
  shim=$work/loaders/usr/lib/shim
  signed_grub=$work/loaders/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed
  truncate -s $((esp_sectors * 512)) "$work/esp.fat"
  mformat -i "$work/esp.fat" -T "$esp_sectors" -h 64 -s 32 -v INGOT-ESP -N 16070b00 ::
  mmd -i "$work/esp.fat" ::/EFI ::/EFI/BOOT ::/EFI/debian
  # shellcheck disable=SC2016 # GRUB, not this shell, expands $root
  printf 'search --no-floppy --label --set=root ingot-root\nconfigfile ($root)/boot/grub/grub.cfg\n' >"$work/grub.cfg"
  mcopy -i "$work/esp.fat" "$shim/shimx64.efi.signed" ::/EFI/BOOT/BOOTX64.EFI
  mcopy -i "$work/esp.fat" "$shim/shimx64.efi.signed" ::/EFI/debian/shimx64.efi
  for folder in BOOT debian; do
    mcopy -i "$work/esp.fat" "$signed_grub" "::/EFI/$folder/grubx64.efi"
    mcopy -i "$work/esp.fat" "$shim/mmx64.efi.signed" "::/EFI/$folder/mmx64.efi"
  done
  mcopy -i "$work/esp.fat" "$work/grub.cfg" ::/EFI/debian/grub.cfg
}

# BIOS: boot.img in the first sector loads the first sector of core.img (its number at byte 0x5c), which loads
# the rest of core.img (block list in its last 12 bytes, grub-core/boot/i386/pc/diskboot.S).
make_bios_boot() {
  mv "$work/loaders/core.img" "$work/core.img"
  [ "$(stat -c %s "$work/core.img")" -le $((bios_sectors * 512)) ]
  little_endian $((bios_start + 1)) 8 | patch "$work/core.img" 500
  head -c 440 "$work/loaders/usr/lib/grub/i386-pc/boot.img" >"$work/boot.img"
  little_endian "$bios_start" 8 | patch "$work/boot.img" 92
}

make_disk() {
  truncate -s $((disk_sectors * 512)) "$work/disk.raw"
  sfdisk --quiet "$work/disk.raw" <<TABLE
label: gpt
label-id: 1a60b00f-0000-4000-8000-000000000000
start=$bios_start, size=$bios_sectors, type=21686148-6449-6E6F-744E-656564454649, uuid=1a60b00f-0000-4000-8000-000000000001
start=$esp_start, size=$esp_sectors, type=uefi, uuid=1a60b00f-0000-4000-8000-000000000002
start=$root_start, size=$root_sectors, type=linux, uuid=$root_partuuid
TABLE
  put "$work/boot.img" 0
  put "$work/core.img" "$bios_start"
  put "$work/esp.fat" "$esp_start"
  put "$work/root.ext4" "$root_start"
}

if [ ! -d "$out" ]; then
  say "building the test image from Debian $suite: about two minutes"
  make_root
  take_loaders
  make_esp
  make_bios_boot
  make_disk
  mkdir "$work/out"
  qemu-img convert -f raw -O qcow2 "$work/disk.raw" "$work/out/disk.qcow2"
  (cd "$work/out" && sha256sum disk.qcow2 >SHA256SUMS)
  mv "$work/out" "$out"
  keep_newest "$cache" 3
fi
touch "$out"
ln -sfn "$hash" "$cache/current"
say "test image: disk.qcow2 $(show_size "$out/disk.qcow2")"
echo "$out"
