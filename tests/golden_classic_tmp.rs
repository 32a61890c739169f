//! Golden tests of fusion, metrics and the bone layer.

#[path = "golden/fusion.rs"]
mod fusion;
#[path = "golden/metrics.rs"]
mod metrics;
#[path = "golden/restore.rs"]
mod restore;

mod fixtures {
    #![expect(
        clippy::unwrap_used,
        reason = "a fixture that cannot be read fails the test"
    )]

    use std::collections::HashMap;
    use std::path::PathBuf;

    use safetensors::SafeTensors;

    /// One file of reference tensors: sizes and bytes by name.
    pub struct Fixture(HashMap<String, (Vec<usize>, Vec<u8>)>);

    impl Fixture {
        pub fn load(name: &str) -> Option<Self> {
            let folder = std::env::var_os("DIAPHANE_PARITY_DIR").map_or_else(
                || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/parity")),
                PathBuf::from,
            );
            let Ok(bytes) = std::fs::read(folder.join(format!("{name}.safetensors"))) else {
                println!("skipped: no corpus");
                return None;
            };
            let file = SafeTensors::deserialize(&bytes).unwrap();
            let stored = file.iter().map(|(name, view)| {
                let tensor = (view.shape().to_vec(), view.data().to_vec());
                (name.to_owned(), tensor)
            });
            Some(Self(stored.collect()))
        }

        pub fn shape(&self, key: &str) -> &[usize] {
            &self.0[key].0
        }

        pub fn u8s(&self, key: &str) -> Vec<u8> {
            self.0[key].1.clone()
        }

        pub fn f32s(&self, key: &str) -> Vec<f32> {
            let chunks = self.0[key].1.as_chunks::<4>().0;
            chunks.iter().map(|&b| f32::from_le_bytes(b)).collect()
        }

        pub fn f64s(&self, key: &str) -> Vec<f64> {
            let chunks = self.0[key].1.as_chunks::<8>().0;
            chunks.iter().map(|&b| f64::from_le_bytes(b)).collect()
        }
    }
}
