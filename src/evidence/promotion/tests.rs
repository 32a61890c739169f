use super::*;
use crate::evidence::{Learned, Patients, Table, TrainedWith};

/// Advantages in tone-free PSNR on each case, and the candidate's residual bone.
fn comparison(psnr: &[f64], rbf: f64) -> Comparison {
    of_scores(psnr, |_| Some(rbf), |_| Some(0.9))
}

/// What every phantom keeps of its nodules.
const KEPT: f64 = 0.9;

/// The same with residual bone and detail of each case.
fn of_scores(
    psnr: &[f64],
    rbf: impl Fn(usize) -> Option<f64>,
    detail: impl Fn(usize) -> Option<f64>,
) -> Comparison {
    let (mut base, mut candidate) = (Table::default(), Table::default());
    let row = |psnr, rbf, detail| {
        vec![
            ("PSNRaff", Some(psnr)),
            ("RBF", rbf),
            ("detail_corr", detail),
            ("finding_gain", Some(KEPT)),
        ]
    };
    for (index, advantage) in psnr.iter().enumerate() {
        base.add(index.to_string(), row(30.0, Some(0.2), Some(0.9)));
        let ours = row(30.0 + advantage, rbf(index), detail(index));
        candidate.add(index.to_string(), ours);
    }
    Comparison::new(("candidate", &candidate), ("base", &base))
}

/// Locked pairs that the candidate never saw.
fn pairs() -> TestPairs {
    TestPairs {
        is_locked: true,
        left_out: 0,
        split: TrainedWith::TestSplit,
        learned: Learned::Known {
            num_files: 80,
            shared: Vec::new(),
            unknown: Vec::new(),
        },
        is_stated: false,
    }
}

fn passes(test: &[f64], rbf: f64, reference: &[f64]) -> bool {
    let (test, reference) = (comparison(test, rbf), comparison(reference, 0.2));
    Verdict::new(&pairs(), &test, &reference, 1).is_passed()
}

#[test]
fn three_patients_need_an_interval_above_nothing() {
    assert!(passes(&[0.5, 0.6, 0.7], 0.2, &[0.0, 0.0]));
    // The mean is better, and one patient decides it.
    assert!(!passes(&[0.0, 0.1, 1.7], 0.2, &[0.0, 0.0]));
}

#[test]
fn of_two_candidates_each_must_be_clearer() {
    let (test, reference) = (comparison(&[0.2, 0.5, 0.6], 0.2), comparison(&[0.0], 0.2));
    let judged = |candidates| Verdict::new(&pairs(), &test, &reference, candidates);
    // scipy.stats.ttest_1samp([0.2, 0.5, 0.6], 0).pvalue
    let told = "with p = 0.069, less than 0.025 is asked as one of 2 candidates";
    assert!(judged(2).text().contains(told), "{}", judged(2).text());
    let (test, reference) = (comparison(&[0.4, 0.5, 0.8], 0.2), comparison(&[0.0], 0.2));
    let judged = |candidates| Verdict::new(&pairs(), &test, &reference, candidates);
    assert!(
        judged(1).is_passed() && !judged(2).is_passed(),
        "{}",
        judged(2).text()
    );
}

#[test]
fn one_or_two_patients_must_each_be_clearly_better() {
    assert!(passes(&[0.3], 0.2, &[0.0]));
    assert!(!passes(&[0.1], 0.2, &[0.0]));
    assert!(!passes(&[2.0, 0.1], 0.2, &[0.0]));
    let (test, reference) = (comparison(&[0.1], 0.2), comparison(&[0.0], 0.2));
    let verdict = Verdict::new(&pairs(), &test, &reference, 1);
    assert!(
        verdict.text().contains("1 patient is too few"),
        "{}",
        verdict.text()
    );
}

#[test]
fn what_is_won_must_not_be_paid_for_with_bone_or_on_the_reference_set() {
    assert!(passes(&[0.5, 0.6, 0.7], 0.24, &[-0.2, -0.2]));
    assert!(!passes(&[0.5, 0.6, 0.7], 0.30, &[0.0, 0.0]));
    assert!(!passes(&[0.5, 0.6, 0.7], -0.30, &[0.0, 0.0]));
    assert!(!passes(&[0.5, 0.6, 0.7], 0.2, &[-0.4, -0.4]));
}

#[test]
fn nothing_scored_is_nothing_won() {
    assert!(!passes(&[], 0.2, &[0.0]));
    assert!(!passes(&[0.5, 0.6, 0.7], 0.2, &[]));
}

#[test]
fn what_is_not_known_of_every_case_is_not_good_enough() {
    let good = [0.5, 0.6, 0.7];
    let reference = comparison(&[0.0], 0.2);
    let failed = |test: &Comparison| {
        let verdict = Verdict::new(&pairs(), test, &reference, 1);
        let checks = verdict.checks.into_iter().filter(|check| !check.passed);
        checks.map(|check| check.told).collect::<Vec<_>>()
    };
    let without = of_scores(&good, |_| None, |_| Some(0.9));
    assert_eq!(
        failed(&without),
        ["test set: RBF is not known of every case"]
    );
    let in_part = of_scores(&good, |_| Some(0.2), |case| (case > 0).then_some(0.9));
    let expected = ["test set: detail_corr is not known of every case"];
    assert_eq!(failed(&in_part), expected);
    let blurred = of_scores(&good, |_| Some(0.2), |_| Some(0.8));
    assert_eq!(failed(&blurred).len(), 1);
    // Both sets are asked alike.
    let verdict = Verdict::new(&pairs(), &comparison(&good, 0.2), &without, 1);
    assert!(!verdict.is_passed());
}

