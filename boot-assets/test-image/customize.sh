#!/bin/sh
# mmdebstrap's customize hook: settles the installed system below $1.
# usage: customize.sh ROOT ROOT-PARTUUID
set -eu
root=${1:?}
partuuid=$2
here=$(dirname "$(readlink -f "$0")")

echo "PARTUUID=$partuuid / ext4 defaults,errors=remount-ro 0 1" >"$root/etc/fstab"
echo image >"$root/etc/hostname" # the config drive names the machine
install -m 644 "$here/cloud.cfg" "$root/etc/cloud/cloud.cfg.d/90_ingot.cfg"
mkdir -p "$root/boot/grub"
sed "s/@ROOT@/$partuuid/" "$here/grub.cfg" >"$root/boot/grub/grub.cfg"

chroot "$root" systemctl --quiet enable systemd-networkd systemd-resolved ssh
grep -v '^#' "$here/units-masked" | xargs chroot "$root" systemctl --quiet mask
rm -f "$root"/etc/ssh/ssh_host_* # each machine makes its own
