//! `diaphane models promote` and `rollback`.

use super::args::PromoteArgs;
use crate::cli::report::{Machine, Tally, print_line};
use crate::cli::session::{Ended, Session};
use crate::contest::{
    Candidate, Contender, ContestOutcome, ContestPlan, PairFolders, TestSet, Unobserved,
};
use crate::evidence::{TestPairs, Verdict, legend};
use crate::formats;
use crate::model::site::default_bundle;
use crate::model::{SiteFolder, SiteModel, find_bundle};
use crate::worker::{
    ComputeOptions, EventKind, JobHandle, JudgePlan, PrecisionChoice, WorkerCommand,
};
use anyhow::{Context as _, bail, ensure};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;

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
    ensure!(
        !Path::new(&args.bundle).join("run.toml").is_file(),
        "{} is a run folder; make a bundle of it with `diaphane models pack` first",
        args.bundle
    );
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
    let folders = PairFolders::all(args.pairs.clone(), args.soft.clone());
    let test = TestSet::new(&[folders], args.split.as_deref(), &mut Unobserved)?;
    let is_stated = args.base_never_saw_test;
    let pairs = test.for_candidate(&candidate.info, is_stated)?;
    if !args.dry_run && pairs.checks().iter().any(|check| !check.passed) {
        return Ok(refused(&pairs, args.json));
    }
    let compute = ComputeOptions {
        device: args.device,
        precision: PrecisionChoice::Auto,
    };
    let plan = ContestPlan {
        candidates: vec![candidate],
        base,
        test,
        given_masks: args.given_masks,
        compute,
        kept_in: None,
        is_stated,
        site: Some(site.clone()),
    };
    match judged(plan)? {
        Some(outcome) => settle(args, &outcome, &site),
        None => Ok(Tally {
            interrupted: true,
            ..Tally::default()
        }),
    }
}

/// What came of a contest on a worker; `None` on Ctrl-C.
fn judged(plan: ContestPlan) -> anyhow::Result<Option<Arc<ContestOutcome>>> {
    let session = Session::start(plan.compute)?;
    let plan = JudgePlan::Bundles(Box::new(plan));
    let command = WorkerCommand::Judge(JobHandle::new(), Box::new(plan));
    match session.run(command, "judging", |_| {})? {
        Ended::Done(EventKind::Judged(outcome)) => Ok(Some(outcome)),
        Ended::Done(other) => bail!("the worker answered out of turn: {other:?}"),
        Ended::Failed(sentence) => bail!(sentence),
        Ended::Interrupted => Ok(None),
    }
}

/// Tells that a candidate is refused before any picture is made.
fn refused(pairs: &TestPairs, json: bool) -> Tally {
    let verdict = Verdict {
        checks: pairs.checks().into(),
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
    tell_refused(pairs)
}

fn tell_refused(pairs: &TestPairs) -> Tally {
    if let (Some(unknown), None) = (pairs.unknown(), pairs.statement()) {
        eprintln!(
            "where you know that the test pairs are not among what {unknown} learned from, state it with \
             --base-never-saw-test"
        );
    }
    eprintln!("it may not be promoted; nothing was changed");
    Tally {
        failed: 1,
        ..Tally::default()
    }
}

/// Tells the evidence, and promotes where that is deserved and asked for; a candidate that is refused is a failed input.
fn settle(
    args: &PromoteArgs,
    outcome: &ContestOutcome,
    site: &SiteFolder,
) -> anyhow::Result<Tally> {
    let candidate = outcome.candidates.first();
    let candidate = candidate.context("the contest has no candidate")?;
    if let Some(html) = &args.html {
        let page = outcome.page(candidate).html();
        formats::write_atomically(html, page.as_bytes(), args.overwrite)?;
    }
    let passed = candidate.verdict.is_passed();
    let promoted = if passed && !args.dry_run {
        Some(outcome.promote(candidate, site)?)
    } else {
        None
    };
    if args.json {
        let mut document = outcome.json(candidate);
        if let Some(fields) = document.as_object_mut() {
            fields.insert("promoted".to_owned(), json!(promoted));
        }
        Machine::Json.document(&document);
    } else {
        print(outcome, candidate);
    }
    match &promoted {
        Some(model) => eprintln!(
            "in force from now on: {}; `diaphane models rollback` takes it back; evidence: {}",
            told(model),
            site.path().join(&model.evidence).display()
        ),
        None if passed => eprintln!("it may be promoted; nothing was changed"),
        None => return Ok(tell_refused(&candidate.pairs)),
    }
    Ok(Tally::one())
}

fn print(outcome: &ContestOutcome, candidate: &Candidate) {
    let models = [
        ("candidate", &candidate.contestant.scores),
        ("base", &outcome.base.scores),
        ("untouched", &outcome.untouched),
    ];
    for (model, scores) in models {
        print_line(&format!("test set, {model}\n{}\n", scores.test.text()));
    }
    print_line(&format!("{}\n", candidate.test.text()));
    for (model, scores) in models {
        print_line(&format!(
            "reference set, {model}\n{}\n",
            scores.reference.text()
        ));
    }
    print_line(&format!("{}\n", candidate.reference.text()));
    if let Some(caution) = outcome.caution() {
        print_line(&format!("CAUTION  {caution}\n"));
    }
    print_line(&candidate.verdict.text());
    if let Some(looks) = outcome.looks {
        print_line(&format!("\n{}", looks.sentence()));
    }
    // The reference set has every column of the test set but LPIPS, and what is kept of findings beside.
    let [test, reference] = [
        candidate.contestant.scores.test.columns(),
        candidate.contestant.scores.reference.columns(),
    ];
    let more = reference.iter().filter(|name| !test.contains(name));
    let columns: Vec<&str> = test.iter().chain(more).copied().collect();
    eprintln!("\n{}", legend(&columns));
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
        for model in change.taken_back.iter().rev() {
            eprintln!("taken back: {}", told(model));
        }
        if let Some(file) = &change.set_aside {
            let file = file.display();
            eprintln!("the record could not be understood; it is kept as {file}");
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
