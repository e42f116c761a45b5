# The names of assistants, of whoever collects. They are texts of others: `compadd` quotes them, and nothing here
# evaluates or expands them.
_pane_patrol_names() {
    local of=$1
    shift
    local -a names
    names=("${(@f)$(command pane-patrol completions --names $of 2>/dev/null </dev/null)}")
    names=("${(@)names:#}")
    (( $#names )) && compadd "$@" -- "${names[@]}"
}

_pane_patrol_rows() { _pane_patrol_names rows "$@" }

_pane_patrol_ended() { _pane_patrol_names ended "$@" }