/// The reference set with these advantages in tone-free PSNR, and what base and candidate keep of each one's nodules.
fn reference(psnr: [f64; 4], kept: [[Option<f64>; 2]; 4]) -> Comparison {
    let (mut base, mut candidate) = (Table::default(), Table::default());
    for (index, (advantage, kept)) in psnr.into_iter().zip(kept).enumerate() {
        let row = |psnr, kept| {
            vec![
                ("PSNRaff", Some(psnr)),
                ("RBF", Some(0.2)),
                ("detail_corr", Some(0.9)),
                ("finding_gain", kept),
            ]
        };
        let [theirs, ours] = kept;
        base.add(format!("phantom {index}"), row(30.0, theirs));
        candidate.add(format!("phantom {index}"), row(30.0 + advantage, ours));
    }
    Comparison::new(("candidate", &candidate), ("base", &base))
}

/// Checks that failed, where the test set has nothing to complain of.
fn failed_on(reference: &Comparison) -> Vec<String> {
    let test = comparison(&[0.5, 0.6, 0.7], 0.2);
    let verdict = Verdict::new(&pairs(), &test, reference, 1);
    let checks = verdict.checks.into_iter().filter(|check| !check.passed);
    checks.map(|check| check.told).collect()
}

/// Two of four phantoms have nodules; of both it must be known what became of them.
#[test]
fn nodules_must_not_fade_and_are_known_wherever_there_are_some() {
    let kept = |ours: [f64; 2]| {
        let [first, second] = ours.map(|ours| [Some(0.9), Some(ours)]);
        reference([0.0; 4], [[None; 2], first, [None; 2], second])
    };
    assert_eq!(failed_on(&kept([0.9, 0.82])), [""; 0]);
    // As far from 1 on the other side: exaggerated.
    assert_eq!(failed_on(&kept([1.1, 1.1])), [""; 0]);
    let faded = failed_on(&kept([0.9, 0.78]));
    assert_eq!(faded.len(), 1);
    // numpy.mean([0, -0.12]) and its interval, 12.7062 * 0.12 / sqrt(2) / sqrt(2).
    let told = "finding_gain farther from 1 by 0.060 on average of 2 phantoms, 95 % interval of the advantage -0.822 to \
                +0.702, least -0.120 on phantom 3; an average worse by up to 0.05";
    assert!(faded[0].contains(told), "{faded:?}");
    let unknown = ["reference set: finding_gain is not known of every case with findings"];
    let lost = [[None; 2], [Some(0.9), None], [None; 2], [Some(0.9); 2]];
    assert_eq!(failed_on(&reference([0.0; 4], lost)), unknown);
    assert_eq!(failed_on(&reference([0.0; 4], [[None; 2]; 4])), unknown);
}

#[test]
fn the_spread_over_the_phantoms_and_the_worst_of_them_are_told() {
    let kept = [[Some(0.9); 2]; 4];
    let on = reference([0.1, -0.5, 0.2, 0.0], kept);
    assert_eq!(failed_on(&on), [""; 0]);
    let test = comparison(&[0.5, 0.6, 0.7], 0.2);
    let text = Verdict::new(&pairs(), &test, &on, 1).text();
    // scipy.stats.t.interval(0.95, 3, -0.05, sem): the sum of squares around the mean is 0.29.
    let told = "reference set: PSNRaff worse by 0.050 dB on average of 4 phantoms, 95 % interval of the advantage -0.545 to \
                +0.445, least -0.500 on phantom 1;";
    assert!(text.contains(told), "{text}");
}

#[test]
fn test_pairs_are_locked_and_were_never_seen() {
    let judged = |pairs: &TestPairs| {
        let (test, reference) = (comparison(&[0.5, 0.6, 0.7], 0.2), comparison(&[0.0], 0.2));
        let verdict = Verdict::new(pairs, &test, &reference, 1);
        (verdict.is_passed(), verdict.text())
    };
    assert!(judged(&pairs()).0);
    let unlocked = TestPairs {
        is_locked: false,
        ..pairs()
    };
    assert!(!judged(&unlocked).0);
    let unknown = TestPairs {
        learned: Learned::Unknown,
        ..pairs()
    };
    let (passed, told) = judged(&unknown);
    let why = "FAILED  test set: nothing says what the candidate was trained on";
    assert!(!passed && told.contains(why), "{told}");
}

#[test]
fn patients_whom_nobody_named_stand_beside_the_interval() {
    let mut patients = Patients::default();
    patients.insert("0".to_owned(), "p".to_owned());
    for case in ["1", "2"] {
        patients.insert_unnamed(case.to_owned(), case.to_owned());
    }
    let (mut base, mut candidate) = (Table::default(), Table::default());
    for (case, psnr) in [("0", 30.5), ("1", 30.6), ("2", 30.7)] {
        let row = |psnr| vec![("PSNRaff", Some(psnr))];
        base.add(case.to_owned(), row(30.0));
        candidate.add(case.to_owned(), row(psnr));
    }
    let found = Comparison::by_patient(("candidate", &candidate), ("base", &base), &patients);
    let told = beats(found.of_column("PSNRaff"), 1).told;
    assert!(told.contains("3 patients (2 of them pairs"), "{told}");
    assert!(found.text().contains("2 of 3 patients"), "{}", found.text());
}
