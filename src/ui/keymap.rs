//! Which key asks for which action: the table's keys and what the person changed of them.

use super::actions::{ACTIONS, Action};
use eframe::egui::{Context, Id, Key, KeyboardShortcut, Modifiers};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Keys a person gave actions, over those of the table; by the action's id, `None` for no key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keymap {
    changed: BTreeMap<&'static str, Option<KeyboardShortcut>>,
}

impl Keymap {
    /// Keys from the settings file, and a sentence for each entry that cannot be used.
    pub fn from_text(entries: &BTreeMap<String, String>) -> (Self, Vec<String>) {
        let (mut keymap, mut problems) = (Self::default(), Vec::new());
        for (id, text) in entries {
            let Some(action) = super::actions::find(id) else {
                problems.push(format!("the settings file names an unknown action, {id}"));
                continue;
            };
            match parse(text) {
                Ok(keys) => keymap.set(action, keys),
                Err(UnknownKey) => problems.push(format!(
                    "the settings file gives {id} the unknown key {text}"
                )),
            }
        }
        (keymap, problems)
    }

    /// What differs from the table, as the settings file holds it.
    pub fn to_text(&self) -> BTreeMap<String, String> {
        let entries = self.changed.iter();
        let text = |keys: &Option<KeyboardShortcut>| keys.map_or_else(String::new, file_text);
        entries
            .map(|(id, keys)| ((*id).to_owned(), text(keys)))
            .collect()
    }

    /// The key of an action; `None` where it has none.
    pub fn keys(&self, action: &Action) -> Option<KeyboardShortcut> {
        self.changed.get(action.id).copied().unwrap_or(action.keys)
    }

    /// Whether the person changed the key of this action.
    pub fn is_changed(&self, action: &Action) -> bool {
        self.changed.contains_key(action.id)
    }

    /// Gives an action this key, or none. The table's own key is no change.
    pub fn set(&mut self, action: &Action, keys: Option<KeyboardShortcut>) {
        if keys == action.keys {
            self.changed.remove(action.id);
        } else {
            self.changed.insert(action.id, keys);
        }
    }

    /// Another action that has this key.
    pub fn holder(&self, keys: KeyboardShortcut, but: &Action) -> Option<&'static Action> {
        let mut others = ACTIONS.iter().filter(|action| action.id != but.id);
        others.find(|action| self.keys(action) == Some(keys))
    }

    /// The action among those that `counts` lets through for which a key was pressed, with exactly these modifiers.
    /// For a sign, Shift and Alt that no action asks for are passed over, because some keyboards need them to write it.
    pub fn action_of(
        &self,
        (key, modifiers): (Key, Modifiers),
        counts: impl Fn(&Action) -> bool,
    ) -> Option<&'static Action> {
        let counted = || ACTIONS.iter().filter(|action| counts(action));
        let fits = |exact: bool| {
            counted().find(|action| {
                self.keys(action).is_some_and(|keys| {
                    let matched = if exact {
                        modifiers.matches_exact(keys.modifiers)
                    } else {
                        modifiers.matches_logically(keys.modifiers)
                    };
                    keys.logical_key == key && matched
                })
            })
        };
        let is_letter_or_digit = key.name().len() == 1;
        fits(true).or_else(|| (!is_letter_or_digit).then(|| fits(false)).flatten())
    }

    /// Lays the map where every part of the window finds it.
    pub fn install(&self, ctx: &Context) {
        let keymap = Arc::new(self.clone());
        ctx.data_mut(|data| data.insert_temp(slot(), keymap));
    }

    /// The map that was laid there last.
    pub fn of(ctx: &Context) -> Arc<Self> {
        ctx.data(|data| data.get_temp(slot())).unwrap_or_default()
    }
}

fn slot() -> Id {
    Id::unique("keymap")
}

/// A key as the settings file holds it: `Ctrl+Shift+P`, where Ctrl is the Command key on a Mac.
fn file_text(keys: KeyboardShortcut) -> String {
    let Modifiers { alt, shift, .. } = keys.modifiers;
    let mut text = String::new();
    for (held, name) in [
        (keys.modifiers.command, "Ctrl+"),
        (alt, "Alt+"),
        (shift, "Shift+"),
    ] {
        if held {
            text.push_str(name);
        }
    }
    text + keys.logical_key.name()
}

