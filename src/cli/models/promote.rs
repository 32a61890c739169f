//! `diaphane models promote` and `rollback`.

use super::args::PromoteArgs;
use crate::cli::evaluate::contest::{self, Contender, Contest, SetScores};
use crate::cli::evaluate::source::Networks;
use crate::cli::evaluate::test_set::TestSet;
use crate::cli::report::{Machine, Tally, print_line};
use crate::cli::session::Session;
use crate::evidence::{Check, Page, PageSet, Verdict, legend};
use crate::formats;
use crate::model::site::{EvidenceFiles, default_bundle, utc_now};
use crate::model::{SiteFolder, SiteModel, find_bundle};
use crate::worker::{ComputeOptions, PrecisionChoice};
use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

/// Judges a bundle and puts it in force where it is better.
pub(super) fn promote(args: &PromoteArgs) -> anyhow::Result<Tally> {
    let site = site()?;
    if let Some(html) = &args.html {
        ensure!(
            args.overwrite || !html.exists(),
            "{} exists; give --overwrite to replace it",
            html.display()
        );
    }
    let candidate = Contender::new("candidate", &find_bundle(&args.bundle)?)?;
    let base = Contender::new("base", &default_bundle()?)?;
    ensure!(
        candidate.info.sha256 != base.info.sha256,
        "the bundle {} is in force already",
        candidate.info.folder.display()
    );
    ensure!(
        args.dry_run || args.split.is_some(),
        "give the --split that the candidate was trained with: without it nothing says which pairs were kept for the \
         test (--dry-run judges all of them and changes nothing)"
    );
    let test = TestSet::new(&args.pairs, args.split.as_deref())?;
    let pairs = test.for_candidate(&candidate.info)?;
    if !args.dry_run && pairs.checks().iter().any(|check| !check.passed) {
        return Ok(refused(&pairs.checks(), args.json));
    }
    let networks = Networks {
        session: Session::start(ComputeOptions {
            device: args.device,
            precision: PrecisionChoice::Auto,
        })?,
        given_masks: args.given_masks,
    };
    let contest = contest::run(&networks, (&candidate, &base), &test)?;
    let Some(contest) = contest else {
        return Ok(Tally {
            interrupted: true,
            ..Tally::default()
        });
    };
    let evidence = Evidence {
        args,
        candidate: &candidate,
        base: &base,
        test: &test,
        verdict: Verdict::new(
            &pairs,
            &contest.test.comparison,
            &contest.reference.comparison,
        ),
        contest: &contest,
        made_at: utc_now(),
    };
    evidence.settle(&site)
}

/// Tells that a candidate is refused before any picture is made.
fn refused(checks: &[Check], json: bool) -> Tally {
    let verdict = Verdict {
        checks: checks.to_vec(),
    };
    if json {
        Machine::Json.document(&json!({
            "passed": false,
            "checks": verdict.checks,
            "promoted": null,
        }));
    } else {
        print_line(&verdict.text());
    }
    tell_refused()
}

fn tell_refused() -> Tally {
    eprintln!("it may not be promoted; nothing was changed");
    Tally {
        failed: 1,
        ..Tally::default()
    }
}

/// Puts the shipped model back in force.
pub(super) fn use_shipped(json: bool) -> anyhow::Result<Tally> {
    let change = site()?.use_shipped()?;
    if json {
        Machine::Json.document(&json!({
            "taken_back": change.taken_back,
            "set_aside": change.set_aside,
            "in_force": null,
        }));
    } else {
        let taken_back = change.taken_back.iter().rev();
        for model in taken_back {
            eprintln!("taken back: {}", told(model));
        }
        if let Some(file) = &change.set_aside {
            eprintln!(
                "the record could not be understood; it is kept as {}",
                file.display()
            );
        }
        eprintln!("the shipped model is in force");
    }
    Ok(Tally::one())
}

/// Puts back in force what was before.
pub(super) fn roll_back(json: bool) -> anyhow::Result<Tally> {
    let change = site()?.roll_back()?;
    if json {
        Machine::Json.document(&json!({
            "rolled_back": change.from,
            "in_force": change.to,
        }));
    } else {
        let now = change.to.as_ref().map_or_else(
            || "the shipped model is in force".to_owned(),
            |model| format!("in force is {}", told(model)),
        );
        eprintln!("taken back: {}; {now}", told(&change.from));
    }
    Ok(Tally::one())
}

fn told(model: &SiteModel) -> String {
    let short = model.sha256.get(..12).unwrap_or(&model.sha256);
    format!(
        "{} {} ({short}), promoted {}",
        model.name, model.version, model.promoted_at
    )
}

fn site() -> anyhow::Result<SiteFolder> {
    SiteFolder::of_user()
        .context("the system names no folder for this user's data; set DIAPHANE_SITE_DIR")
}

/// Everything that speaks for a candidate or against it.
struct Evidence<'a> {
    args: &'a PromoteArgs,
    candidate: &'a Contender,
    base: &'a Contender,
    test: &'a TestSet,
    contest: &'a Contest,
    verdict: Verdict,
    made_at: String,
}

