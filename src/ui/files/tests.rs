use super::*;
use crate::ui::runs::ResultId;
use crossbeam_channel::bounded;

fn saved() -> Saved {
    Saved {
        result: ResultId {
            study: FileId::fresh(),
            run: 1,
        },
        picture: PathBuf::from("a.png"),
        certificate: PathBuf::from("a.json"),
    }
}

#[test]
fn the_end_waits_for_a_picture_and_not_for_ever() {
    let mut files = FileWork::new(egui::Context::default());
    files.save(Path::new("a.png"), || {
        std::thread::sleep(Duration::from_millis(50));
        Ok(saved())
    });
    files.finish_pictures(LAST_PATIENCE);
    assert!(matches!(files.poll()[..], [FileEvent::Saved(Ok(_))]));
    let (never, stuck) = bounded::<()>(1);
    files.save(Path::new("a.png"), move || {
        stuck.recv().unwrap_err();
        Ok(saved())
    });
    files.finish_pictures(Duration::from_millis(50));
    assert!(files.poll().is_empty());
    drop(never);
    files.finish_pictures(LAST_PATIENCE);
    assert_eq!(files.poll().len(), 1);
}
