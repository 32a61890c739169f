//! Which images of DICOM studies are mates: by their study, or by the patient and the moment they were taken.

use super::dicom_file::{DicomFile, Shown};
use super::listing::stem;
use super::named::{radiograph_name, soft_tissue_name};
use std::path::PathBuf;

/// The two exposures of a dual-energy radiograph are a fraction of a second apart, and what is computed of them states one of
/// the two; a second radiograph of the patient takes a breath at least.
const MOST_APART_SECS: f64 = 5.0;

/// What belongs together.
#[derive(Debug, Default, PartialEq)]
pub(super) struct DicomMates {
    /// Radiograph and soft-tissue image.
    pub(super) pairs: Vec<[PathBuf; 2]>,
    /// Images of one study each of which nobody can tell who belongs to whom.
    pub(super) unclear: Vec<Vec<PathBuf>>,
    /// Radiographs without a mate, and soft-tissue images.
    pub(super) left: [Vec<PathBuf>; 2],
}

/// Where the images lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lying {
    /// In one folder: their names say nothing.
    Together,
    /// In two folders: an equal name says that they belong together.
    Apart,
}

/// Pairs those that have one mate alone: of their study; of their study and moment; of their study and name; of their
/// patient and moment.
pub(super) fn mates(
    radiographs: Vec<DicomFile>,
    soft_tissue: Vec<DicomFile>,
    lying: Lying,
) -> DicomMates {
    let mut open = Open {
        left: [radiographs, soft_tissue],
        found: DicomMates::default(),
    };
    let in_one_study = |one: &DicomFile, other: &DicomFile| {
        one.key == other.key && (lying == Lying::Together || !one.key[2].is_empty())
    };
    let at_once = |one: &DicomFile, other: &DicomFile| one.was_taken_with(other, MOST_APART_SECS);
    open.pair(in_one_study);
    open.pair(|one, other| in_one_study(one, other) && at_once(one, other));
    if lying == Lying::Apart {
        open.pair(|one, other| in_one_study(one, other) && is_one_name(one, other));
    }
    open.set_aside(in_one_study);
    open.pair(|one, other| one.has_patient_of(other) && at_once(one, other));
    let paths = |files: Vec<DicomFile>| files.into_iter().map(|file| file.path).collect();
    DicomMates {
        left: open.left.map(paths),
        ..open.found
    }
}

/// Of images of one folder those that are meant by it: where a study has several, those that say so. The others follow.
pub(super) fn meant(files: Vec<DicomFile>, wanted: Shown) -> [Vec<DicomFile>; 2] {
    let says_so: Vec<[String; 3]> = files
        .iter()
        .filter(|file| file.shown == wanted)
        .map(|file| file.key.clone())
        .collect();
    let is_meant = |file: &DicomFile| file.shown == wanted || !says_so.contains(&file.key);
    let (meant, others) = files.into_iter().partition(is_meant);
    [meant, others]
}

fn is_one_name(radiograph: &DicomFile, soft_tissue: &DicomFile) -> bool {
    let (one, other) = (stem(&radiograph.path), stem(&soft_tissue.path));
    radiograph_name(&one) == soft_tissue_name(&other)
}

/// Images whose mates are looked for.
struct Open {
    left: [Vec<DicomFile>; 2],
    found: DicomMates,
}

impl Open {
    /// Takes out the pairs of which each is the only mate of the other.
    fn pair(&mut self, is_mate: impl Fn(&DicomFile, &DicomFile) -> bool) {
        let [radiographs, soft_tissue] = &self.left;
        let mut taken = [
            vec![false; radiographs.len()],
            vec![false; soft_tissue.len()],
        ];
        for (row, radiograph) in radiographs.iter().enumerate() {
            let mates = soft_tissue.iter().enumerate();
            let mut mates = mates.filter(|(_, mate)| is_mate(radiograph, mate));
            let (Some((column, mate)), None) = (mates.next(), mates.next()) else {
                continue;
            };
            let rivals = radiographs.iter().filter(|other| is_mate(other, mate));
            if rivals.count() == 1 {
                let pair = [&radiograph.path, &mate.path].map(PathBuf::clone);
                self.found.pairs.push(pair);
                taken[0][row] = true;
                taken[1][column] = true;
            }
        }
        self.remove(&taken);
    }

