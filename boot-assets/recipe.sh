# Shared by the recipes (to be sourced): where Debian packages come from, and a cache of built things, named by
# the hash of what they were made from. The sourcing script sets $here, its own folder.
# shellcheck shell=sh disable=SC2154,SC2034

suite=bookworm
mirror=${INGOT_DEBIAN_MIRROR:-http://deb.debian.org/debian}
# For packages that are only extracted: the links that a package script would make (mmdebstrap expands $1).
# shellcheck disable=SC2016
merged_usr='for top in bin sbin lib lib64; do mkdir -p "$1/usr/$top" && ln -s "usr/$top" "$1/$top"; done'
export SOURCE_DATE_EPOCH=1700000000 # file times do not tell when something was built

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "$1"
  say "  hint: $2"
  exit 1
}

# need PROGRAM PACKAGE ...: all at once, so that one apt-get repairs everything.
need() {
  missing=
  while [ $# -gt 0 ]; do
    command -v "$1" >/dev/null || missing="$missing $2"
    shift 2
  done
  [ -z "$missing" ] || fail "$(basename "$0"): programs are missing." "run: apt-get install -y$missing"
}

need_debian_keys() {
  [ -f /usr/share/keyrings/debian-archive-keyring.gpg ] ||
    fail "$(basename "$0"): the keys that sign Debian packages are missing." 'run: apt-get install -y debian-archive-keyring'
}

# open_cache FOLDER: makes it ours until the script ends, with two temporary folders:
#   $work   in the cache, for large things
#   $hooks  a copy of the recipe where mmdebstrap's own user (not us, without root) can read it
open_cache() {
  mkdir -p "$1"
  exec 9>"$1/.lock"
  flock 9
  work=$(mktemp -d "$1/.building.XXXXXX")
  hooks=$(mktemp -d)
  trap 'rm -rf "$work" "$hooks"' EXIT
  trap 'exit 1' INT TERM HUP
  cp -R "$here/." "$hooks/"
  chmod -R a+rX "$hooks"
}

# hash_of STRING FILE-OR-FOLDER ...: the contents and relative names of all files, and the string.
hash_of() {
  printf '%s\n' "$1" >"$work/hash-input"
  shift
  for thing in "$@"; do
    (cd "$(dirname "$thing")" && find "$(basename "$thing")" -type f | LC_ALL=C sort | xargs -r sha256sum) \
      >>"$work/hash-input"
  done
  sha256sum "$work/hash-input" | cut -c1-16
}

# keep_newest FOLDER COUNT: bounds the cache; the entries are folders named by hash_of, the newest stay.
keep_newest() {
  find "$1" -mindepth 1 -maxdepth 1 -type d -name '????????????????' -printf '%T@ %p\n' |
    sort -rn | tail -n "+$(($2 + 1))" | cut -d' ' -f2- | while read -r old; do rm -rf "$old"; done
}

# show_size FILE: megabytes with one digit.
show_size() { du -b "$1" | awk '{ printf "%.1f MB", $1 / 1e6 }'; }
