//! The guide: pages of `assets/guide/`, built into the program.
//!
//! A new page is a file there and a row in [`PAGES`]; a new picture is a PNG there and a row in
//! [`PICTURES`], named in a page as `![What it shows](name.png)`.

/// A page of the guide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Name in the contents.
    pub title: &'static str,
    /// Name of the file, by which other pages link to it.
    pub file: &'static str,
    /// CommonMark.
    pub text: &'static str,
}

macro_rules! page {
    ($title:literal, $file:literal) => {
        Page {
            title: $title,
            file: $file,
            text: include_str!(concat!("../../assets/guide/", $file)),
        }
    };
}

macro_rules! picture {
    ($file:literal) => {
        ($file, include_bytes!(concat!("../../assets/guide/", $file)))
    };
}

/// Pages in the order of the contents.
pub const PAGES: &[Page] = &[
    page!("First steps", "first-steps.md"),
    page!("Comparing", "comparing.md"),
    page!("Windows", "windows.md"),
    page!("Measuring", "measuring.md"),
    page!("Results and undo", "results.md"),
    page!("Studies and priors", "studies.md"),
    page!("Inference settings", "inference-settings.md"),
    page!("Site models", "site-models.md"),
    page!("Doubts and warnings", "doubts-and-warnings.md"),
    page!("Saving", "saving.md"),
    page!("Pairs to learn from", "pairs.md"),
    page!("Pairs without dual energy", "simulated-pairs.md"),
    page!("Training", "training.md"),
    page!("Fine-tuning", "fine-tuning.md"),
    page!("Privacy", "privacy.md"),
    page!("The settings file", "settings-file.md"),
    page!("Keys and access", "keys-and-access.md"),
    page!("When something goes wrong", "troubleshooting.md"),
];

/// Name of the page that is made from the table of actions; it stands after the others.
pub const KEYS_TITLE: &str = "Mouse and keys";

/// Scheme under which the guide's pictures are known to the window.
pub const PICTURE_SCHEME: &str = "bytes://guide/";

/// Pictures by their names in the pages.
pub const PICTURES: &[(&str, &[u8])] = &[
    picture!("workstation.png"),
    picture!("comparing.png"),
    picture!("measures.png"),
    picture!("results.png"),
    picture!("browser.png"),
    picture!("difference.png"),
    picture!("tuning.png"),
    picture!("saving.png"),
];

/// The page with this file name, counted from 0.
pub fn page_number(file: &str) -> Option<usize> {
    PAGES.iter().position(|page| page.file == file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Targets of the Markdown links of a page, pictures apart.
    fn targets(text: &str) -> (BTreeSet<&str>, BTreeSet<&str>) {
        let (mut links, mut pictures) = (BTreeSet::new(), BTreeSet::new());
        for (at, _) in text.match_indices("](") {
            let target = text[at + 2..].split(')').next().unwrap();
            let opening = text[..at].rfind('[').unwrap();
            if text[..opening].ends_with('!') {
                pictures.insert(target);
            } else {
                links.insert(target);
            }
        }
        (links, pictures)
    }

    #[test]
    fn every_link_leads_somewhere_and_every_picture_is_there() {
        for page in PAGES {
            let (links, pictures) = targets(page.text);
            for link in links {
                assert!(page_number(link).is_some(), "{}: {link}", page.file);
            }
            for picture in pictures {
                let known = PICTURES.iter().any(|(name, _)| *name == picture);
                assert!(known, "{}: {picture}", page.file);
            }
        }
    }

    #[test]
    fn every_page_begins_with_its_title_and_every_file_is_a_page() {
        for page in PAGES {
            assert!(
                page.text.starts_with(&format!("# {}\n", page.title)),
                "{}",
                page.file
            );
        }
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/guide");
        for entry in std::fs::read_dir(folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let known = page_number(&name).is_some()
                || PICTURES.iter().any(|(picture, _)| *picture == name);
            assert!(known, "{name} is in no table");
        }
    }
}
