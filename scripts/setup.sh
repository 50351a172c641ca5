#!/bin/sh
# Makes this machine ready for `npm run demo`, `npm test` or `npm run bench`: installs Debian packages that are
# missing and node_modules when absent or stale. Safe to run again: when all is there it does nothing.
# Usage: scripts/setup.sh demo|test|bench
set -eu
cd "$(dirname -- "$0")/.."
purpose=${1:?usage: scripts/setup.sh demo|test|bench}

# What the daemon and the lab need (docs/dependencies.md says what for).
packages="ipxe qemu-utils mmdebstrap xorriso openssl zstd libarchive-tools iproute2 util-linux"
packages="$packages qemu-system-x86 ovmf seabios ipxe-qemu mtools dosfstools e2fsprogs fdisk gdisk arch-test uidmap"
packages="$packages debian-archive-keyring binutils kmod"
# Foreign programs that the tests and the benchmarks measure us against.
case "$purpose" in
  test | bench)
    packages="$packages atftp tftp-hpa busybox curl isc-dhcp-client isc-dhcp-relay udhcpc kea-admin tcpdump python3-sushy"
    packages="$packages netplan.io dnsmasq-base dhcpcd-base iputils-ping genisoimage python3-ironicclient openssh-client"
    packages="$packages python3-openstacksdk apache2-utils"
    packages="$packages systemd qemu-system-arm qemu-efi-aarch64 binutils-aarch64-linux-gnu"
    # The real Ironic, beside which ours is held: its library has no service that would start.
    packages="$packages python3-ironic"
    # wrk measures HTTP; tftpd-hpa, which is only unpacked, is linked against libwrap.
    [ "$purpose" = test ] || packages="$packages wrk libwrap0"
    # cloud-init's own libraries; itself it is only unpacked, below.
    packages="$packages python3-configobj python3-jinja2 python3-jsonpatch python3-jsonschema"
    packages="$packages python3-netifaces python3-oauthlib python3-requests python3-serial python3-yaml"
    ;;
esac
# What would have a say in how this host boots (cloud-init judges our config drives in the tests, machines with Secure
# Boot load Debian's signed boot loaders, and GRUB's own parser judges what we write for it), and servers that
# would start with it (the peers of tests and benchmarks), are only unpacked.
unpacked=""
case "$purpose" in
  test)
    unpacked="cloud-init shim-signed shim-helpers-amd64-signed grub-efi-amd64-signed grub-common"
    unpacked="$unpacked kea-dhcp4-server isc-dhcp-server"
    ;;
  bench) unpacked="kea-dhcp4-server tftpd-hpa nginx" ;;
esac

missing=""
for package in $packages; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done
if [ -n "$missing" ]; then
  if ! command -v apt-get >/dev/null; then
    echo "ingot's set-up installs Debian packages with apt-get, which this machine lacks. Install:$missing" >&2
    exit 1
  fi
  as_root=""
  if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null; then as_root="sudo"; else
      echo "Run this as root, or install these Debian packages first:$missing" >&2
      exit 1
    fi
  fi
  echo "Installing Debian packages:$missing"
  $as_root apt-get update -qq
  # No package may start a service on this host: policy-rc.d forbids it for as long as we install, unless the
  # host has a policy of its own (a container image usually forbids it too).
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    trap '$as_root rm -f "$policy"' EXIT
    trap 'exit 130' INT TERM
    printf '#!/bin/sh\nexit 101\n' | $as_root install -m 755 /dev/stdin "$policy"
  fi
  # shellcheck disable=SC2086 # words
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

for package in $unpacked; do
  if [ ! -d ".cache/debian/$package" ]; then
    echo "Unpacking the Debian package $package"
    rm -rf .cache/debian/download
    mkdir -p .cache/debian/download
    download() { (cd .cache/debian/download && apt-get download -qq -o APT::Sandbox::User=root "$package"); }
    # A machine that lacked no package above may still have no package lists, or old ones.
    download 2>/dev/null || { ${as_root:-} apt-get update -qq && download; }
    dpkg -x .cache/debian/download/"$package"_*.deb ".cache/debian/$package.new"
    mv ".cache/debian/$package.new" ".cache/debian/$package"
    rm -r .cache/debian/download
  fi
done

if [ ! -x node_modules/.bin/vitest ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --no-audit --no-fund
fi
