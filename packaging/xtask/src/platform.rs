//! Which libtorch a platform needs: one table, so that every platform's choice can be tested anywhere.

/// With or without the CUDA libraries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// Runs on the processor alone.
    Cpu,
    /// Also runs on NVIDIA graphics cards.
    Cuda,
}

/// One wheel: name, version, SHA-256 of the file.
pub struct Wheel {
    pub name: &'static str,
    pub version: &'static str,
    pub sha256: &'static str,
}

/// What one platform downloads.
pub struct Platform {
    /// `std::env::consts::OS`.
    pub os: &'static str,
    /// `std::env::consts::ARCH`.
    pub arch: &'static str,
    /// Platform tags to accept, as pip spells them.
    pub tags: &'static [&'static str],
    /// Wheels that every variant needs, libtorch itself first.
    pub cpu: &'static [Wheel],
    /// Further wheels of the CUDA variant; empty where there is none.
    pub cuda: &'static [Wheel],
    /// Size of all downloads of (CPU, CUDA) in MB, for the warning.
    pub download_mb: (u32, u32),
}

/// Version of libtorch that `tch` is built for.
pub const LIBTORCH_VERSION: &str = "2.11.0";

/// The row of a platform.
///
/// Intel Macs and 32-bit machines have no libtorch 2.11 and therefore no row.
pub fn find(os: &str, arch: &str) -> Option<&'static Platform> {
    TABLE.iter().find(|row| row.os == os && row.arch == arch)
}

impl Platform {
    /// The wheels of a variant; a platform without CUDA falls back to its CPU set.
    pub fn wheels(&self, variant: Variant) -> impl Iterator<Item = &'static Wheel> {
        let cuda: &'static [Wheel] = if variant == Variant::Cuda {
            self.cuda
        } else {
            &[]
        };
        self.cpu.iter().chain(cuda)
    }

    /// Folder name in the cache: platforms and variants never share one.
    pub fn folder(&self, variant: Variant) -> String {
        let variant = if variant == Variant::Cuda && !self.cuda.is_empty() {
            "cuda"
        } else {
            "cpu"
        };
        format!(
            "libtorch-{LIBTORCH_VERSION}-{}-{}-{variant}",
            self.os, self.arch
        )
    }
}

