//! Evidence: judged, looked at, put in force, taken back.

use super::{Services, fail, tell};
use crate::ui::command::{bundles, results, studies};
use crate::ui::files::TrainingWork;
use crate::ui::message::Severity;
use crate::ui::state::AppState;
use crate::ui::study::{Study, StudyContent};
use crate::ui::training::{Attempt, CaseOpening, EvidenceCommand, SiteQuestion, TrainingPage};
use crate::worker::site::{self, SiteModel};
use crate::worker::{
    EventKind, JobHandle, JudgePlan, KeptResult, PromotionPlan, RunContest, WorkerCommand,
    WorkerEvent,
};
use std::path::Path;
use std::sync::Arc;

/// Does what was asked for.
pub(super) fn apply(command: EvidenceCommand, state: &mut AppState, services: &mut Services) {
    use EvidenceCommand as C;
    let evidence = &mut state.training.evidence;
    match command {
        C::Show => {
            state.training.page = TrainingPage::Evidence;
            state.training.evidence.question = SiteQuestion::Models;
        }
        C::Judge => judge(state, services),
        C::Cancel => {
            if let Some(job) = &evidence.job {
                job.cancel();
            }
        }
        C::ShowCandidate(place) => {
            evidence.shown = place;
            evidence.asks_promotion = false;
        }
        C::ShowSet(set) => evidence.set = set,
        C::Sort(column) => evidence.sort(column),
        // What is under way rests on what was stated.
        C::State(_) if evidence.promoting.is_some() => {}
        C::State(is_stated) => evidence.state(is_stated),
        C::OpenCase(name) => open_case(&name, state, services),
        C::AskPromotion(asks) => evidence.asks_promotion = asks,
        C::Promote => promote(state, services),
        C::TakeBack => {
            if let Some(site) = services.site.clone() {
                services.files.take_back(site);
            }
        }
        C::UseShipped => {
            if let Some(site) = services.site.clone() {
                services.files.use_shipped(site);
            }
        }
        C::Report => report(state, services),
    }
}

/// Judges the checkpoints of the run shown.
fn judge(state: &mut AppState, services: &mut Services) {
    let Some(run) = &state.training.run else {
        return;
    };
    if state.training.evidence.is_judging() || run.job.is_some() {
        return;
    }
    let folder = run.folder.clone();
    let plan = RunContest {
        run: folder.clone(),
        base: None,
        compute: state.compute.options(),
        site: services.site.clone(),
    };
    // Nobody waits for it, and another one must not end it.
    let handle = JobHandle::background();
    let command = WorkerCommand::Judge(handle.clone(), Box::new(JudgePlan::Run(plan)));
    let evidence = &mut state.training.evidence;
    match services.engine.send(command) {
        Ok(()) => {
            evidence.begin(folder);
            evidence.job = Some(handle);
            evidence.outcome = Attempt::Running;
        }
        Err(err) => fail(state, err.to_string()),
    }
}

fn promote(state: &mut AppState, services: &mut Services) {
    let evidence = &mut state.training.evidence;
    evidence.asks_promotion = false;
    let (Some(outcome), Some(site)) = (evidence.outcome.done(), &services.site) else {
        return;
    };
    let passed = evidence.candidate(outcome);
    if evidence.promoting.is_some() || !passed.is_some_and(|found| found.verdict.is_passed()) {
        return;
    }
    let plan = PromotionPlan {
        outcome: Arc::clone(outcome),
        candidate: evidence.shown,
        site: site.clone(),
    };
    let handle = JobHandle::new();
    let command = WorkerCommand::Promote(handle.clone(), Box::new(plan));
    match services.engine.send(command) {
        Ok(()) => evidence.promoting = Some(handle),
        Err(err) => fail(state, err.to_string()),
    }
}

/// Writes the page about the candidate shown into the run folder.
fn report(state: &AppState, services: &mut Services) {
    let evidence = &state.training.evidence;
    if let Some(outcome) = evidence.outcome.done()
        && let Some(candidate) = evidence.candidate(outcome)
    {
        let name = format!("{}.html", candidate.contestant.label);
        let path = evidence.run.join("evidence").join(name);
        services
            .files
            .save_report(path, Arc::clone(outcome), evidence.shown);
    }
}

