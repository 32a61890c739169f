//! Every sentence the window said, with the time of day, newest last.

use super::message::{Message, Severity};
use chrono::{DateTime, Local};
use std::collections::VecDeque;

/// Sentences kept; the oldest go first.
pub const MAX_ENTRIES: usize = 500;

/// A sentence of the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// When it was said.
    pub at: DateTime<Local>,
    /// The sentence.
    pub message: Message,
}

impl LogEntry {
    /// Time of day, as `14:03:27`.
    pub fn time_text(&self) -> String {
        self.at.format("%H:%M:%S").to_string()
    }
}

/// Sentences of the past.
#[derive(Debug, Clone, Default)]
pub struct MessageLog {
    entries: VecDeque<LogEntry>,
    num_said: u64,
}

impl MessageLog {
    /// Keeps a sentence and returns it with its number.
    pub fn keep(&mut self, severity: Severity, text: String) -> Message {
        self.keep_at(Local::now(), severity, text)
    }

    fn keep_at(&mut self, at: DateTime<Local>, severity: Severity, text: String) -> Message {
        self.num_said += 1;
        let message = Message {
            severity,
            text,
            number: self.num_said,
            remedies: None,
        };
        if self.entries.len() == MAX_ENTRIES {
            self.entries.pop_front();
        }
        let entry = LogEntry {
            at,
            message: message.clone(),
        };
        self.entries.push_back(entry);
        message
    }

    /// Sentences, newest first.
    pub fn newest_first(&self) -> impl ExactSizeIterator<Item = &LogEntry> {
        self.entries.iter().rev()
    }

    /// Whether nothing was said yet.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone as _;

    #[test]
    fn the_newest_come_first_and_the_oldest_go() {
        let mut log = MessageLog::default();
        for number in 0..MAX_ENTRIES + 3 {
            log.keep(Severity::Note, number.to_string());
        }
        let texts: Vec<_> = log
            .newest_first()
            .map(|entry| entry.message.text.as_str())
            .collect();
        assert_eq!(
            (texts.len(), texts[0], texts[MAX_ENTRIES - 1]),
            (MAX_ENTRIES, "502", "3")
        );
    }

    #[test]
    fn a_sentence_has_its_time_of_day_and_a_number_of_its_own() {
        let mut log = MessageLog::default();
        let at = Local.with_ymd_and_hms(2026, 3, 1, 14, 3, 7).unwrap();
        let first = log.keep_at(at, Severity::Failure, "one".to_owned());
        let second = log.keep_at(at, Severity::Failure, "one".to_owned());
        assert_ne!(first.number, second.number);
        assert_eq!(log.newest_first().next().unwrap().time_text(), "14:03:07");
    }
}
