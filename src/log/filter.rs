//! Which records are wanted.
//!
//! Whether a record is wanted is decided on the parsed event ([`Filter::accepts`]). Most lines of a
//! large log are ruled out before, by looking for the wanted words in their bytes: the sieve may let
//! too much through, but it never holds back what the filter would accept.

use memchr::memmem::Finder;
use memchr::{memchr, memmem};
use pane_patrol_hooks::event::{Event, Kind, State};
use pane_patrol_hooks::timestamp::Timestamp;

use super::whom::Whom;

/// What is wanted. An empty list asks for nothing in particular; of several values one has to fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    /// Nothing before this.
    pub since: Option<Timestamp>,
    /// Nothing at or after this.
    pub until: Option<Timestamp>,
    /// Assistants, by name.
    pub assistants: Vec<String>,
    /// States.
    pub states: Vec<State>,
    /// Kinds.
    pub kinds: Vec<Kind>,
    /// Assistants, by any of their names.
    pub targets: Vec<Whom>,
    /// Sessions of assistants, by the beginning of their id.
    pub instances: Vec<String>,
    /// Tools, by name.
    pub tools: Vec<String>,
    /// Texts that one of the event's texts must hold, all of them.
    pub greps: Vec<String>,
}

impl Filter {
    /// Whether the record is wanted.
    pub(crate) fn accepts(&self, event: &Event) -> bool {
        self.since.is_none_or(|since| event.ts >= since)
            && self.until.is_none_or(|until| event.ts < until)
            && any(&self.assistants, |name| name == event.assistant.as_str())
            && any(&self.states, |state| *state == event.state)
            && any(&self.kinds, |kind| Some(*kind) == event.kind)
            && any(&self.targets, |whom| whom.fits(event))
            && any(&self.tools, |tool| event.tool.as_ref() == Some(tool))
            && any(&self.instances, |beginning| {
                let instance = event.instance_id.as_ref();
                instance.is_some_and(|instance| instance.starts_with(beginning))
            })
            && self.greps.iter().all(|text| holds(event, text))
    }
}

fn any<T>(wanted: &[T], fits: impl FnMut(&T) -> bool) -> bool {
    wanted.is_empty() || wanted.iter().any(fits)
}

fn holds(event: &Event, text: &str) -> bool {
    let texts = [
        &event.message,
        &event.tool,
        &event.event,
        &event.cwd,
        &event.instance_id,
        &event.agent_id,
        &event.turn_id,
        &event.request_id,
    ];
    texts.into_iter().flatten().any(|held| held.contains(text))
        || event.target.to_string().contains(text)
}

/// Rules lines out without parsing them.
#[derive(Debug)]
pub(crate) struct Sieve {
    since: Option<String>,
    until: Option<String>,
    assistants: Vec<String>,
    states: Vec<&'static str>,
    /// Of each group one word must stand in the line.
    words: Vec<Vec<Finder<'static>>>,
}

impl Sieve {
    /// The sieve of `filter`.
    pub(crate) fn of(filter: &Filter) -> Self {
        let words_of = |words: &[&'static str]| -> Vec<String> {
            words.iter().map(|word| (*word).to_owned()).collect()
        };
        let mut sieve = Self {
            since: filter.since.map(|since| since.to_string()),
            until: filter.until.map(|until| until.to_string()),
            assistants: filter.assistants.clone(),
            states: filter.states.iter().map(|state| state.as_str()).collect(),
            words: Vec::new(),
        };
        let kinds: Vec<&str> = filter.kinds.iter().map(|kind| kind.as_str()).collect();
        sieve.want(&words_of(&sieve.states), |state| format!("\"{state}\""));
        sieve.want(&words_of(&kinds), |kind| format!("\"{kind}\""));
        sieve.want(&filter.tools, |tool| format!("\"{tool}\""));
        sieve.want(&filter.instances, |id| format!("\"{id}"));
        let traces: Vec<String> = filter.targets.iter().flat_map(Whom::traces).collect();
        if filter.targets.iter().all(|whom| is_plain(whom.name())) {
            sieve.want_ready(traces.into_iter());
        }
        for text in &filter.greps {
            sieve.want(std::slice::from_ref(text), str::to_owned);
        }
        sieve
    }

    /// Wants one of `texts` in every line, each as `printed` says that it stands there.
    fn want(&mut self, texts: &[String], printed: impl Fn(&str) -> String) {
        if texts.iter().all(|text| is_plain(text)) {
            self.want_ready(texts.iter().map(|text| printed(text)));
        }
    }

