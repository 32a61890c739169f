//! The figures of a series beside those of real pairs.

use crate::cli::report::{Machine, print_line};
use crate::simulate::ComparedFigure;

/// Prints the table, or one JSON line for a machine.
pub(super) fn print(machine: Machine, num_studies: usize, figures: &[ComparedFigure]) {
    if machine == Machine::Json {
        machine.line(&serde_json::json!({
            "event": "figures",
            "studies": num_studies,
            "figures": figures,
        }));
        return;
    }
    print_line(&format!(
        "{:<28} {:>8} {:>8} {:>8}   {:>8} {:>8}",
        format!("studies: {num_studies}"),
        "mean",
        "lowest",
        "highest",
        "real",
        "pairs",
    ));
    for figure in figures {
        let [mean, low, high] = [figure.mean, figure.low, figure.high]
            .map(|value| value.map_or("-".to_owned(), |value| format!("{value:.2}")));
        let line = format!(
            "{:<28} {mean:>8} {low:>8} {high:>8}   {:>8.2} {:>8.2} {}",
            figure.name,
            figure.real_low,
            figure.real_high,
            if figure.outside { "*" } else { "" },
        );
        print_line(line.trim_end());
    }
    let outside = figures.iter().filter(|figure| figure.outside).count();
    print_line(&format!(
        "* mean beyond the six public SZCH pairs: {outside} of {} figures",
        figures.len()
    ));
}