/// A text of the settings file that names no key.
struct UnknownKey;

/// A key from the settings file; `None` for an empty text, which takes the key away.
fn parse(text: &str) -> Result<Option<KeyboardShortcut>, UnknownKey> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let mut parts: Vec<&str> = text.split('+').map(str::trim).collect();
    let key = parts.pop().and_then(Key::from_name).ok_or(UnknownKey)?;
    let mut modifiers = Modifiers::NONE;
    for part in parts {
        modifiers |= match part.to_ascii_lowercase().as_str() {
            "ctrl" | "cmd" => Modifiers::COMMAND,
            "shift" => Modifiers::SHIFT,
            "alt" => Modifiers::ALT,
            _ => return Err(UnknownKey),
        };
    }
    Ok(Some(KeyboardShortcut::new(modifiers, key)))
}

/// The key as an action is given it: of the modifiers, those a person means.
pub fn as_pressed(key: Key, pressed: Modifiers) -> KeyboardShortcut {
    let mut modifiers = Modifiers::NONE;
    for (held, modifier) in [
        (pressed.command || pressed.ctrl, Modifiers::COMMAND),
        (pressed.shift, Modifiers::SHIFT),
        (pressed.alt, Modifiers::ALT),
    ] {
        if held {
            modifiers |= modifier;
        }
    }
    KeyboardShortcut::new(modifiers, key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::actions::find;

    fn entries(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        let pairs = pairs.iter();
        pairs
            .map(|(id, keys)| ((*id).to_owned(), (*keys).to_owned()))
            .collect()
    }

    #[test]
    fn what_a_person_changed_comes_back_from_the_file() {
        let written = entries(&[("suppress", "Ctrl+Alt+Shift+F2"), ("fit", "")]);
        let (keymap, problems) = Keymap::from_text(&written);
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(keymap.to_text(), written);
        let all = Modifiers::COMMAND | Modifiers::ALT | Modifiers::SHIFT;
        let suppress = find("suppress").unwrap();
        assert_eq!(
            keymap.keys(suppress),
            Some(KeyboardShortcut::new(all, Key::F2))
        );
        assert_eq!(keymap.keys(find("fit").unwrap()), None);
    }

    #[test]
    fn an_entry_that_cannot_be_used_is_named_and_the_others_count() {
        let written = entries(&[("fit", "Hyper+Q"), ("fly", "Q"), ("invert", "N")]);
        let (keymap, problems) = Keymap::from_text(&written);
        assert_eq!(problems.len(), 2);
        assert!(problems[0].contains("Hyper+Q") && problems[1].contains("fly"));
        assert_eq!(keymap.to_text(), entries(&[("invert", "N")]));
    }

    #[test]
    fn every_key_of_the_table_can_be_written_and_read() {
        for action in ACTIONS {
            let Some(keys) = action.keys else { continue };
            assert_eq!(
                parse(&file_text(keys)).ok(),
                Some(Some(keys)),
                "{}",
                action.id
            );
        }
    }

    #[test]
    fn shift_chooses_between_two_actions_and_is_passed_over_for_one() {
        let (keymap, _) = Keymap::from_text(&entries(&[("lens", "Shift+S")]));
        let action_of = |key, modifiers| keymap.action_of((key, modifiers), |_| true);
        let found = |modifiers| action_of(Key::S, modifiers).unwrap().id;
        assert_eq!(found(Modifiers::NONE), "suppress");
        assert_eq!(found(Modifiers::SHIFT), "lens");
        assert!(action_of(Key::F, Modifiers::SHIFT).is_none());
        let larger = action_of(Key::Plus, Modifiers::COMMAND | Modifiers::SHIFT);
        assert_eq!(larger.unwrap().id, "larger", "a sign that needs Shift");
    }

    #[test]
    fn the_tables_own_key_is_no_change() {
        let mut keymap = Keymap::default();
        let fit = find("fit").unwrap();
        keymap.set(fit, None);
        assert!(keymap.is_changed(fit));
        keymap.set(fit, fit.keys);
        assert_eq!(keymap, Keymap::default());
        let holder = keymap.holder(fit.keys.unwrap(), find("invert").unwrap());
        assert_eq!(holder.unwrap().id, "fit");
    }
}