    /// Takes out the images that have mates and of which nobody can tell which.
    fn set_aside(&mut self, is_mate: impl Fn(&DicomFile, &DicomFile) -> bool) {
        loop {
            let [radiographs, soft_tissue] = &self.left;
            let has_mate = |one: &&DicomFile| soft_tissue.iter().any(|other| is_mate(one, other));
            let Some(first) = radiographs.iter().find(has_mate) else {
                return;
            };
            let of_first: Vec<bool> = soft_tissue
                .iter()
                .map(|mate| is_mate(first, mate))
                .collect();
            let rivals = radiographs.iter().map(|one| one.key == first.key);
            let taken = [rivals.collect(), of_first];
            let files = self.left.iter().zip(&taken).flat_map(|(files, taken)| {
                let files = files.iter().zip(taken).filter(|(_, is_taken)| **is_taken);
                files.map(|(file, _)| file.path.clone())
            });
            self.found.unclear.push(files.collect());
            self.remove(&taken);
        }
    }

    fn remove(&mut self, taken: &[Vec<bool>; 2]) {
        for (files, taken) in self.left.iter_mut().zip(taken) {
            let mut taken = taken.iter();
            files.retain(|_| taken.next() != Some(&true));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, patient: &str, study: &str, taken_secs: Option<f64>) -> DicomFile {
        DicomFile {
            path: path.into(),
            key: [patient.to_owned(), String::new(), study.to_owned()],
            shown: Shown::Radiograph,
            taken_secs,
        }
    }

    fn pairs(found: &DicomMates) -> Vec<[&str; 2]> {
        let text = |path: &PathBuf| path.to_str().unwrap().to_owned();
        let texts = found.pairs.iter().map(|pair| pair.each_ref().map(text));
        let texts: Vec<[String; 2]> = texts.collect();
        texts
            .into_iter()
            .map(|pair| pair.map(|text| &*text.leak()))
            .collect()
    }

    #[test]
    fn mates_are_told_by_study_then_moment_then_name_then_patient_and_moment() {
        let radiographs = vec![
            file("r/1", "P", "1.1", None),
            file("r/2", "P", "1.2", Some(100.0)),
            file("r/3", "P", "1.2", Some(900.0)),
            file("r/4", "Q", "1.3", None),
            file("r/5", "Q", "1.3", None),
            file("r/6", "R", "1.4", Some(50.0)),
            file("r/7", "", "", None),
        ];
        let soft_tissue = vec![
            file("s/9", "P", "1.1", None),
            file("s/8", "P", "1.2", Some(900.2)),
            file("s/7", "P", "1.2", Some(100.2)),
            file("s/5_soft", "Q", "1.3", None),
            file("s/4_soft", "Q", "1.3", None),
            file("s/3", "R", "1.5", Some(50.3)),
            file("s/2", "", "", None),
        ];
        let found = mates(radiographs.clone(), soft_tissue.clone(), Lying::Apart);
        let expected = [
            ["r/1", "s/9"],
            ["r/2", "s/7"],
            ["r/3", "s/8"],
            ["r/4", "s/4_soft"],
            ["r/5", "s/5_soft"],
            ["r/6", "s/3"],
        ];
        assert_eq!(pairs(&found), expected);
        assert!(found.unclear.is_empty());
        assert_eq!(found.left, [vec!["r/7".into()], vec![PathBuf::from("s/2")]]);
        // In one folder names say nothing, and those that say nothing at all are of one study.
        let found = mates(radiographs, soft_tissue, Lying::Together);
        let unclear = ["r/4", "r/5", "s/5_soft", "s/4_soft"].map(PathBuf::from);
        assert_eq!(found.unclear, [unclear.to_vec()]);
        assert!(pairs(&found).contains(&["r/7", "s/2"]));
    }

    #[test]
    fn a_third_image_of_a_study_is_no_mate_where_the_others_say_what_they_are() {
        let shown = |path: &str, shown| DicomFile {
            shown,
            ..file(path, "P", "1.1", None)
        };
        let other = DicomFile {
            shown: Shown::Bone,
            ..file("b", "P", "1.2", None)
        };
        let files = vec![
            shown("r", Shown::Radiograph),
            shown("s", Shown::SoftTissue),
            other.clone(),
        ];
        let [meant, others] = meant(files, Shown::SoftTissue);
        assert_eq!(meant, [shown("s", Shown::SoftTissue), other]);
        assert_eq!(others, [shown("r", Shown::Radiograph)]);
    }
}
