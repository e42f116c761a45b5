
# The names of assistants, of whoever collects. They are texts of others: quoted for the shell, and nothing here
# evaluates or expands them. The word is taken from the line itself, because bash parts it at each colon.
_pane_patrol_live() {
    _pane_patrol "$@"
    local line=${COMP_LINE:0:COMP_POINT} word="" char="" index
    local -a words=()
    for ((index = 0; index < ${#line}; index++)); do
        char=${line:index:1}
        case $char in
            \\) word+=${line:index:2}; ((++index)) ;;
            [\'\"\$\`]) return 0 ;;
            [[:blank:]]) [[ -n $word ]] && words+=("$word"); word="" ;;
            *) word+=$char ;;
        esac
    done
    local count=${#words[@]} of=""
    [[ $word == -* ]] && return 0
    if ((count >= 2)) && [[ ${words[count - 1]} == --target ]]; then
        of=rows
    elif ((count >= 2)); then
        for ((index = 2; index < count; index++)); do
            [[ ${words[index]} != -* && ${words[index - 1]} != --* ]] && return 0
        done
        [[ ${#COMPREPLY[@]} -gt 0 && ${COMPREPLY[0]} != -* ]] && return 0
        case ${words[1]} in
            ROWS) of=rows ;;
            ENDED) of=ended ;;
        esac
    fi
    [[ -n $of ]] || return 0
    local name quoted before=$((${#word} - ${#2}))
    local -a names=()
    while IFS= read -r name; do
        printf -v quoted %q "$name"
        [[ $quoted == "$word"* ]] && names+=("${quoted:before}")
    done < <(command pane-patrol completions --names "$of" 2>/dev/null </dev/null)
    ((${#names[@]} > 0)) && COMPREPLY=("${names[@]}")
    return 0
}
