use super::*;

fn state(files: &[&str]) -> AppState {
    let studies = files.iter().map(|file| Study::unread(PathBuf::from(file)));
    AppState {
        studies: studies.collect(),
        layout: Layout::Three,
        ..AppState::default()
    }
}

/// The writes that are due at `seconds`, done at once.
fn keep(store: &mut SessionStore, state: &AppState, seconds: f64) -> bool {
    store.touched = true;
    let (write, _) = store.due(seconds, state);
    let is_due = write.is_some();
    if let Some(write) = write {
        write.run().unwrap();
        store.writing = false;
    }
    is_due
}

#[test]
fn a_run_that_broke_off_is_offered_and_one_that_ended_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("new");
    let (mut store, session) = SessionStore::open(&folder);
    assert!(!session.offered && session.last.is_none());
    let state = state(&["/a.dcm", "/b.zip/in/c.dcm"]);
    assert!(keep(&mut store, &state, 0.0));
    let (_, session) = SessionStore::open(&folder);
    assert!(session.offered);
    let desk = session.last.unwrap();
    assert_eq!(desk.layout, Layout::Three);
    assert_eq!(desk, SavedDesk::of(&state));
    store.end(&state, Ending::Closed).unwrap();
    let (_, session) = SessionStore::open(&folder);
    assert!(!session.offered && session.last.is_some());
}

#[test]
fn what_changes_is_written_every_few_seconds_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, _) = SessionStore::open(folder.path());
    let state = state(&["/a.dcm"]);
    assert!(keep(&mut store, &state, 0.0));
    assert!(!keep(&mut store, &state, 10.0), "nothing changed");
    let mut state = state;
    state.compare.suppression = 0.5;
    assert!(!keep(&mut store, &state, 11.0), "too early");
    let (_, wait) = store.due(11.0, &state);
    assert!(wait.is_some_and(|wait| wait.as_secs_f64() < INTERVAL_SECS));
    assert!(keep(&mut store, &state, 13.5));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn an_empty_window_keeps_what_was_open_before() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, _) = SessionStore::open(folder.path());
    assert!(keep(&mut store, &state(&["/a.dcm"]), 0.0));
    let (mut store, session) = SessionStore::open(folder.path());
    let empty = AppState {
        session,
        ..AppState::default()
    };
    store.end(&empty, Ending::Closed).unwrap();
    let (_, session) = SessionStore::open(folder.path());
    assert_eq!(session.last.unwrap().studies.len(), 1);
}

#[test]
fn a_damaged_file_is_no_session() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("session.json"), b"{\"desk\": 7").unwrap();
    let (_, session) = SessionStore::open(folder.path());
    assert!(!session.offered && session.last.is_none() && session.recent.is_empty());
}

#[test]
fn recent_paths_are_the_newest_twelve_each_once() {
    let mut session = Session::default();
    for i in 0..20 {
        session.remember(vec![PathBuf::from(format!("/{i}"))]);
    }
    session.remember(vec![PathBuf::from("/15")]);
    assert_eq!(session.recent.len(), MAX_RECENT);
    assert_eq!(
        session.recent[..3],
        ["/15", "/19", "/18"].map(PathBuf::from)
    );
}

#[cfg(unix)]
#[test]
fn nobody_else_reads_the_folder() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("mine");
    let (mut store, _) = SessionStore::open(&folder);
    assert!(keep(&mut store, &state(&["/a.dcm"]), 0.0));
    let mode = std::fs::metadata(&folder).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0);
}
