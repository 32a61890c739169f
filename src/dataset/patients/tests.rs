use super::*;

fn map<const N: usize>(lines: [(&str, &str); N]) -> BTreeMap<String, String> {
    BTreeMap::from(lines.map(|(pair, patient)| (pair.to_owned(), patient.to_owned())))
}

/// What a list of these bytes says.
fn read(bytes: &[u8]) -> Result<BTreeMap<String, String>, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(PATIENTS_FILE);
    std::fs::write(&path, bytes).unwrap();
    read_patients(&path).map_err(|err| err.to_string())
}

#[test]
fn patients_come_back_whatever_a_pair_is_called() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(PATIENTS_FILE);
    let patients = map([("a, left", "p1"), ("b", "p2"), ("c \"d\"", "p;3")]);
    write_patients(&path, &patients, false).unwrap();
    assert_eq!(read_patients(&path).unwrap(), patients);
}

#[test]
fn what_spreadsheets_write_is_read() {
    let expected = map([("a", "p1"), ("b, left", "p2")]);
    for text in [
        "pair,patient\na,p1\n\"b, left\",p2\n",
        "\u{feff}pair,patient\r\na,p1\r\n\"b, left\",p2\r\n",
        "\u{feff}Pair;Patient\r\na;p1\r\nb, left;p2\r\n",
        "a,p1\nb, left,p2",
        "a , p1\n b, left , p2\n",
        "pair,patient,\na,p1,\n\"b, left\",p2,\n,,\n",
        "patient;age;pair\np1;61;a\np2;47;\"b, left\"\n",
        "a,p1\n\n\"b, left\", \"p2\" \n a , p1\n",
    ] {
        assert_eq!(read(text.as_bytes()).unwrap(), expected, "{text:?}");
    }
}

#[test]
fn a_list_that_does_not_say_who_is_refused_by_its_line() {
    for (text, says) in [
        ("pair,patient\na\n", "line 2 is not"),
        ("pair,patient\na,\n", "line 2 is not"),
        ("a,p1\n\"b\",p2,p-3\n", "line 2 is not"),
        ("pair,patient\na,p1\n\"b,p2\n", "line 3 has a quote"),
        ("a,p1\nb,p2\n\na,p-3\n", "lines 1 and 4 name two patients"),
        ("pair;patient\r\na;p1\r\nb,p2\r\n", "line 3 is not"),
        ("", "names nobody"),
        ("\u{feff}pair,patient\r\n", "names nobody"),
    ] {
        let refused = read(text.as_bytes()).unwrap_err();
        assert!(refused.contains(says), "{text:?}: {refused}");
        assert!(!refused.contains("p-3"), "no patient is named: {refused}");
    }
    let latin = read(b"a,M\xfcller\n").unwrap_err();
    assert!(latin.contains("UTF-8"), "{latin}");
}

#[test]
fn pairs_are_added_and_the_lines_of_others_stay_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(PATIENTS_FILE);
    add_patients(&path, &map([("c", "p3")])).unwrap();
    assert_eq!(read_patients(&path).unwrap(), map([("c", "p3")]));

    let own = "\u{feff}pair,patient\r\n\"b\",p2\r\na,p1";
    std::fs::write(&path, own).unwrap();
    add_patients(&path, &map([("c", "p3"), ("d", "p1")])).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text, format!("{own}\nc,p3\nd,p1\n"));
    add_patients(&path, &map([("c", "p4")])).unwrap();
    let all = map([("a", "p1"), ("b", "p2"), ("c", "p4"), ("d", "p1")]);
    assert_eq!(read_patients(&path).unwrap(), all);

    let columns = "patient;pair\np1;a\n";
    std::fs::write(&path, columns).unwrap();
    let refused = add_patients(&path, &map([("e", "p5")])).unwrap_err();
    assert!(
        refused.to_string().contains("columns of its own"),
        "{refused}"
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap(), columns);
}

#[test]
fn pairs_that_many_threads_add_at_once_are_all_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(PATIENTS_FILE);
    std::thread::scope(|scope| {
        for number in 0..8 {
            let path = &path;
            scope.spawn(move || {
                let pair = format!("pair {number}");
                add_patients(path, &BTreeMap::from([(pair, "p".to_owned())])).unwrap();
            });
        }
    });
    // A system that cannot lock a folder keeps the list whole, but not every line of it.
    if cfg!(unix) {
        assert_eq!(read_patients(&path).unwrap().len(), 8);
    }
}
