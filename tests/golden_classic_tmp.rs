//! Golden tests of fusion and metrics.

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

    use std::path::PathBuf;

    use safetensors::{Dtype, SafeTensors};

    /// One file of reference tensors.
    pub struct Fixture(Vec<u8>);

    impl Fixture {
        pub fn open(name: &str) -> Option<Self> {
            let folder = std::env::var_os("DIAPHANE_PARITY_DIR").map_or_else(
                || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/parity")),
                PathBuf::from,
            );
            let bytes = std::fs::read(folder.join(name)).ok();
            if bytes.is_none() {
                println!("skipped: no corpus");
            }
            bytes.map(Self)
        }

        pub fn plane_u8(&self, name: &str) -> (usize, usize, Vec<u8>) {
            let file = SafeTensors::deserialize(&self.0).unwrap();
            let tensor = file.tensor(name).unwrap();
            assert_eq!(tensor.dtype(), Dtype::U8);
            let [.., height, width] = tensor.shape() else {
                panic!("{name} is no plane");
            };
            (*height, *width, tensor.data().to_vec())
        }

        pub fn plane_f64(&self, name: &str) -> (usize, usize, Vec<f64>) {
            let file = SafeTensors::deserialize(&self.0).unwrap();
            let tensor = file.tensor(name).unwrap();
            let [.., height, width] = tensor.shape() else {
                panic!("{name} is no plane");
            };
            let values = match tensor.dtype() {
                Dtype::F32 => tensor
                    .data()
                    .chunks_exact(4)
                    .map(|b| f64::from(f32::from_le_bytes(b.try_into().unwrap())))
                    .collect(),
                Dtype::F64 => tensor
                    .data()
                    .chunks_exact(8)
                    .map(|b| f64::from_le_bytes(b.try_into().unwrap()))
                    .collect(),
                other => panic!("{name} is {other:?}"),
            };
            (*height, *width, values)
        }
    }
}
