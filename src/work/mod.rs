//! What an assistant did to the code of its folder, and how far its tasks are.
//!
//! [`types`] are what is told of both; they know nothing of how it is found out. [`git`] asks git,
//! [`task`] reads lists of tasks, the collector's `keeper` does both again when there is reason to.

pub mod git;
pub mod task;
pub mod types;
pub mod words;

pub use types::{
    Change, DiffState, DiffSummary, FileChange, FileStatus, Patch, PatchRequest, Task, TaskSource,
    TaskState, TaskStatus, TaskSummary,
};