    fn want_ready(&mut self, printed: impl ExactSizeIterator<Item = String>) {
        if printed.len() > 0 {
            let finder = |text: String| Finder::new(text.as_bytes()).into_owned();
            self.words.push(printed.map(finder).collect());
        }
    }

    /// Whether `line` is an object that the filter does not want. Only what looks like an object
    /// is ruled out: anything else is a fault that should be named.
    pub(crate) fn rules_out(&self, line: &[u8]) -> bool {
        if line.first() != Some(&b'{') || line.last() != Some(&b'}') {
            return false;
        }
        if let Some(header) = Header::of(line)
            && !self.admits(&header)
        {
            return true;
        }
        let has_all = self
            .words
            .iter()
            .all(|group| group.iter().any(|word| word.find(line).is_some()));
        !has_all && !is_spelt_oddly(line)
    }

    fn admits(&self, header: &Header<'_>) -> bool {
        let is_one_of = |found: &[u8], mut wanted: std::slice::Iter<'_, &str>| {
            wanted.len() == 0 || wanted.any(|word| word.as_bytes() == found)
        };
        any(&self.assistants, |name| name.as_bytes() == header.assistant)
            && is_one_of(header.state, self.states.iter())
            && self
                .since
                .as_ref()
                .is_none_or(|since| header.ts >= since.as_bytes())
            && self
                .until
                .as_ref()
                .is_none_or(|until| header.ts < until.as_bytes())
    }
}

/// A text with a character that JSON spells in another way cannot be looked for.
fn is_plain(text: &str) -> bool {
    !text.contains(['"', '\\']) && !text.contains(char::is_control)
}

/// Whether a character may stand in the line that is written in another way.
fn is_spelt_oddly(line: &[u8]) -> bool {
    memchr(b'\\', line).is_some_and(|at| {
        let rest = &line[at..];
        memmem::find(rest, b"\\u").is_some() || memmem::find(rest, b"\\/").is_some()
    })
}

/// The first four fields, where they stand as we write them.
struct Header<'a> {
    assistant: &'a [u8],
    state: &'a [u8],
    ts: &'a [u8],
}

/// As long as our own times are, to the microsecond and in UTC, and only those sort as text.
const TIME_LENGTH: usize = "2026-11-21T10:00:00.000000Z".len();

impl<'a> Header<'a> {
    fn of(line: &'a [u8]) -> Option<Self> {
        let (assistant, rest) = text(line.strip_prefix(b"{\"assistant\":\"")?)?;
        let (state, rest) = text(rest.strip_prefix(b",\"state\":\"")?)?;
        let (_, rest) = text(rest.strip_prefix(b",\"target\":\"")?)?;
        let (ts, _) = text(rest.strip_prefix(b",\"ts\":\"")?)?;
        let is_ours = ts.len() == TIME_LENGTH && ts.ends_with(b"Z") && ts[19] == b'.';
        is_ours.then_some(Self {
            assistant,
            state,
            ts,
        })
    }
}

