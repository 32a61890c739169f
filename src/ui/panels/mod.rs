//! Panels: functions that read the state and ask for commands; they change nothing.

pub mod browser;
pub mod compare;
pub mod doubts;
pub mod help;
pub mod histogram;
pub mod messages;
pub mod overlay;
pub mod path_box;
pub mod prior;
pub mod progress;
pub mod question;
pub mod recent_menu;
pub mod restore_bar;
pub mod results;
pub mod settings;
pub mod status_bar;
pub mod tags;
pub mod top_bar;
pub mod view_menu;
pub mod views;
