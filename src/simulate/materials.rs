//! Attenuation of water and cortical bone over photon energy, and the spectra of X-ray tubes.
//!
//! Mass attenuation coefficients are those of J. H. Hubbell and S. M. Seltzer, NIST Standard
//! Reference Database 126, tables 3 (aluminium) and 4 (water; bone, cortical, ICRU-44), between
//! whose energies logarithms are interpolated. A spectrum is Kramers' (photons per energy
//! proportional to `E0 / E - 1`) behind an aluminium filter, without characteristic lines, and is
//! seen by a detector that adds up energy.

/// Photon energies of the tables, keV.
const ENERGIES_KEV: [f64; 9] = [15.0, 20.0, 30.0, 40.0, 50.0, 60.0, 80.0, 100.0, 150.0];
const WATER: [f64; 9] = [
    1.673, 0.8096, 0.3756, 0.2683, 0.2269, 0.2059, 0.1837, 0.1707, 0.1505,
];
const BONE: [f64; 9] = [
    9.032, 4.001, 1.331, 0.6655, 0.4242, 0.3148, 0.2229, 0.1855, 0.1480,
];
const ALUMINIUM: [f64; 9] = [
    7.955, 3.441, 1.128, 0.5685, 0.3681, 0.2778, 0.2018, 0.1704, 0.1378,
];
/// Density of cortical bone, g/cm3 (ICRU-44).
pub(super) const BONE_DENSITY: f64 = 1.92;
const ALUMINIUM_DENSITY: f64 = 2.699;
/// Filter of a chest tube, cm of aluminium.
const FILTER_CM: f64 = 0.35;
/// Width of the energy bins of a spectrum, keV.
const BIN_KEV: f64 = 4.0;

/// Mass attenuation coefficient of water, cm2/g; energies of 15 to 150 keV.
pub(super) fn water(energy_kev: f64) -> f64 {
    interpolated(&WATER, energy_kev)
}

/// Mass attenuation coefficient of cortical bone, cm2/g; energies of 15 to 150 keV.
pub(super) fn bone(energy_kev: f64) -> f64 {
    interpolated(&BONE, energy_kev)
}

fn interpolated(table: &[f64; 9], energy_kev: f64) -> f64 {
    let last = ENERGIES_KEV.len() - 2;
    let i = ENERGIES_KEV
        .iter()
        .rposition(|&e| e <= energy_kev)
        .unwrap_or(0)
        .min(last);
    let share = (energy_kev / ENERGIES_KEV[i]).ln() / (ENERGIES_KEV[i + 1] / ENERGIES_KEV[i]).ln();
    table[i] * (table[i + 1] / table[i]).powf(share)
}

/// One energy of a spectrum.
#[derive(Debug, Clone, Copy)]
struct Bin {
    /// Share of the signal without an object.
    weight: f64,
    /// Of water and bone, cm2/g.
    coefficients: [f64; 2],
}

/// What a tube at one voltage sends, as a detector without an object sees it.
#[derive(Debug, Clone)]
pub(super) struct Spectrum {
    bins: Vec<Bin>,
}

impl Spectrum {
    /// A tube at `tube_kv` (peak) behind its filter.
    pub(super) fn new(tube_kv: f64) -> Self {
        let num_bins = ((tube_kv - 16.0) / BIN_KEV).floor().max(1.0) as usize;
        let unscaled = (0..num_bins).map(|i| {
            let energy_kev = 16.0 + (i as f64 + 0.5) * BIN_KEV;
            let filter = interpolated(&ALUMINIUM, energy_kev) * ALUMINIUM_DENSITY * FILTER_CM;
            let photons = (tube_kv / energy_kev - 1.0).max(0.0) * (-filter).exp();
            Bin {
                weight: photons * energy_kev,
                coefficients: [water(energy_kev), bone(energy_kev)],
            }
        });
        let mut bins: Vec<Bin> = unscaled.collect();
        let sum: f64 = bins.iter().map(|bin| bin.weight).sum();
        for bin in &mut bins {
            bin.weight /= sum;
        }
        Self { bins }
    }

    /// Share of the signal that `water` and `bone` (g/cm2) let through.
    pub(super) fn transmission(&self, water: f64, bone: f64) -> f64 {
        let passing = self.bins.iter().map(|bin| {
            bin.weight * (-(bin.coefficients[0] * water + bin.coefficients[1] * bone)).exp()
        });
        passing.sum()
    }

    /// Attenuation of a little more water and of a little more bone behind `water` g/cm2, per g/cm2.
    pub(super) fn slopes_behind(&self, water: f64) -> [f64; 2] {
        let mut sums = [0.0; 3];
        for bin in &self.bins {
            let signal = bin.weight * (-bin.coefficients[0] * water).exp();
            sums[0] += signal * bin.coefficients[0];
            sums[1] += signal * bin.coefficients[1];
            sums[2] += signal;
        }
        [sums[0] / sums[2], sums[1] / sums[2]]
    }
}

/// How much stronger bone shows against soft tissue at `tube_kv` than at 100 kV, behind a chest.
pub(super) fn bone_against_100_kv(tube_kv: f64) -> f64 {
    const CHEST: f64 = 12.0;
    let ratio = |tube_kv: f64| {
        let [water, bone] = Spectrum::new(tube_kv).slopes_behind(CHEST);
        bone / water
    };
    ratio(tube_kv) / ratio(100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coefficients_pass_the_tables_and_fall_between() {
        assert!((water(60.0) - 0.2059).abs() < 1e-12);
        // 0.604 and 0.326 per cm at 60 and 120 keV: interpolated independently.
        assert!((bone(60.0) * BONE_DENSITY - 0.604).abs() < 1e-3);
        assert!((bone(120.0) * BONE_DENSITY - 0.326).abs() < 5e-3);
        assert!(water(45.0) < water(40.0) && water(45.0) > water(50.0));
    }

    #[test]
    fn a_higher_voltage_shows_less_bone() {
        assert!((bone_against_100_kv(100.0) - 1.0).abs() < 1e-12);
        let (low, high) = (bone_against_100_kv(60.0), bone_against_100_kv(140.0));
        assert!((1.15..1.6).contains(&low), "{low}");
        assert!((0.75..0.95).contains(&high), "{high}");
    }

    #[test]
    fn a_beam_hardens() {
        let spectrum = Spectrum::new(120.0);
        assert!((spectrum.transmission(0.0, 0.0) - 1.0).abs() < 1e-12);
        let [first, _] = spectrum.slopes_behind(0.0);
        let [later, _] = spectrum.slopes_behind(20.0);
        assert!(later < first);
    }
}