/// Opens the radiograph of a test pair and its known soft-tissue image; results follow once it is read.
fn open_case(name: &str, state: &mut AppState, services: &mut Services) {
    let evidence = &mut state.training.evidence;
    let found = evidence.outcome.done().and_then(|outcome| {
        let case = outcome.cases.iter().find(|case| case.name == name)?;
        Some((case, evidence.candidate(outcome)?))
    });
    let Some((case, candidate)) = found else {
        return;
    };
    let opening = CaseOpening::new(case, &candidate.contestant.label);
    let paths = vec![opening.radiograph.clone(), case.soft_tissue.clone()];
    evidence.opening = Some(opening);
    studies::open_paths(paths, state, services);
}

/// Takes a fact about judging, or about a promotion.
pub(super) fn apply_event(event: WorkerEvent, state: &mut AppState) {
    let evidence = &mut state.training.evidence;
    let is_promotion = |job: &JobHandle| job.id() == event.job;
    if evidence.promoting.as_ref().is_some_and(is_promotion) {
        return apply_promotion(event.kind, state);
    }
    match event.kind {
        EventKind::PictureBegun(step) => evidence.step = Some(*step),
        EventKind::TrainingPaused => evidence.is_waiting = true,
        EventKind::TrainingResumed => evidence.is_waiting = false,
        kind if kind.is_final() => {
            evidence.job = None;
            evidence.is_waiting = false;
            evidence.outcome = match kind {
                EventKind::Judged(outcome) => Attempt::Done(outcome),
                EventKind::Failed(failure) => Attempt::Failed(failure.text),
                _ => Attempt::None,
            };
            evidence.question = SiteQuestion::Models;
        }
        _ => {}
    }
}

fn apply_promotion(kind: EventKind, state: &mut AppState) {
    if !kind.is_final() {
        return;
    }
    state.training.evidence.promoting = None;
    match kind {
        EventKind::Promoted(model) => {
            let text = format!("In force from now on: {}", words(&model));
            tell(state, Severity::Note, text);
            state.training.evidence.question = SiteQuestion::Changed;
        }
        EventKind::Failed(failure) => fail(state, failure.text),
        _ => {}
    }
}

/// A model as a person tells it from others.
pub(in crate::ui) fn words(model: &SiteModel) -> String {
    let SiteModel {
        name,
        version,
        promoted_at,
        ..
    } = model;
    format!("{name} {version}, promoted {promoted_at}")
}

/// The window works with what is in force now, as every command does.
fn use_model_in_force(state: &mut AppState, services: &mut Services) {
    let site = services.site.as_ref();
    let found = site.map(|site| site::bundle_in_force(site).map_err(|err| err.to_string()));
    match found {
        Some(Ok(folder)) => bundles::load(folder, state, services),
        Some(Err(sentence)) => fail(state, sentence),
        None => {}
    }
}

/// Takes what file work ended with.
pub(super) fn apply_work(work: TrainingWork, state: &mut AppState) {
    match work {
        TrainingWork::ModelsRead(models) => {
            let models = models.map(|models| *models);
            state.training.evidence.models.settle(models);
        }
        TrainingWork::WentToShipped(Ok(change)) => {
            let text = match &change.set_aside {
                Some(file) => format!(
                    "The shipped model is in force. The record that could not be understood is kept as {}",
                    file.display()
                ),
                None => "The shipped model is in force".to_owned(),
            };
            tell(state, Severity::Note, text);
            state.training.evidence.question = SiteQuestion::Changed;
        }
        TrainingWork::TookBack(Ok(change)) => {
            let now = change.to.as_ref().map_or_else(
                || "the shipped model is in force".to_owned(),
                |model| format!("in force is {}", words(model)),
            );
            let text = format!("Taken back: {}; {now}", words(&change.from));
            tell(state, Severity::Note, text);
            state.training.evidence.question = SiteQuestion::Changed;
        }
        // The way back is blocked; what is offered instead stands beside the sentence.
        TrainingWork::TookBack(Err(sentence)) => {
            state.training.evidence.models.settle(Err(sentence));
        }
        TrainingWork::EvidenceRead(run, kept) => {
            let evidence = &mut state.training.evidence;
            let is_newer = evidence.run == run && !matches!(evidence.outcome, Attempt::None);
            if let Some(kept) = kept.transpose()
                && !evidence.is_judging()
                && !is_newer
            {
                evidence.take_kept(run, kept.map(|kept| *kept));
            }
        }
        TrainingWork::CaseRead(radiograph, Ok(kept)) => show_results(&radiograph, kept, state),
        TrainingWork::WentToShipped(Err(sentence)) | TrainingWork::CaseRead(_, Err(sentence)) => {
            fail(state, sentence);
        }
        _ => {}
    }
}