impl Evidence<'_> {
    /// Tells it, and promotes where that is deserved and asked for; a candidate that is refused is a failed input.
    fn settle(&self, site: &SiteFolder) -> anyhow::Result<Tally> {
        let page = self.page().html();
        if let Some(html) = &self.args.html {
            formats::write_atomically(html, page.as_bytes(), self.args.overwrite)?;
        }
        let mut document = self.json();
        let passed = self.verdict.is_passed();
        let mut promoted = None;
        if passed && !self.args.dry_run {
            let files = EvidenceFiles {
                json: &format!("{document:#}\n"),
                html: Some(&page),
            };
            let base = &self.base.info.sha256;
            promoted = Some(site.promote(&self.candidate.info, base, files)?);
        }
        if self.args.json {
            if let Some(fields) = document.as_object_mut() {
                fields.insert("promoted".to_owned(), json!(promoted));
            }
            Machine::Json.document(&document);
        } else {
            self.print();
        }
        let mut tally = Tally::one();
        match &promoted {
            Some(model) => eprintln!(
                "in force from now on: {}; `diaphane models rollback` takes it back; evidence: {}",
                told(model),
                site.path().join(&model.evidence).display()
            ),
            None if passed => eprintln!("it may be promoted; nothing was changed"),
            None => tally = tell_refused(),
        }
        Ok(tally)
    }

    fn sets(&self) -> [(&'static str, &SetScores); 2] {
        let Contest {
            test, reference, ..
        } = self.contest;
        [("test", test), ("reference", reference)]
    }

    fn print(&self) {
        for (name, set) in self.sets() {
            print_line(&format!("{name} set, candidate\n{}", set.candidate.text()));
            print_line(&format!("\n{name} set, base\n{}", set.base.text()));
            print_line(&format!("\n{name} set, untouched\n{}", set.identity.text()));
            print_line(&format!("\n{}\n", set.comparison.text()));
        }
        print_line(&self.verdict.text());
        eprintln!("\n{}", legend(self.contest.test.candidate.columns()));
    }

    fn json(&self) -> Value {
        let bundle = |contender: &Contender| {
            json!({
                "name": contender.info.manifest.name,
                "version": contender.info.manifest.version,
                "sha256": contender.info.sha256,
                "folder": contender.info.folder.display().to_string(),
            })
        };
        let set = |scores: &SetScores| {
            json!({
                "candidate": scores.candidate.json(),
                "base": scores.base.json(),
                "identity": scores.identity.json(),
                "differences": scores.comparison,
            })
        };
        let split = self.test.split.as_ref();
        json!({
            "diaphane_version": env!("CARGO_PKG_VERSION"),
            "made_at": self.made_at,
            "candidate": bundle(self.candidate),
            "base": bundle(self.base),
            "pairs": self.args.pairs.display().to_string(),
            "split": split.map(|(path, sha256)| json!({
                "file": path.display().to_string(),
                "sha256": sha256,
            })),
            "given_masks": self.args.given_masks,
            "device": self.contest.device,
            "test": set(&self.contest.test),
            "reference": set(&self.contest.reference),
            "passed": self.verdict.is_passed(),
            "checks": self.verdict.checks,
        })
    }

    fn page(&self) -> Page {
        let bundle = |contender: &Contender| {
            let manifest = &contender.info.manifest;
            format!(
                "{} {}, sha256 {}",
                manifest.name, manifest.version, contender.info.sha256
            )
        };
        let split = match &self.test.split {
            Some((path, sha256)) => format!("{}, sha256 {sha256}", path.display()),
            None => "none: nothing shows that the candidate never learned from these pairs".into(),
        };
        let facts = [
            ("made", self.made_at.clone()),
            ("program", format!("diaphane {}", env!("CARGO_PKG_VERSION"))),
            ("candidate", bundle(self.candidate)),
            ("base, in force", bundle(self.base)),
            ("pairs", self.args.pairs.display().to_string()),
            ("split", split),
            ("device", self.contest.device.clone()),
        ];
        let titles = [
            format!("Test set, {} pairs", self.test.len()),
            "Reference set: phantoms drawn by this version of the program".to_owned(),
        ];
        let sets = titles.into_iter().zip(self.sets());
        let sets = sets.map(|(title, (_, set))| PageSet {
            title,
            models: vec![
                (self.candidate.label.clone(), set.candidate.clone()),
                (self.base.label.clone(), set.base.clone()),
                ("untouched radiograph".to_owned(), set.identity.clone()),
            ],
            comparisons: vec![set.comparison.clone()],
        });
        Page {
            title: "Evidence for a site model".to_owned(),
            facts: facts.map(|(name, value)| (name.to_owned(), value)).into(),
            verdict: Some(self.verdict.clone()),
            sets: sets.collect(),
            pictures: self.contest.gallery.first_of(self.worst_cases()),
        }
    }

    /// Test cases, the one with the least advantage first.
    fn worst_cases(&self) -> Vec<&str> {
        let comparison = &self.contest.test.comparison;
        let decisive = comparison.of_column("PSNRaff");
        let mut cases: Vec<&(String, f64)> =
            decisive.iter().flat_map(|found| &found.cases).collect();
        cases.sort_by(|(_, a), (_, b)| a.total_cmp(b));
        cases.into_iter().map(|(name, _)| name.as_str()).collect()
    }
}