/// Every supported platform. The Linux x86-64 CPU set needs two small CUDA libraries because its
/// `libtorch_cpu.so` links to them.
pub const TABLE: &[Platform] = &[
    Platform {
        os: "linux",
        arch: "x86_64",
        tags: &[
            "manylinux_2_28_x86_64",
            "manylinux_2_27_x86_64",
            "manylinux_2_26_x86_64",
            "manylinux_2_25_x86_64",
            "manylinux_2_18_x86_64",
            "manylinux_2_17_x86_64",
            "manylinux2014_x86_64",
            "manylinux_2_12_x86_64",
            "manylinux2010_x86_64",
            "manylinux_2_5_x86_64",
            "manylinux1_x86_64",
        ],
        cpu: &[
            Wheel {
                name: "torch",
                version: "2.11.0",
                sha256: "7aa2f9bbc6d4595ba72138026b2074be1233186150e9292865e04b7a63b8c67a",
            },
            Wheel {
                name: "nvidia-cuda-runtime",
                version: "13.0.96",
                sha256: "7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548",
            },
            Wheel {
                name: "nvidia-cuda-cupti",
                version: "13.0.85",
                sha256: "4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8",
            },
        ],
        cuda: &[
            Wheel {
                name: "nvidia-cublas",
                version: "13.1.0.3",
                sha256: "ee8722c1f0145ab246bccb9e452153b5e0515fd094c3678df50b2a0888b8b171",
            },
            Wheel {
                name: "nvidia-cuda-nvrtc",
                version: "13.0.88",
                sha256: "ad9b6d2ead2435f11cbb6868809d2adeeee302e9bb94bcf0539c7a40d80e8575",
            },
            Wheel {
                name: "nvidia-cudnn-cu13",
                version: "9.19.0.56",
                sha256: "d20e1734305e9d68889a96e3f35094d733ff1f83932ebe462753973e53a572bf",
            },
            Wheel {
                name: "nvidia-cufft",
                version: "12.0.0.61",
                sha256: "6c44f692dce8fd5ffd3e3df134b6cdb9c2f72d99cf40b62c32dde45eea9ddad3",
            },
            Wheel {
                name: "nvidia-cufile",
                version: "1.15.1.6",
                sha256: "08a3ecefae5a01c7f5117351c64f17c7c62efa5fffdbe24fc7d298da19cd0b44",
            },
            Wheel {
                name: "nvidia-curand",
                version: "10.4.0.35",
                sha256: "1aee33a5da6e1db083fe2b90082def8915f30f3248d5896bcec36a579d941bfc",
            },
            Wheel {
                name: "nvidia-cusolver",
                version: "12.0.4.66",
                sha256: "0a759da5dea5c0ea10fd307de75cdeb59e7ea4fcb8add0924859b944babf1112",
            },
            Wheel {
                name: "nvidia-cusparse",
                version: "12.6.3.3",
                sha256: "2b3c89c88d01ee0e477cb7f82ef60a11a4bcd57b6b87c33f789350b59759360b",
            },
            Wheel {
                name: "nvidia-cusparselt-cu13",
                version: "0.8.0",
                sha256: "25e30a8a7323935d4ad0340b95a0b69926eee755767e8e0b1cf8dd85b197d3fd",
            },
            Wheel {
                name: "nvidia-nccl-cu13",
                version: "2.28.9",
                sha256: "e4553a30f34195f3fa1da02a6da3d6337d28f2003943aa0a3d247bbc25fefc42",
            },
            Wheel {
                name: "nvidia-nvjitlink",
                version: "13.0.88",
                sha256: "13a74f429e23b921c1109976abefacc69835f2f433ebd323d3946e11d804e47b",
            },
            Wheel {
                name: "nvidia-nvshmem-cu13",
                version: "3.4.5",
                sha256: "290f0a2ee94c9f3687a02502f3b9299a9f9fe826e6d0287ee18482e78d495b80",
            },
            Wheel {
                name: "nvidia-nvtx",
                version: "13.0.85",
                sha256: "4936d1d6780fbe68db454f5e72a42ff64d1fd6397df9f363ae786930fd5c1cd4",
            },
        ],
        download_mb: (545, 2500),
    },
    Platform {
        os: "linux",
        arch: "aarch64",
        tags: &[
            "manylinux_2_28_aarch64",
            "manylinux_2_27_aarch64",
            "manylinux_2_26_aarch64",
            "manylinux_2_25_aarch64",
            "manylinux_2_18_aarch64",
            "manylinux_2_17_aarch64",
            "manylinux2014_aarch64",
        ],
        cpu: &[
            Wheel {
                name: "torch",
                version: "2.11.0",
                sha256: "d91aac77f24082809d2c5a93f52a5f085032740a1ebc9252a7b052ef5a4fddc6",
            },
            Wheel {
                name: "nvidia-cuda-runtime",
                version: "13.0.96",
                sha256: "ef9bcbe90493a2b9d810e43d249adb3d02e98dd30200d86607d8d02687c43f55",
            },
            Wheel {
                name: "nvidia-cuda-cupti",
                version: "13.0.85",
                sha256: "796bd679890ee55fb14a94629b698b6db54bcfd833d391d5e94017dd9d7d3151",
            },
        ],
        cuda: &[
            Wheel {
                name: "nvidia-cublas",
                version: "13.1.0.3",
                sha256: "c86fc7f7ae36d7528288c5d88098edcb7b02c633d262e7ddbb86b0ad91be5df2",
            },
            Wheel {
                name: "nvidia-cuda-nvrtc",
                version: "13.0.88",
                sha256: "d27f20a0ca67a4bb34268a5e951033496c5b74870b868bacd046b1b8e0c3267b",
            },
            Wheel {
                name: "nvidia-cudnn-cu13",
                version: "9.19.0.56",
                sha256: "6ed29ffaee1176c612daf442e4dd6cfeb6a0caa43ddcbeb59da94953030b1be4",
            },
            Wheel {
                name: "nvidia-cufft",
                version: "12.0.0.61",
                sha256: "2708c852ef8cd89d1d2068bdbece0aa188813a0c934db3779b9b1faa8442e5f5",
            },
            Wheel {
                name: "nvidia-cufile",
                version: "1.15.1.6",
                sha256: "bdc0deedc61f548bddf7733bdc216456c2fdb101d020e1ab4b88d232d5e2f6d1",
            },
            Wheel {
                name: "nvidia-curand",
                version: "10.4.0.35",
                sha256: "133df5a7509c3e292aaa2b477afd0194f06ce4ea24d714d616ff36439cee349a",
            },
            Wheel {
                name: "nvidia-cusolver",
                version: "12.0.4.66",
                sha256: "02c2457eaa9e39de20f880f4bd8820e6a1cfb9f9a34f820eb12a155aa5bc92d2",
            },
            Wheel {
                name: "nvidia-cusparse",
                version: "12.6.3.3",
                sha256: "80bcc4662f23f1054ee334a15c72b8940402975e0eab63178fc7e670aa59472c",
            },
            Wheel {
                name: "nvidia-cusparselt-cu13",
                version: "0.8.0",
                sha256: "400c6ed1cf6780fc6efedd64ec9f1345871767e6a1a0a552a1ea0578117ea77c",
            },
            Wheel {
                name: "nvidia-nccl-cu13",
                version: "2.28.9",
                sha256: "01c873ba1626b54caa12272ed228dc5b2781545e0ae8ba3f432a8ef1c6d78643",
            },
            Wheel {
                name: "nvidia-nvjitlink",
                version: "13.0.88",
                sha256: "e931536ccc7d467a98ba1d8b89ff7fa7f1fa3b13f2b0069118cd7f47bff07d0c",
            },
            Wheel {
                name: "nvidia-nvshmem-cu13",
                version: "3.4.5",
                sha256: "6dc2a197f38e5d0376ad52cd1a2a3617d3cdc150fd5966f4aee9bcebb1d68fe9",
            },
            Wheel {
                name: "nvidia-nvtx",
                version: "13.0.85",
                sha256: "cb7780edb6b14107373c835bf8b72e7a178bac7367e23da7acb108f973f157a6",
            },
        ],
        download_mb: (545, 2500),
    },
    Platform {
        os: "macos",
        arch: "aarch64",
        tags: &["macosx_11_0_arm64"],
        cpu: &[Wheel {
            name: "torch",
            version: "2.11.0",
            sha256: "7b6a60d48062809f58595509c524b88e6ddec3ebe25833d6462eeab81e5f2ce4",
        }],
        cuda: &[],
        download_mb: (80, 80),
    },
    Platform {
        os: "windows",
        arch: "x86_64",
        tags: &["win_amd64"],
        cpu: &[Wheel {
            name: "torch",
            version: "2.11.0",
            sha256: "73e24aaf8f36ab90d95cd1761208b2eb70841c2a9ca1a3f9061b39fc5331b708",
        }],
        cuda: &[],
        download_mb: (115, 115),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_complete() {
        for row in TABLE {
            assert_eq!(row.cpu[0].name, "torch", "{} {}", row.os, row.arch);
            assert!(!row.tags.is_empty());
            for wheel in row.wheels(Variant::Cuda) {
                assert_eq!(wheel.sha256.len(), 64, "{}", wheel.name);
                assert!(
                    wheel.sha256.bytes().all(|b| b.is_ascii_hexdigit()),
                    "{}",
                    wheel.name
                );
            }
            assert_eq!(row.cpu[0].version, LIBTORCH_VERSION);
        }
    }

    #[test]
    fn this_and_the_other_platforms_are_chosen_by_name() {
        for (os, arch, num_cpu, has_cuda) in [
            ("linux", "x86_64", 3, true),
            ("linux", "aarch64", 3, true),
            ("macos", "aarch64", 1, false),
            ("windows", "x86_64", 1, false),
        ] {
            let row = find(os, arch).unwrap_or_else(|| panic!("no row for {os} {arch}"));
            assert_eq!(row.wheels(Variant::Cpu).count(), num_cpu);
            assert_eq!(row.wheels(Variant::Cuda).count() > num_cpu, has_cuda);
        }
        assert!(find("macos", "x86_64").is_none());
        assert!(find("linux", "x86").is_none());
    }

    #[test]
    fn folders_of_variants_differ_only_where_their_contents_do() {
        let linux = find("linux", "x86_64").expect("Linux has a row");
        assert_ne!(linux.folder(Variant::Cpu), linux.folder(Variant::Cuda));
        let mac = find("macos", "aarch64").expect("macOS has a row");
        assert_eq!(mac.folder(Variant::Cpu), mac.folder(Variant::Cuda));
    }
}
