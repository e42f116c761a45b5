#!/bin/sh
# Installs pane-patrol below ~/.local, or takes it out again:
#
#   sh install.sh [--from FOLDER_OR_URL] [--to FOLDER] [--uninstall]
#
# It fetches one archive, compares its SHA-256 with the list published beside it, and copies what is in it:
# bin/pane-patrol, manual pages, completions for bash, zsh and fish, and the plugin for tmux. Nothing is run as
# another user, and no setting of yours is touched; `pane-patrol install` does that later, after asking.
set -eu
version=@version@
from=@repository@/releases/download/v$version
to=$HOME/.local
task=install
fail() { echo "error: $1; nothing was changed" >&2; exit 1; }
case $version in @*) fail "this is only the pattern of what \`make packages\` makes, dist/install.sh" ;; esac

while [ $# -gt 0 ]; do
    case $1 in
    --from) from=${2:?}; shift 2 ;;
    --to) to=${2:?}; shift 2 ;;
    --uninstall) task=uninstall; shift ;;
    *) fail "\`$1\` is not known here: --from, --to or --uninstall" ;;
    esac
done
list=$to/share/pane-patrol/installed

if [ "$task" = uninstall ]; then
    [ -f "$list" ] || fail "$list is missing: pane-patrol was not installed there by this"
    while read -r file; do rm -f "$to/$file"; done <"$list"
    rm -f "$list"
    rmdir "$to/share/pane-patrol"
    echo "pane-patrol is gone from $to; what \`pane-patrol install\` wrote stays without effect"
    exit 0
fi

system=$(uname -s | tr '[:upper:]' '[:lower:]')
machine=$(uname -m)
[ "$machine" != arm64 ] || machine=aarch64
case $system-$machine in
linux-x86_64 | linux-aarch64 | darwin-x86_64 | darwin-aarch64) ;;
*) fail "there is no archive for $system on $machine" ;;
esac
name=pane-patrol-$version-$system-$machine

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fetch() {
    case $from in
    *.invalid/*) fail "no address has been published yet: say --from" ;;
    http://* | https://*)
        if command -v curl >/dev/null; then curl -fsSL "$from/$1" -o "$work/$1"
        else wget -q "$from/$1" -O "$work/$1"; fi ;;
    *) cp "$from/$1" "$work/$1" ;;
    esac || fail "$1 could not be fetched from $from"
}
fetch SHA256SUMS
fetch "$name.tar.gz"

expected=$(sed -n "s/^\([0-9a-f]\{64\}\) [ *]$name\.tar\.gz\$/\1/p" "$work/SHA256SUMS")
if command -v sha256sum >/dev/null; then actual=$(sha256sum "$work/$name.tar.gz")
else actual=$(shasum -a 256 "$work/$name.tar.gz"); fi
if [ -z "$expected" ] || [ "${actual%% *}" != "$expected" ]; then
    fail "$name.tar.gz is not the one of SHA256SUMS"
fi

tar -xzf "$work/$name.tar.gz" -C "$work"
: >"$work/installed"
place() {
    mkdir -p "$to/$(dirname "$2")"
    cp "$work/$name/$1" "$to/$2.new"
    mv -f "$to/$2.new" "$to/$2"
    echo "$2" >>"$work/installed"
}
place pane-patrol bin/pane-patrol
for page in "$work/$name"/man/man*/*; do
    page=${page#"$work/$name/"}
    place "$page" "share/$page"
done
place completions/pane-patrol.bash share/bash-completion/completions/pane-patrol
place completions/_pane-patrol share/zsh/site-functions/_pane-patrol
place completions/pane-patrol.fish share/fish/vendor_completions.d/pane-patrol.fish
place pane-patrol.tmux share/pane-patrol/pane-patrol.tmux
for file in LICENSE-MIT LICENSE-APACHE LICENSES-OF-PARTS; do
    place "$file" "share/pane-patrol/$file"
done
# What an older version brought and this one does not.
if [ -f "$list" ]; then
    grep -vxF -f "$work/installed" "$list" | while read -r file; do rm -f "$to/$file"; done
fi
cp "$work/installed" "$list"

echo "$to/bin/pane-patrol is version $version"
case :$PATH: in *":$to/bin:"*) ;; *) echo "$to/bin is not on your PATH: add it" ;; esac
command -v tmux >/dev/null || echo "tmux is missing: install it, 3.2 or newer"
echo "next: pane-patrol demo"
