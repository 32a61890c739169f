//! Least squares of three unknowns, for profiles.

/// The coefficients `c` that minimise `sum_i (y_i - c . x_i)^2`; `None` where the columns of `x` depend on one another.
pub(super) fn least_squares(rows: &[([f64; 3], f64)]) -> Option<[f64; 3]> {
    let mut normal = [[0.0; 3]; 3];
    let mut right = [0.0; 3];
    for (x, y) in rows {
        for i in 0..3 {
            right[i] += x[i] * y;
            for j in 0..3 {
                normal[i][j] += x[i] * x[j];
            }
        }
    }
    let whole = determinant(&normal);
    let scale: f64 = (0..3).map(|i| normal[i][i]).product();
    // A share of what independent columns would give: below it the solution is rounding error.
    if whole.abs() <= 1e-12 * scale.abs() {
        return None;
    }
    // Cramer's rule: for three unknowns as exact as elimination.
    let mut solution = [0.0; 3];
    for (column, value) in solution.iter_mut().enumerate() {
        let mut replaced = normal;
        for (row, right) in replaced.iter_mut().zip(right) {
            row[column] = right;
        }
        *value = determinant(&replaced) / whole;
    }
    solution.iter().all(|c| c.is_finite()).then_some(solution)
}

fn determinant(m: &[[f64; 3]; 3]) -> f64 {
    m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
        - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
        + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_combination_is_found_and_a_dependent_one_is_refused() {
        let row = |x: f64| {
            let bump = (-x * x).exp();
            ([1.0, x, bump], 3.0 - 0.5 * x + 7.0 * bump)
        };
        let rows: Vec<_> = (-20..=20).map(|i| row(0.2 * f64::from(i))).collect();
        let found = least_squares(&rows).unwrap();
        for (found, expected) in found.into_iter().zip([3.0, -0.5, 7.0]) {
            assert!((found - expected).abs() < 1e-9, "{found}");
        }
        let dependent: Vec<_> = (0..9)
            .map(|i| ([1.0, f64::from(i), 2.0 * f64::from(i)], 1.0))
            .collect();
        assert_eq!(least_squares(&dependent), None);
        assert_eq!(least_squares(&[]), None);
    }
}