/// A JSON text without any escape, and what stands behind its quote.
fn text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr(b'"', bytes)?;
    let text = &bytes[..end];
    memchr(b'\\', text)
        .is_none()
        .then_some((text, &bytes[end + 1..]))
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::Assistant;
    use pane_patrol_hooks::target::Target;
    use proptest::prelude::*;

    use super::*;

    fn event() -> Event {
        let ts = Timestamp::parse("2026-11-21T10:00:00Z").unwrap();
        let target = "work:1.2".parse().unwrap();
        let mut event = Event::new(Assistant::CLAUDE, State::Running, target, ts);
        event.kind = Some(Kind::ToolStarted);
        event.tool = Some("Bash".into());
        event.message = Some("cargo \"test\" a/b".into());
        event.instance_id = Some("0123-4567".into());
        event.pane = Some("%3".parse().unwrap());
        event.server = Some("/tmp/a,7".parse().unwrap());
        event.cwd = Some("/src/shop".into());
        event
    }

    fn keeps(filter: &Filter, line: &str) -> bool {
        let accepted = Event::parse(line.as_bytes()).is_ok_and(|event| filter.accepts(&event));
        let passed = !Sieve::of(filter).rules_out(line.as_bytes());
        assert!(
            passed || !accepted,
            "the sieve held back {line} from {filter:?}"
        );
        accepted
    }

    /// A filter in few words: `since`, `until` and the names of the lists, each with a value.
    fn filter(words: &[(&str, &str)]) -> Filter {
        let mut filter = Filter::default();
        for (what, text) in words {
            let owned = (*text).to_owned();
            match *what {
                "since" => filter.since = Timestamp::parse(text),
                "until" => filter.until = Timestamp::parse(text),
                "assistant" => filter.assistants.push(owned),
                "state" => filter.states.extend(State::from_word(text)),
                "kind" => filter.kinds.extend(Kind::from_word(text)),
                "target" => filter.targets.extend(Whom::parse(text)),
                "instance" => filter.instances.push(owned),
                "tool" => filter.tools.push(owned),
                _ => filter.greps.push(owned),
            }
        }
        filter
    }

    #[test]
    fn each_filter_keeps_what_it_names_and_nothing_else() {
        let line = String::from_utf8(event().encode().unwrap()).unwrap();
        for (words, expected) in [
            (&[][..], true),
            (&[("since", "2026-11-21T10:00:00Z")], true),
            (&[("since", "2026-11-21T10:00:01Z")], false),
            (&[("until", "2026-11-21T10:00:00Z")], false),
            (&[("until", "2026-11-21T10:00:01Z")], true),
            (&[("assistant", "codex"), ("assistant", "claude")], true),
            (&[("assistant", "codex")], false),
            (&[("state", "running")], true),
            (&[("state", "idle"), ("state", "error")], false),
            (&[("kind", "tool_started")], true),
            (&[("kind", "note")], false),
            (&[("target", "work:1.2")], true),
            (&[("target", "%3")], true),
            (&[("target", "work")], true),
            (&[("target", "shop")], true),
            (&[("target", "0123-4567")], true),
            (&[("target", "/tmp/a,7::%3")], true),
            (&[("target", "/tmp/a,8::%3")], false),
            (&[("target", "wor"), ("target", "work:1.3")], false),
            (&[("instance", "0123")], true),
            (&[("instance", "4567")], false),
            (&[("tool", "Bash")], true),
            (&[("tool", "Bas")], false),
            (&[("grep", "\"test\""), ("grep", "a/b")], true),
            (&[("grep", "cargo"), ("grep", "push")], false),
            (&[("grep", "running")], false),
        ] {
            assert_eq!(keeps(&filter(words), &line), expected, "{words:?}");
        }
    }

    #[test]
    fn a_line_that_spells_its_words_in_another_way_is_kept_all_the_same() {
        let filter = Filter {
            states: vec![State::Running],
            greps: vec!["a/b".into()],
            tools: vec!["Bash".into()],
            ..Filter::default()
        };
        let line = r#" { "ts" : "2026-11-21T11:00:00+01:00", "state":"runn\u0069ng", "tool": "B\u0061sh", "message":"a\/b", "target":"work:1.2", "assistant":"claude"}"#;
        assert!(keeps(&filter, line));
        assert!(keeps(&filter, line.trim()));
    }

    #[test]
    fn what_is_no_object_is_never_ruled_out() {
        let filter = Filter {
            states: vec![State::Idle],
            ..Filter::default()
        };
        for line in ["garbage", "{\"assistant\":", "[1]", ""] {
            assert!(!Sieve::of(&filter).rules_out(line.as_bytes()), "{line}");
        }
    }

    proptest! {
        #[test]
        fn the_sieve_never_holds_back_what_the_filter_accepts(
            message in "[a-c\"\\\\/ü]{0,4}",
            grep in "[a-c\"\\\\/ü]{1,2}",
            session in "[a-b \"\\\\:]{1,3}",
            wanted in "[a-b \"\\\\:]{1,3}",
            seconds in 0_i64..4,
        ) {
            let mut event = event();
            event.message = Some(message).filter(|message| !message.trim().is_empty());
            event.target = Target::Address { session, window: 1, pane: 2 };
            event.ts = Timestamp::from_micros(event.ts.as_micros() + seconds * 500_000);
            let line = String::from_utf8(event.encode().unwrap()).unwrap();
            let since = Timestamp::parse("2026-11-21T10:00:01Z");
            keeps(&Filter { greps: vec![grep], ..Filter::default() }, &line);
            keeps(&Filter { targets: Whom::parse(&wanted).into_iter().collect(), ..Filter::default() }, &line);
            keeps(&Filter { since, ..Filter::default() }, &line);
            keeps(&Filter { until: since, ..Filter::default() }, &line);
        }
    }
}
