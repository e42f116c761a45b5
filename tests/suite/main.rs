//! Every test that runs the real executable, in one test program.

#[path = "../common/mod.rs"]
mod common;

mod acts;
mod away;
#[cfg(target_os = "linux")]
mod background;
mod belief;
mod book;
mod by_id;
mod collector;
mod commands;
mod control_mode;
mod crowd;
mod dashboard;
mod decide;
mod demo;
mod devices;
mod docs;
mod doctor;
mod doubtful;
mod either;
mod ended;
mod everywhere;
mod examples;
mod faults;
mod floors;
mod foreground;
mod hook;
mod hub;
mod install;
mod isolation;
mod keys;
mod kin;
mod labels;
mod launch;
mod left_behind;
mod log;
mod lost;
mod maintainers_log;
mod manual;
// The page is made by what is said on Linux; elsewhere the system words some of it otherwise.
#[cfg(target_os = "linux")]
mod messages;
mod mirror;
mod mission_control;
mod moved;
mod namespaces;
mod notice;
mod offline;
mod outside;
mod packaging;
mod pane_signs;
mod pipe;
mod plugin;
mod pulse;
mod records;
mod removed;
mod replay;
mod replay_others;
mod reversible;
mod rights;
mod rules;
mod send;
mod setup;
mod shown;
mod silent;
mod sinks;
mod sources;
mod split;
mod stirs;
mod survival;
mod tasks;
mod tpm;
mod unmatched;
mod visible;
mod wait;
mod watch;
mod websocket;
mod work;
mod wrap;
#[cfg(target_os = "linux")]
mod zellij;