/// Starts what the page waits for: the site's record, the model in force, and results of a test pair.
pub(super) fn follow(state: &mut AppState, services: &mut Services) {
    let evidence = &mut state.training.evidence;
    let question = std::mem::take(&mut evidence.question);
    if question != SiteQuestion::None
        && let Some(site) = services.site.clone()
    {
        services.files.read_models(site);
    }
    if question == SiteQuestion::Changed {
        use_model_in_force(state, services);
    }
    ask_kept(state, services);
    follow_opening(state, services);
}

/// Has the evidence read that an earlier window kept in the folder of the run shown, once.
fn ask_kept(state: &mut AppState, services: &mut Services) {
    let Some(run) = &state.training.run else {
        return;
    };
    let evidence = &mut state.training.evidence;
    let is_asked = evidence.asked_kept.as_ref() == Some(&run.folder);
    if is_asked || evidence.is_judging() {
        return;
    }
    evidence.asked_kept = Some(run.folder.clone());
    if run.job.is_none() && evidence.run != run.folder {
        let site = services.site.clone();
        services.files.read_evidence(run.folder.clone(), site);
    }
}

/// Shows the test pair that is opened, once, and has its results read as soon as its radiograph is there.
fn follow_opening(state: &mut AppState, services: &mut Services) {
    let Some(opening) = &mut state.training.evidence.opening else {
        return;
    };
    let mut studies = state.studies.iter();
    let index = studies.position(|study| study.path == opening.radiograph);
    let Some(index) = index.filter(|_| !opening.is_reading) else {
        return;
    };
    match state.studies.get(index).map(|study| &study.content) {
        Some(StudyContent::Open(study)) => {
            opening.is_reading = true;
            let (path, results) = (opening.radiograph.clone(), opening.results.clone());
            let radiograph = Arc::clone(&study.radiograph);
            services.files.read_case(path, radiograph, results);
        }
        Some(StudyContent::Failed(_)) => state.training.evidence.opening = None,
        _ if !opening.is_shown => {
            opening.is_shown = true;
            studies::select(index, state);
        }
        _ => {}
    }
}

/// Gives a study what the models made of it: the last one is shown, and compared with the first.
fn show_results(radiograph: &Path, kept: Vec<KeptResult>, state: &mut AppState) {
    state.training.evidence.opening = None;
    let found = state
        .studies
        .iter()
        .position(|study| study.path == radiograph);
    let Some(index) = found else {
        return;
    };
    let mut numbers = Vec::new();
    if let Some(study) = state.studies.get_mut(index).and_then(Study::open_mut) {
        for KeptResult { result, .. } in kept {
            let made = study.runs.all_of_both().find(|run| run.result == result);
            let made = made.map(|run| run.number);
            if made.is_none() {
                study.keep(result, None);
            }
            numbers.extend(made.or_else(|| study.runs.shown().map(|run| run.number)));
        }
    }
    results::make_room(results::MOST_BYTES, state);
    if let [first, .., last] = numbers[..] {
        studies::select(index, state);
        results::show(last, state);
        results::compare_with(Some(first), state);
    }
}
