#!/bin/sh
# mmdebstrap's extract hook: turns the extracted packages below $1 into the root of the ramdisk. They may be of another
# processor than this machine's: nothing in them is run.
# usage: customize.sh ROOT NODE-BINARY TRIPLE
#   TRIPLE  how Debian names the processor's folder of libraries and its binutils: aarch64-linux-gnu
set -eu
root=${1:?}
node=$2
triple=$3
here=$(dirname "$(readlink -f "$0")")
lists=$root/tmp/lists
mkdir -p "$lists"
lines() { grep -v -e '^#' -e '^$' "$1"; }

kernel=$(basename "$root"/usr/lib/modules/*)
modules=$root/usr/lib/modules/$kernel
mv "$root/boot/vmlinuz-$kernel" "$root/vmlinuz"
rm -rf "${root:?}/boot"

# Kernel modules: those named by the list, and all that modules.dep says they need.
depmod -b "$root" "$kernel"
lines "$here/modules" | sed 's#^^#^kernel/#' >"$lists/patterns"
sed 's/://' "$modules/modules.dep" | while read -r module needs; do
  # shellcheck disable=SC2086 # $needs is a list of paths
  if printf '%s\n' "$module" | grep -qE -f "$lists/patterns"; then printf '%s\n' "$module" $needs; fi
done | sort -u >"$lists/kept"
(cd "$modules" && find kernel -name '*.ko*' | sort | comm -23 - "$lists/kept" | xargs rm -f)
depmod -b "$root" "$kernel"

# Firmware: only files that a kept module asks for.
if [ -d "$root/usr/lib/firmware" ]; then
  find "$modules" -name '*.ko*' -print0 | xargs -0 modinfo -F firmware | sort -u >"$lists/wanted"
  (cd "$root/usr/lib/firmware" && find . -type f -o -type l | sed 's#^\./##' | sort |
    comm -23 - "$lists/wanted" | xargs -d '\n' rm -f)
fi

# What package scripts would have made, had they run: certificates, users, groups that udev's rules name.
mkdir -p "$root/etc/ssl/certs"
cat "$root"/usr/share/ca-certificates/mozilla/*.crt >"$root/etc/ssl/certs/ca-certificates.crt"
echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
id=0
for group in root disk tty kmem cdrom tape lp dialout audio video input render kvm sgx; do
  echo "$group:x:$id:"
  id=$((id + 1))
done >"$root/etc/group"

lines "$here/root-drop" | while read -r pattern; do
  # shellcheck disable=SC2086,SC2115 # the pattern is meant to expand
  rm -rf "$root"/$pattern
done

# Programs by name, then the libraries that they, Node and the helpers of udev and ssh are linked with, and those that
# these are linked with.
lines "$here/programs" | sort >"$lists/kept"
for folder in usr/bin usr/sbin; do
  (cd "$root/$folder" && find . -mindepth 1 | sed 's#^\./##' | sort | comm -23 - "$lists/kept" | xargs rm -rf)
done
find "$root/usr/lib/openssh" -mindepth 1 -not -name sftp-server -delete
install -m 755 "$node" "$root/usr/bin/node"
(
  cd "$root/usr/lib/$triple"
  : >"$lists/libraries"
  find ../../bin ../../sbin ../udev ../systemd ../openssh -type f >"$lists/new"
  while [ -s "$lists/new" ]; do
    xargs "$triple-readelf" -d <"$lists/new" 2>/dev/null | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort -u |
      comm -23 - "$lists/libraries" >"$lists/next"
    mv "$lists/next" "$lists/new"
    sort -o "$lists/libraries" "$lists/libraries" "$lists/new"
  done
  while read -r library; do
    echo "$library"
    readlink "$library" || true
  done <"$lists/libraries" | sort -u >"$lists/kept"
  find . -type f -o -type l | sed 's#^\./##' | sort | comm -23 - "$lists/kept" | xargs rm -f
)
rm -rf "$lists"

find "$root/usr/lib" -type d -empty -delete

install -D -m 755 "$here/udhcpc.sh" "$root/usr/lib/ingot/udhcpc.sh"
install -m 755 "$here/rescue-shell" "$root/usr/lib/ingot/rescue-shell"
install -D -m 755 "$here/power-button" "$root/etc/acpi/PWRF/00000080" # where busybox's acpid looks
install -m 755 "$here/init" "$root/init"
mkdir -p "$root/busybox" "$root/proc" "$root/sys" "$root/run" "$root/mnt" "$root/root"
ln -s /usr/bin/busybox "$root/usr/bin/sh"
