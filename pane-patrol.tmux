#!/bin/sh
# pane-patrol as a plugin of tmux's plugin manager (TPM): a key for the dashboard in a popup, a key that leads
# to the assistant that has waited for you longest, and the count for the status line. It needs tmux 3.2.
#
# Settings, each with `set -g NAME VALUE` before the plugin manager is run; a key of '' is left alone:
#
#   @pane-patrol-popup-key      P
#   @pane-patrol-next-key       N
#   @pane-patrol-popup-width    90%
#   @pane-patrol-popup-height   80%
#   @pane-patrol-status         left or right: the count is put before what that side of the line shows
#                               (or write #{pane_patrol} into status-left or status-right where you want it)
#   @pane-patrol-program        the executable; else it is looked for on PATH, in ~/.local/bin and ~/.cargo/bin
set -u

# option NAME VALUE: what the person has set, else VALUE.
option() {
    if [ -n "$(tmux show-options -gq "$1")" ]; then tmux show-options -gqv "$1"; else printf '%s' "$2"; fi
}

program=$(option @pane-patrol-program '')
if [ -z "$program" ]; then
    PATH=$PATH:$HOME/.local/bin:$HOME/.cargo/bin
    program=$(command -v pane-patrol) || program=
fi
popup_key=$(option @pane-patrol-popup-key P)
next_key=$(option @pane-patrol-next-key N)

if ! [ -x "$program" ]; then
    # Nobody reads what is said while tmux starts: the keys say it.
    missing="pane-patrol is not installed, or not on the PATH that tmux was started with: set @pane-patrol-program"
    for key in "$popup_key" "$next_key"; do
        [ -z "$key" ] || tmux bind-key "$key" display-message "$missing"
    done
    exit 0
fi

# tmux itself puts the name into what is run below, as one word of the shell, whatever stands in it.
tmux set-option -g @pane-patrol-found "$program"
name='#{q:@pane-patrol-found}'

if [ -n "$popup_key" ]; then
    # Of a popup's command tmux puts in nothing.
    quoted=$(printf '%s' "$program" | sed "s/'/'\\\\''/g")
    tmux bind-key "$popup_key" display-popup -E -w "$(option @pane-patrol-popup-width 90%)" \
        -h "$(option @pane-patrol-popup-height 80%)" "'$quoted'"
fi
if [ -n "$next_key" ]; then
    tmux bind-key "$next_key" run-shell "$name jump --next --client #{q:client_name}"
fi

count="#($name status --format tmux)"
for side in left right; do
    shown=$(tmux show-options -gqv "status-$side")
    case $shown in
    *"$count"*) continue ;;
    *'#{pane_patrol}'*) line=${shown%%'#{pane_patrol}'*}$count${shown#*'#{pane_patrol}'} ;;
    *) [ "$(option @pane-patrol-status '')" = "$side" ] || continue; line="$count $shown" ;;
    esac
    tmux set-option -g "status-$side" "$line"
done
