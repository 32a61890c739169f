use super::*;

fn table(psnr: [f64; 2], rbf: f64) -> Table {
    let mut table = Table::default();
    for (case, value) in ["a", "b"].into_iter().zip(psnr) {
        table.add(
            case.to_owned(),
            vec![
                ("PSNR", Some(value)),
                ("PSNRaff", Some(value + 1.0)),
                ("RBF", Some(rbf)),
            ],
        );
    }
    table
}

fn ablation() -> Ablation {
    let row = |choice: &str, is_default, outcome| AblationRow {
        choice: choice.to_owned(),
        is_default,
        published: None,
        outcome,
    };
    Ablation {
        setting: "fusion",
        source: "",
        rows: vec![
            row("none", false, Ok(table([30.0, 31.0], -0.4))),
            row("poisson", true, Ok(table([31.0, 32.0], 0.1))),
            row("alpha", false, Err("cannot".to_owned())),
            row("beta", false, Err("cannot".to_owned())),
        ],
        patients: Patients::default(),
    }
}

#[test]
fn default_and_best_are_marked_and_what_cannot_be_is_told() {
    let text = ablation().text(&table([25.0, 26.0], 1.0));
    let line = |of: &str| text.lines().find(|line| line.starts_with(of)).unwrap();
    assert!(
        line("poisson (default)").contains("31.50 ± 0.71*"),
        "{text}"
    );
    assert!(
        line("poisson (default)").contains("0.100 ± 0.000*"),
        "{text}"
    );
    assert!(
        line("none").contains("-1.00 [-1.00, -1.00] worse"),
        "{text}"
    );
    assert!(line("identity").contains("25.50 ± 0.71"), "{text}");
    assert!(line("alpha, beta: cannot").ends_with("cannot"), "{text}");
    assert!(line("1 comparison with the default, patients: 2;").contains("not corrected"));
}

/// Tables of six cases with these advantages in tone-free PSNR over a default of 30 dB.
fn compared(advantages: &[[f64; 6]], patients: Patients) -> Ablation {
    let row = |choice: String, is_default, advantages: [f64; 6]| {
        let mut table = Table::default();
        for (case, advantage) in advantages.into_iter().enumerate() {
            table.add(case.to_string(), vec![("PSNRaff", Some(30.0 + advantage))]);
        }
        AblationRow {
            choice,
            is_default,
            published: None,
            outcome: Ok(table),
        }
    };
    let default = row("default".to_owned(), true, [0.0; 6]);
    let others = advantages.iter().enumerate();
    let others = others.map(|(index, &found)| row(index.to_string(), false, found));
    Ablation {
        setting: "steps",
        source: "",
        rows: others.chain([default]).collect(),
        patients,
    }
}

/// t = 3.0 on five degrees of freedom has p = 0.0301 (scipy): better alone, and not among two comparisons.
#[test]
fn what_only_looks_better_among_several_is_not_said_to_be() {
    let spread = [-1.0, 1.0, -1.0, 1.0, -1.0, 1.0_f64];
    // The mean is three times its standard error: 3 * sqrt(6 / 5) / sqrt(6).
    let some = spread.map(|v| 3.0 / 5.0_f64.sqrt() + v);
    let alone = compared(&[some], Patients::default());
    let found = alone.advantages()[0].clone().unwrap();
    assert!(
        (found.p_holm.unwrap() - 0.030_099).abs() < 1e-5,
        "{:?}",
        found.p_holm
    );
    assert!(told(&found).ends_with(" better"));
    let two = compared(&[some, spread], Patients::default());
    let found = two.advantages()[0].clone().unwrap();
    assert!(
        (found.p_holm.unwrap() - 0.060_198).abs() < 2e-5,
        "{:?}",
        found.p_holm
    );
    assert!(!told(&found).contains("better"), "{}", told(&found));
    assert!(
        found.difference.interval.unwrap().low > 0.0,
        "the interval is its own"
    );
    assert_eq!(two.json()["comparisons"], 2);
}

#[test]
fn pictures_of_one_patient_count_once_among_choices_too() {
    let mut patients = Patients::default();
    for case in ["0", "1", "2"] {
        patients.insert(case.to_owned(), "p".to_owned());
    }
    patients.insert_unnamed("3".to_owned(), "3".to_owned());
    let ablation = compared(&[[0.3, 0.6, 0.9, 1.0, 0.8, 0.2]], patients);
    let found = ablation.advantages()[0].clone().unwrap().difference;
    // numpy.mean([0.6, 1.0, 0.8, 0.2])
    assert_eq!((found.units, found.unnamed), (4, 1));
    assert!((found.mean - 0.65).abs() < 1e-9);
    let told = ablation.told_of_comparisons().unwrap();
    assert!(told.contains("patients: 4 (1 of them a pair"), "{told}");
}

#[test]
fn machines_get_every_case() {
    let csv = ablation().csv(&["PSNR", "RBF"]);
    assert_eq!(csv.lines().count(), 4, "{csv}");
    assert!(csv.starts_with("fusion,none,a,30,-0.4\n"), "{csv}");
    let json = ablation().json();
    assert_eq!(json["rows"][1]["default"], true);
    assert_eq!(json["rows"][0]["over_default"]["mean"], -1.0);
    assert_eq!(json["rows"][2]["error"], "cannot");
}
