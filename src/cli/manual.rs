//! `diaphane manual`: the manual's pages and the shells' completions, written from the declaration of the command line.
//!
//! For those who make packages. The program writes them itself, so that they are always those of the program they lie beside.

use super::args::{Cli, ManualArgs};
use super::report::Tally;
use crate::formats::write_atomically;
use anyhow::Context as _;
use clap::{Command, CommandFactory as _};
use clap_complete::{Shell, generate};
use clap_mangen::Man;
use std::fs;

/// Shells with a completion, and the file's name that each looks for.
const COMPLETIONS: [(Shell, &str); 3] = [
    (Shell::Bash, "completions/diaphane"),
    (Shell::Zsh, "completions/_diaphane"),
    (Shell::Fish, "completions/diaphane.fish"),
];

/// One file of the manual.
struct Page {
    /// Path below the output folder.
    path: String,
    contents: Vec<u8>,
}

pub(super) fn run(args: &ManualArgs) -> anyhow::Result<Tally> {
    let pages = manual_pages(&command())?
        .into_iter()
        .chain(completions(&command()));
    for page in pages {
        let path = args.out.join(&page.path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot create {}", folder.display()))?;
        }
        write_atomically(&path, &page.contents, args.overwrite)?;
    }
    Ok(Tally::one())
}

/// The command line as users see it: the shells' completions would offer hidden commands too.
fn command() -> Command {
    let whole = Cli::command();
    let shown = whole.get_subcommands().filter(|sub| !sub.is_hide_set());
    let mut command = Command::new("diaphane")
        .version(env!("CARGO_PKG_VERSION"))
        .args_conflicts_with_subcommands(true)
        .disable_help_subcommand(true)
        .args(whole.get_arguments())
        .subcommands(shown);
    if let Some(about) = whole.get_about() {
        command = command.about(about.clone());
    }
    if let Some(about) = whole.get_long_about() {
        command = command.long_about(about.clone());
    }
    if let Some(help) = whole.get_after_help() {
        command = command.after_help(help.clone());
    }
    // Names the pages of commands within commands.
    command.build();
    command
}

/// A page for the program and one for every command, `man1/diaphane-models-list.1` and the like.
fn manual_pages(command: &Command) -> anyhow::Result<Vec<Page>> {
    let mut pages = Vec::new();
    for subcommand in command.get_subcommands() {
        pages.extend(manual_pages(subcommand)?);
    }
    let man = Man::new(command.clone()).manual("Diaphane");
    let mut contents = Vec::new();
    man.render(&mut contents)
        .context("cannot lay out a page of the manual")?;
    pages.push(Page {
        path: format!("man1/{}", man.get_filename()),
        contents,
    });
    Ok(pages)
}

fn completions(command: &Command) -> Vec<Page> {
    let page = |(shell, path): (Shell, &str)| {
        let mut contents = Vec::new();
        generate(shell, &mut command.clone(), "diaphane", &mut contents);
        Page {
            path: path.to_owned(),
            contents,
        }
    };
    COMPLETIONS.into_iter().map(page).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(pages: &[Page], path: &str) -> String {
        let page = pages.iter().find(|page| page.path == path);
        let page = page.unwrap_or_else(|| panic!("there is no page {path}"));
        // roff writes a hyphen of the text as `\-`.
        String::from_utf8_lossy(&page.contents).replace("\\-", "-")
    }

    #[test]
    fn every_command_and_option_has_its_place_in_the_manual() {
        let pages = manual_pages(&command()).unwrap();
        let main = text(&pages, "man1/diaphane.1");
        for command in command().get_subcommands() {
            let name = command.get_name();
            assert!(main.contains(&format!("diaphane-{name}(1)")), "{name}");
            let page = text(&pages, &format!("man1/diaphane-{name}.1"));
            for option in command.get_arguments().filter_map(clap::Arg::get_long) {
                assert!(page.contains(&format!("--{option}")), "{name} --{option}");
            }
        }
        text(&pages, "man1/diaphane-models-verify.1");
        assert!(main.contains("Exit status"), "{main}");
        assert!(main.contains(env!("CARGO_PKG_VERSION")), "{main}");
    }

    #[test]
    fn completions_offer_every_command_that_is_shown() {
        let files = completions(&command());
        for (_, path) in COMPLETIONS {
            let script = text(&files, path);
            for command in Cli::command().get_subcommands() {
                let name = command.get_name();
                let offered = script.contains(name);
                assert_eq!(offered, !command.is_hide_set(), "{path}: {name}");
            }
            assert!(script.contains("overwrite"), "{path}");
        }
    }
}
