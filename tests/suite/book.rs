//! The book and the README: what is made from the program is up to date, every link leads somewhere, every
//! line that can be typed is typed, and nothing has grown beyond what a person reads.

mod commands;
mod fences;
mod line;
mod lines;
mod links;
mod pages;
mod world;
