#!/usr/bin/perl
# Zellij for tests, as far as it was measured: a server a session, a program that asks every socket of its folder
# first and without an end, success where nothing was done, nobody named where somebody is.
#
#   zellij --server SOCKET           the server of a session; panes are its children
#   zellij -s NAME action ACTION ... the program
#   zellij -s NAME subscribe ...     what a pane shows, a line of JSON for each time
#   zellij -s NAME events            what happens there, a line of JSON each; by documentation alone, from 0.46.1 on
#   zellij attach NAME               a client, until it is ended
#
# A message is its length in four bytes, and that many more. What only tests say begins with `x-`.
use strict;
use warnings;
use POSIX qw(:sys_wait_h setsid);
use Socket;
use IO::Select;
use Fcntl;

my $GREETING = "\x6a\x00";
my $ANSWER = "\x22\x00";

# Of its own protocol what is known here: actions by their numbers, and what is said before the words.
my %ACTIONS = (86 => 'list-clients', 98 => 'list-panes', 104 => 'list-tabs', 135 => 'focus-pane-id', 92 => 'switch-session',
    100 => 'write', 109 => 'paste');
my %BEFORE = ('list-clients' => "\x12\x00");

# The fields of a message.
sub fields {
    my ($bytes) = @_;
    my %fields;
    my $number = sub { my ($it, $at) = (0, 0);
        while ($bytes =~ s/^(.)//s) { $it |= (ord($1) & 127) << $at; $at += 7; last if ord($1) < 128 }
        return $it };
    while (length $bytes) {
        my $tag = $number->();
        my $holds = $number->();
        $fields{$tag >> 3} = ($tag & 7) == 2 ? substr($bytes, 0, $holds, '') : $holds;
    }
    return \%fields;
}

# What an action of its own protocol has it do; as whose.
sub action {
    my ($said) = @_;
    my $action = fields(fields($said)->{9});
    my ($number, $holds) = %{fields($action->{1})};
    my $name = $ACTIONS{$number} // return;
    $holds = fields($holds);
    my @words = $name eq 'focus-pane-id' ? ('terminal_' . fields($holds->{1})->{1})
        : $name eq 'write' ? ('--pane-id', 'terminal_' . fields($holds->{1})->{1}, '--', numbers($holds->{2}))
        : $name eq 'paste' ? ('--pane-id', 'terminal_' . fields($holds->{2})->{1}, '--', $holds->{1})
        : $name eq 'switch-session' ? ('--pane-id', 'terminal_' . fields($holds->{3})->{1}, '--', $holds->{1}) : ();
    return ($action->{3}, $name, @words);
}

# Bytes, each a number in groups of seven bits.
sub numbers { my ($packed) = @_; my $all = '';
    while ($packed =~ /\G([\x80-\xff]?)([\x00-\x7f])/gs) { $all .= chr((length $1 ? ord($1) & 127 : 0) | (length $1 ? ord($2) << 7 : ord $2)) }
    return $all }

# A number in groups of seven bits, the lowest first.
sub number { my ($left) = @_; my $bytes = '';
    while ($left > 127) { $bytes .= chr($left & 127 | 128); $left >>= 7 }
    return $bytes . chr $left }

# Words as a server says them.
sub words { my ($text) = @_; my $lines = length $text ? "\x0a" . number(length $text) . $text : '';
    return "\x2a" . number(length $lines) . $lines }

sub put { my ($to, $text) = @_; local $SIG{PIPE} = 'IGNORE'; syswrite $to, pack('V', length $text) . $text }

# The next message; nothing when the other end is gone.
sub get {
    my ($from) = @_;
    my $bytes = '';
    for my $part ('length', 'message') {
        my $wanted = 4 + ($part eq 'length' ? 0 : unpack 'V', $bytes);
        while (length $bytes < $wanted) {
            my $read = sysread $from, $bytes, $wanted - length $bytes, length $bytes;
            return undef if !$read;
        }
    }
    return substr $bytes, 4;
}

sub dial {
    my ($path) = @_;
    socket my $socket, PF_UNIX, SOCK_STREAM, 0 or die;
    return connect($socket, pack_sockaddr_un($path)) ? $socket : undef;
}

# ---- the program

sub folder { return "$ENV{ZELLIJ_SOCKET_DIR}/contract_version_1" if $ENV{ZELLIJ_SOCKET_DIR};
    my $around = $ENV{XDG_RUNTIME_DIR} ? "$ENV{XDG_RUNTIME_DIR}/zellij" : "$ENV{TMPDIR}/zellij-$>";
    return "$around/contract_version_1" }

sub sessions {
    my @found;
    for my $path (glob quotemeta(folder()) . '/*') {
        my $socket = dial($path);
        if (!$socket) { unlink $path; next }
        put($socket, $GREETING);
        get($socket);
        push @found, $path =~ s{.*/}{}r;
    }
    return @found;
}

sub said_in { my ($file) = @_; open my $from, '<', "$ENV{HOME}/$file" or return undef; return scalar <$from> }

# As long as the pane is there; `x-spins`: on and on, where its server has died.
sub subscribe {
    my ($name, $pane) = @_;
    my $socket = dial(folder() . "/$name") or exit 1;
    put($socket, defined $pane ? "S$pane" : 'E');
    $| = 1;
    while (defined(my $line = get($socket))) {
        if ($line =~ s/^!//) { print STDERR $line; exit 2 }
        print $line;
    }
    if (said_in('x-spins')) { 1 while 1 }
    exit 0;
}

sub program {
    my @words = @_;
    if (@words && $words[0] eq '--version') { print 'zellij ', said_in('x-version') // '0.45.1', "\n"; exit 0 }
    if ($words[0] eq 'attach') {
        shift @words;
        # What follows is a program to run in whichever session, and in a new one where there are several.
        if ($words[0] eq '--') { open my $made, '>', "$ENV{HOME}/made-session"; exit 0 }
        if ($words[0] =~ /^-/) { print STDERR "error: unexpected argument '$words[0]' found\n"; exit 2 }
        my ($status, $out, $err) = ask($words[0], 'x-attach', $$);
        print STDERR $err; exit $status if $status;
        sleep 1 while -d $ENV{HOME};
    }
    die "the tests name the session\n" if $words[0] ne '-s';
    my (undef, $name, undef, @action) = @words;
    if ($words[2] eq 'subscribe' && said_in('x-old')) {
        print STDERR "error: The subcommand 'subscribe' wasn't recognized\n"; exit 2;
    }
    if ($words[2] eq 'events' && (said_in('x-version') // '') !~ /^0\.46\.[1-9]/) {
        print STDERR "error: The subcommand 'events' wasn't recognized\n"; exit 2;
    }
    my @all = sessions();
    if (!@all) { print STDERR "There is no active session!\n"; exit 1 }
    if (!grep { $_ eq $name } @all) {
        print STDERR "Session '$name' not found. The following sessions are active:\n";
        if (@all == 1) { print STDERR "$all[0]\n"; exit 1 }
        print "$_\n" for @all;
        exit 0;
    }
    subscribe($name, $words[4]) if $words[2] eq 'subscribe';
    subscribe($name, undef) if $words[2] eq 'events';
    my ($status, $out, $err) = ask($name, @action);
    print $out; print STDERR $err; exit $status;
}

sub ask {
    my ($name, @words) = @_;
    my $socket = dial(folder() . "/$name") or return (1, '', "Session '$name' not found\n");
    put($socket, 'A' . join "\0", @words);
    my $said = get($socket);
    # Its server has died: it does not notice.
    if (!defined $said) { 1 while 1 }
    return split /\0/, $said, 3;
}

# ---- the server

our $typist;
my (%panes, %clients, @tabs, %lies, $path, @subscribers, @listeners, %asked);
my $next = 0;
my $calls = 0;
my $next_client = 1;

# A terminal for a pane: our side, and its name.
sub terminal {
    sysopen my $ours, '/dev/ptmx', O_RDWR | O_NOCTTY | O_NONBLOCK or die "ptmx: $!";
    my ($unlocked, $number) = (pack('i', 0), pack('i', 0));
    ioctl $ours, 0x40045431, $unlocked or die; ioctl $ours, 0x80045430, $number or die;
    return ($ours, '/dev/pts/' . unpack 'i', $number);
}

sub start_pane { my ($tab, @command) = @_; return start_pane_on('/dev/null', $tab, @command) }

sub start_pane_on {
    my ($terminal, $tab, @command) = @_;
    my $id = $next++;
    my $pid = fork // die;
    if (!$pid) {
        setsid();
        open STDIN, '+<', $terminal; open STDOUT, '>', $terminal; open STDERR, '>', '/dev/null';
        $ENV{ZELLIJ} = 0; $ENV{ZELLIJ_PANE_ID} = $id; $ENV{ZELLIJ_SESSION_NAME} = $path =~ s{.*/}{}r;
        $SIG{CHLD} = 'DEFAULT';
        { exec { $command[0] } @command } POSIX::_exit(127);
    }
    $panes{$id} = { pid => $pid, tab => $tab, title => 'a title', text => '', floating => 0, exited => 0 };
    return $id;
}

sub reap { while ((my $pid = waitpid -1, WNOHANG) > 0) {
    for my $id (keys %panes) {
        next if $panes{$id}{pid} != $pid;
        if ($panes{$id}{stays}) { $panes{$id}{exited} = 1 } else { leave($id) }
    } } }

sub leave { my ($id) = @_; delete $panes{$id};
    my ($other) = sort { $a <=> $b } keys %panes;
    for (values %clients) { $_ = $other // 0 if $_ == $id } }

sub quote { my ($text) = @_; $text =~ s/([\\"])/\\$1/g; $text =~ s/([\x00-\x1f])/sprintf '\\u%04x', ord $1/ge; return "\"$text\"" }

sub bool { return $_[0] ? 'true' : 'false' }

sub list_panes {
    my @all = '{"id":0,"is_plugin":true,"title":"tab-bar","tab_id":0,"tab_position":0}';
    for my $id (sort { $a <=> $b } keys %panes) {
        my $pane = $panes{$id};
        my ($position) = grep { $tabs[$_] == $pane->{tab} } 0 .. $#tabs;
        push @all, '{"id":' . $id . ',"is_plugin":false,"is_focused":true,"is_floating":' . bool($pane->{floating})
            . ',"title":' . quote($pane->{title}) . ',"exited":' . bool($pane->{exited})
            . ',"exit_status":null,"is_suppressed":' . bool($pane->{suppressed}) . ',"is_held":' . bool($pane->{held}) . ',"pane_content_rows":20'
            . ',"pane_content_columns":' . ($pane->{columns} // 80) . ',"tab_id":' . $pane->{tab} . ',"tab_position":' . $position . '}';
    }
    return "[\n" . join(",\n", @all) . "\n]\n";
}

sub option { my ($name, @words) = @_;
    for my $at (0 .. $#words - 1) { last if $words[$at] eq '--'; return $words[$at + 1] if $words[$at] eq $name }
    return undef }

sub pane_of { my ($word) = @_; return defined $word && $word =~ /^terminal_(\d+)$/ && exists $panes{$1} ? $1 : undef }

sub after { my @words = @_; while (@words) { return @words if shift(@words) eq '--' } return () }

# What it says: a status, and what is printed on both.
sub obey {
    my ($action, @words) = @_;
    my $pane = pane_of(option('--pane-id', $action, @words));
    $asked{$action}++;
    return (0, '', '') if $lies{$action};
    if ($action eq 'list-panes') { return (0, list_panes(), '') }
    if ($action eq 'list-tabs') {
        my @all = map { '{"tab_id":' . $_ . ',"is_sync_panes_active":' . bool($lies{"sync $_"}) . '}' } @tabs;
        return (0, '[' . join(',', @all) . ']', '');
    }
    if ($action eq 'list-clients') {
        my $said = "CLIENT_ID ZELLIJ_PANE_ID RUNNING_COMMAND\n";
        $said .= "$_         terminal_$clients{$_}     N/A\n" for sort keys %clients;
        return (0, $said, '');
    }
    if ($action eq 'dump-screen') { return (0, defined $pane ? $panes{$pane}{text} : '', '') }
    if ($action eq 'focus-pane-id') {
        my $to = pane_of($words[0]);
        return (2, '', "Pane with id $words[0] not found\n") if !defined $to;
        $clients{$typist} = $to if defined $typist && exists $clients{$typist};
        $panes{$to}{floating} = 1 if delete $panes{$to}{suppressed};
        return (0, '', '');
    }
    if ($action eq 'go-to-tab-by-id') {
        my ($first) = grep { $panes{$_}{tab} == $words[0] } sort { $a <=> $b } keys %panes;
        $clients{(reverse sort keys %clients)[0]} = $first if %clients && defined $first;
        return (0, '', '');
    }
    if ($action eq 'switch-session') {
        my ($name) = after(@words);
        my $folder = $path =~ s{/[^/]*$}{}r;
        return (0, '', '') if "$folder/$name" eq $path || !defined $typist || !exists $clients{$typist};
        my $there = dial("$folder/$name");
        if (!$there) { open my $made, '>', "$ENV{HOME}/made-session"; return (0, '', '') }
        delete $clients{$typist};
        return (0, '', '') if $lies{lost};
        # On a busy machine somebody is on the way for a while.
        if ($lies{slow}) { my $pid = fork; return (0, '', '') if $pid; sleep 2 }
        put($there, join "\0", 'Ax-attach', 0, option('--pane-id', @words) // '');
        POSIX::_exit(0) if $lies{slow};
        return (0, '', '');
    }
    if ($action eq 'new-pane') {
        my $id = start_pane($tabs[0], after(@words));
        return (0, $lies{'says nothing'} ? '' : "terminal_$id\n", '');
    }
    if ($action eq 'new-tab') { open my $made, '>', "$ENV{HOME}/made-tab"; return (0, "1\n", '') }
    if ($action eq 'close-pane') { if (defined $pane) { kill 'KILL', $panes{$pane}{pid}; $panes{$pane}{stays} = 0 } return (0, '', '') }
    if ($action =~ /^(write|write-chars|paste|send-keys)$/) {
        $panes{$pane}{typed} .= "$action " . join(' ', after(@words)) . "\n" if defined $pane;
        $panes{$pane}{text} = '' if defined $pane && $action eq 'send-keys';
        return (0, '', '');
    }
    if ($action eq 'x-attach') {
        $clients{$next_client} = pane_of($words[1]) // (sort { $a <=> $b } keys %panes)[0];
        return (0, $next_client++, '');
    }
    if ($action eq 'x-detach') { delete $clients{$words[0]}; return (0, '', '') }
    if ($action eq 'x-on') { $clients{$words[0]} = $words[1]; return (0, '', '') }
    if ($action eq 'x-key') { $typist = $words[0]; return (0, '', '') }
    if ($action eq 'x-pane') { return (0, start_pane($tabs[0], @words), '') }
    if ($action eq 'x-tty-pane') {
        my ($ours, $name) = terminal();
        my $id = start_pane_on($name, $tabs[0], @words);
        @{$panes{$id}}{qw(ours written)} = ($ours, '');
        return (0, $id, '');
    }
    if ($action eq 'x-tab') { push @tabs, scalar @tabs; $panes{$words[0]}{tab} = $tabs[-1]; return (0, '', '') }
    if ($action eq 'x-set') { $panes{$words[0]}{$words[1]} = $words[2]; return (0, '', '') }
    if ($action eq 'x-tell') { return (0, $panes{$words[0]}{$words[1]} // '', '') }
    if ($action eq 'x-calls') { return (0, $calls, '') }
    if ($action eq 'x-asked') { return (0, $asked{$words[0]} // 0, '') }
    if ($action eq 'x-lies') { $lies{$words[0]} = $words[1]; return (0, '', '') }
    if ($action eq 'x-dies-at') { $lies{"dies $words[0]"} = 1; return (0, '', '') }
    if ($action eq 'x-rename') {
        my $to = $path =~ s{[^/]*$}{$words[0]}r;
        rename $path, $to; $path = $to;
        return (0, '', '');
    }
    return (2, '', "error: unrecognized subcommand '$action'\n");
}

# Of what is in no tab that somebody has before them it tells nothing, as long as there is somebody.
sub is_seen { my ($id) = @_;
    return !%clients || grep { exists $panes{$_} && $panes{$_}{tab} == $panes{$id}{tab} } values %clients }

# What a pane shows, in its own protocol.
sub screen { my ($id) = @_;
    my $pane = "\x08" . number($id);
    my $said = "\x0a" . number(length $pane) . $pane;
    $said .= "\x12" . number(length $_) . $_ for split /\n/, $panes{$id}{text}, -1;
    return "\x72" . number(length $said) . $said }

# Tells those who want it what has changed.
sub draw {
    for my $pane (grep { $_->{ours} } values %panes) {
        1 while sysread $pane->{ours}, $pane->{written}, 4096, length $pane->{written};
    }
    for my $one (@subscribers) {
        my ($to, $id) = @$one{qw(to id)};
        if (!exists $panes{$id}) {
            put($to, qq({"event":"pane_closed","pane_id":"terminal_$id"}\n)); shutdown $to, 2; $one = undef; next;
        }
        my $text = $panes{$id}{text};
        next if defined $one->{told} && ($one->{told} eq $text || !is_seen($id));
        my $lines = join ',', map { quote($_) } split /\n/, $text, -1;
        my $first = bool(!defined $one->{told});
        put($to, qq({"event":"pane_update","is_initial":$first,"pane_id":"terminal_$id","scrollback":null,"viewport":[$lines]}\n));
        $one->{told} = $text;
    }
    @subscribers = grep { defined } @subscribers;
}

# What is so in the session.
sub state_of {
    my %all = map { ("pane terminal_$_" => $panes{$_}{tab}) } keys %panes;
    $all{"client $_"} = $clients{$_} for keys %clients;
    $all{'session it'} = $path;
    return \%all;
}

# What its change is called, when it comes, goes or is another one; the name of the field with its number.
my %EVENTS = (pane => ['pane_opened', 'pane_closed', 'pane_moved', 'pane_id'], session => ['', '', 'session_renamed', 'session'],
    client => ['client_attached', 'client_detached', 'pane_focused', 'client_id']);

# Tells those who want it what has happened.
sub announce {
    for my $one (@listeners) {
        my ($was, $is) = ($one->{told}, state_of());
        for my $key (sort keys %{{%$was, %$is}}) {
            next if ($was->{$key} // '') eq ($is->{$key} // '');
            my ($kind, $number) = split / /, $key;
            my $how = !exists $was->{$key} ? 0 : !exists $is->{$key} ? 1 : 2;
            put($one->{to}, qq({"event":"$EVENTS{$kind}[$how]","$EVENTS{$kind}[3]":"$number"}\n));
        }
        if ($lies{floods}) { put($one->{to}, qq({"event":"input_mode_changed"}\n)) for 1 .. 500 }
        $one->{told} = $is;
    }
}

sub dies_at { my ($action) = @_;
    if ($lies{"dies $action"}) { kill 'KILL', map { $_->{pid} } values %panes; kill 'KILL', $$ } }

sub serve {
    ($path) = @_;
    socket my $listening, PF_UNIX, SOCK_STREAM, 0 or die;
    bind $listening, pack_sockaddr_un($path) or die "$path: $!";
    listen $listening, 128 or die;
    @tabs = (0);
    start_pane(0, 'sleep', '1000');
    $SIG{TERM} = sub { kill 'KILL', map { $_->{pid} } values %panes; unlink $path; exit 0 };
    my $all = IO::Select->new($listening);
    while (1) {
        my @ready = $all->can_read(0.02);
        reap();
        draw();
        announce();
        for my $ready (@ready) {
            if ($ready == $listening) { accept my $new, $listening or next; $calls++; $all->add($new); next }
            my $said = get($ready);
            if (!defined $said) {
                $all->remove($ready); @$_ = grep { $_->{to} != $ready } @$_ for \@subscribers, \@listeners; close $ready; next;
            }
            if ($said eq 'E') { push @listeners, { to => $ready, told => state_of() } if !$lies{events}; next }
            if ($said eq $GREETING) { put($ready, $ANSWER); next }
            if ($said =~ /^S(.*)/) {
                my $id = pane_of($1);
                if (defined $id) { push @subscribers, { to => $ready, id => $id } if !$lies{subscribe} }
                else { put($ready, "!Pane $1 not found\n") }
                next;
            }
            if ($said =~ /^\x8a\x01/) {
                my $id = fields(fields(fields($said)->{17})->{1})->{1};
                put($ready, exists $panes{$id} ? screen($id) : "\x32\x00");
                next;
            }
            if ($said =~ /^\x4a/) {
                my ($client, @action) = action($said);
                if ($lies{direct} || !@action) { $all->remove($ready); close $ready; next }
                dies_at($action[0]);
                put($ready, $BEFORE{$action[0]}) if $BEFORE{$action[0]};
                my $words;
                { local $typist = $client // $typist; (undef, $words) = obey(@action) }
                my $tells = !defined $client && $action[0] !~ /^(?:write|paste)$/;
                put($ready, $tells ? words($words =~ s/\n\z//r) : "\x12\x00");
                next;
            }
            my @words = split /\0/, substr($said, 1), -1;
            dies_at($words[0]);
            put($ready, join "\0", obey(@words));
        }
    }
}

if (@ARGV && $ARGV[0] eq '--server') { serve($ARGV[1]) } else { program(@ARGV) }
