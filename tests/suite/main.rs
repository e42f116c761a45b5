//! Every test that runs the real executable, in one test program.

#[path = "../common/mod.rs"]
mod common;

mod apart;
mod belief;
mod collector;
mod commands;
mod control_mode;
mod crowd;
mod dashboard;
mod decide;
mod docs;
mod doctor;
mod doubtful;
mod foreground;
mod hook;
mod hub;
mod install;
mod isolation;
mod keys;
mod kin;
mod launch;
mod log;
mod mirror;
mod notice;
mod offline;
mod plugin;
mod removed;
mod replay;
mod replay_others;
mod reversible;
mod rules;
mod shown;
mod silent;
mod sinks;
mod sources;
mod split;
mod stirs;
mod survival;
mod visible;
mod wait;
mod watch;
mod websocket;
mod work;
mod worlds;
mod wrap;
