
# The names of assistants, of whoever collects. They are texts of others: fish quotes what it takes from here, and
# nothing here evaluates it.
function __fish_pane_patrol_names
    command pane-patrol completions --names $argv[1] 2>/dev/null </dev/null
end
