//! The test matrix: what can be wrong in a dataset, and what must be said of it.

use crate::damage::{
    CXR, LAST, SOFT, changed_copy, dicom_of, grey8, halve, in_dicom, inverted, list, made_by_us,
    mirrored, reduce,
};
use crate::folder::{Header, Pairs, SIDE, chest, moved};
use diaphane::dataset::{FindingKind as Kind, Severity};
use diaphane::radiograph::{FloatImage, LungMask, Raster, resize_area};

/// Something done to a good folder: to its pair b, or to pairs d, e and f that are added.
pub struct Harm {
    pub name: &'static str,
    /// What must be found of it.
    pub kind: Kind,
    /// Whether the dataset is refused for it.
    pub level: Severity,
    pub done: fn(&Pairs),
}

const fn refused(name: &'static str, kind: Kind, done: fn(&Pairs)) -> Harm {
    Harm {
        name,
        kind,
        level: Severity::Error,
        done,
    }
}

const fn told(name: &'static str, kind: Kind, done: fn(&Pairs)) -> Harm {
    Harm {
        name,
        kind,
        level: Severity::Warning,
        done,
    }
}

pub const HARMS: &[Harm] = &[
    // Files.
    refused("half of a PNG file", Kind::Unreadable, |pairs| {
        halve(pairs, "b_soft.png");
    }),
    refused("half of a DICOM file", Kind::Unreadable, |pairs| {
        in_dicom(pairs, "b", CXR, SOFT);
        halve(pairs, "b_soft.dcm");
    }),
    refused("an empty file", Kind::Unreadable, |pairs| {
        std::fs::write(pairs.file("b_cxr.png"), "").unwrap();
    }),
    refused("words in a picture's place", Kind::Unreadable, |pairs| {
        std::fs::write(pairs.file("b_soft.png"), "not here yet").unwrap();
    }),
    refused("a colour picture", Kind::Unreadable, |pairs| {
        let grey = grey8(&chest(1).radiograph);
        let red = image::RgbImage::from_fn(SIDE as u32, SIDE as u32, |x, y| {
            let value = grey.get_pixel(x, y).0[0];
            image::Rgb([255, value, value])
        });
        red.save(pairs.file("b_cxr.png")).unwrap();
    }),
    refused("two mates of one radiograph", Kind::SeveralMates, |pairs| {
        std::fs::copy(pairs.file("b_soft.png"), pairs.file("b_soft.tif")).unwrap();
    }),
    told("a radiograph without a mate", Kind::NoMate, |pairs| {
        std::fs::remove_file(pairs.file("b_soft.png")).unwrap();
    }),
    told("a mate without a radiograph", Kind::NoMate, |pairs| {
        std::fs::remove_file(pairs.file("b_cxr.png")).unwrap();
    }),
    told("a file that is no picture", Kind::PassedOver, |pairs| {
        std::fs::write(pairs.file("notes.txt"), "words").unwrap();
    }),
    told("a JPEG file", Kind::Lossy, |pairs| {
        grey8(&chest(1).radiograph)
            .save(pairs.file("b_cxr.jpg"))
            .unwrap();
        std::fs::remove_file(pairs.file("b_cxr.png")).unwrap();
        grey8(&chest(1).soft_tissue)
            .save(pairs.file("b_soft.png"))
            .unwrap();
    }),
    // Grids and values.
    refused("a cropped mate", Kind::SizeMismatch, |pairs| {
        pairs.write("b_soft", &chest(1).soft_tissue.crop(0, 0, SIDE, SIDE - 100));
    }),
    refused("8 bits beside 16", Kind::BitDepth, |pairs| {
        grey8(&chest(1).soft_tissue)
            .save(pairs.file("b_soft.png"))
            .unwrap();
    }),
    refused("a constant picture", Kind::Blank, |pairs| {
        pairs.write("b_soft", &FloatImage::filled(SIDE, SIDE, 0.5));
    }),
    refused("half of the picture white", Kind::Clipped, |pairs| {
        pairs.write("b_cxr", &chest(1).radiograph.map(|v| (3.0 * v).min(1.0)));
    }),
    told("some of the picture white", Kind::PartlyClipped, |pairs| {
        let cut = |v: &f32| v.min(0.85) / 0.85;
        pairs.write("b_cxr", &chest(1).radiograph.map(cut));
    }),
    refused("a thumbnail", Kind::TooSmall, |pairs| reduce(pairs, 48)),
    told("a small picture", Kind::Small, |pairs| reduce(pairs, 300)),
    told("a smaller mate", Kind::OtherSize, |pairs| {
        pairs.write("b_soft", &resize_area(&chest(1).soft_tissue, 400, 400));
    }),
    told("a mate of other pixels' size", Kind::MateSpacing, |pairs| {
        in_dicom(
            pairs,
            "b",
            CXR,
            Header {
                row_mm: 0.3,
                ..SOFT
            },
        );
    }),
    told(
        "a pixel's size unlike the others'",
        Kind::OddSpacing,
        |pairs| {
            for (name, row_mm) in [("d", 0.2), ("e", 0.2), ("f", 0.2), ("g", 0.2), ("b", 0.4)] {
                let of = |header| Header { row_mm, ..header };
                in_dicom(pairs, name, of(CXR), of(SOFT));
            }
        },
    ),
    // Polarity and position.
    refused("an inverted mate", Kind::MatePolarity, |pairs| {
        pairs.write("b_soft", &inverted(&chest(1).soft_tissue));
    }),
    refused("an inverted pair", Kind::OddPolarity, |pairs| {
        pairs.write("b_cxr", &inverted(&chest(1).radiograph));
        pairs.write("b_soft", &inverted(&chest(1).soft_tissue));
    }),
    refused("a mate seen in a mirror", Kind::Mirrored, |pairs| {
        pairs.write("b_soft", &mirrored(&chest(1).soft_tissue));
    }),
    refused("a mate seen in a mirror below", Kind::Mirrored, |pairs| {
        let over = moved(&chest(1).soft_tissue, |col, row| (col, LAST - row));
        pairs.write("b_soft", &over);
    }),
    refused("a mate upside down", Kind::Turned, |pairs| {
        let turned = moved(&chest(1).soft_tissue, |col, row| (LAST - col, LAST - row));
        pairs.write("b_soft", &turned);
    }),
    refused("a mate on its side", Kind::Turned, |pairs| {
        pairs.write(
            "b_soft",
            &moved(&chest(1).soft_tissue, |col, row| (row, LAST - col)),
        );
    }),
    told("a shifted mate", Kind::Shifted, |pairs| {
        pairs.write(
            "b_soft",
            &moved(&chest(1).soft_tissue, |col, row| (col - 2.0, row + 3.0)),
        );
    }),
    told("a larger mate", Kind::Shifted, |pairs| {
        let grown = |v: f64| (v - 255.5) / 1.012 + 255.5;
        pairs.write(
            "b_soft",
            &moved(&chest(1).soft_tissue, |col, row| (grown(col), grown(row))),
        );
    }),
    told("a heart that moved", Kind::Moved, |pairs| {
        let beaten = moved(&chest(1).soft_tissue, |col, row| {
            let heart = (-((col - 300.0).powi(2) + (row - 300.0).powi(2)) / 6000.0).exp();
            (col - 4.0 * heart, row)
        });
        pairs.write("b_soft", &beaten);
    }),
    // Mates that are none.
    refused("another patient's mate", Kind::NoPair, |pairs| {
        pairs.write("b_soft", &chest(4).soft_tissue);
    }),
    refused("the mates of two pairs exchanged", Kind::NoPair, |pairs| {
        pairs.add("d", 3);
        pairs.write("b_soft", &chest(3).soft_tissue);
        pairs.write("d_soft", &chest(1).soft_tissue);
    }),
    refused(
        "the bone image in place of the soft one",
        Kind::NoPair,
        |pairs| {
            pairs.write("b_soft", &chest(1).bone);
        },
    ),
    refused(
        "the radiograph as its own mate",
        Kind::SamePicture,
        |pairs| {
            pairs.write("b_soft", &chest(1).radiograph);
        },
    ),
    refused("radiograph and mate exchanged", Kind::Exchanged, |pairs| {
        pairs.write("b_cxr", &chest(1).soft_tissue);
        pairs.write("b_soft", &chest(1).radiograph);
    }),
    told(
        "a mate brighter than its radiograph",
        Kind::Brighter,
        |pairs| {
            pairs.write("b_soft", &chest(1).soft_tissue.map(|v| (v + 0.13).min(1.0)));
        },
    ),
    told("a tone unlike the others'", Kind::OddTone, |pairs| {
        for (name, seed) in [("d", 3), ("e", 4), ("f", 5)] {
            pairs.add(name, seed);
        }
        pairs.write("f_soft", &chest(5).soft_tissue.map(|v| v - 0.17));
    }),
    refused("a mate that a network made", Kind::OwnOutput, |pairs| {
        made_by_us(pairs, "b_soft", &chest(1).soft_tissue);
    }),
    refused(
        "a radiograph that a network made",
        Kind::OwnOutput,
        |pairs| {
            made_by_us(pairs, "b_cxr", &chest(1).radiograph);
        },
    ),
    refused(
        "12 bits of a mate in a file of 16",
        Kind::OtherScale,
        |pairs| {
            let stored = chest(1)
                .soft_tissue
                .map(|v| (v * 4095.0).round() / 65_535.0);
            pairs.write("b_soft", &stored);
        },
    ),
    refused(
        "8 bits of a mate in a file of 16",
        Kind::OtherScale,
        |pairs| {
            let stored = chest(1).soft_tissue.map(|v| (v * 255.0).round() / 65_535.0);
            pairs.write("b_soft", &stored);
        },
    ),
    // Headers.
    refused("mates of two patients", Kind::TwoPatients, |pairs| {
        in_dicom(
            pairs,
            "b",
            CXR,
            Header {
                patient: "P9",
                ..SOFT
            },
        );
    }),
    refused("a lateral view", Kind::NotChest, |pairs| {
        in_dicom(pairs, "b", Header { view: "LL", ..CXR }, SOFT);
    }),
    refused(
        "a radiograph without its bones",
        Kind::AlreadySuppressed,
        |pairs| {
            let suppressed = Header {
                series: "CHEST BONE SUPPRESSED",
                ..CXR
            };
            in_dicom(pairs, "b", suppressed, SOFT);
        },
    ),
    // Masks.
    refused("an empty mask", Kind::Mask, |pairs| {
        pairs.mask("b", &LungMask::from_nonzero(&Raster::filled(SIDE, SIDE, 0)));
    }),
    refused("a mask of another shape", Kind::Mask, |pairs| {
        let cut = chest(1).lung_mask.raster().crop(0, 0, SIDE, SIDE - 100);
        pairs.mask("b", &LungMask::from_nonzero(&cut));
    }),
    refused("a mask of two labels", Kind::Mask, |pairs| {
        let lungs = chest(1).lung_mask.raster();
        let labels = image::GrayImage::from_fn(SIDE as u32, SIDE as u32, |x, y| {
            let inside = lungs.values()[y as usize * SIDE + x as usize];
            image::Luma([inside * if x < SIDE as u32 / 2 { 1 } else { 2 }])
        });
        labels.save(pairs.file("b_lungmask.png")).unwrap();
    }),
    refused("half of a mask's file", Kind::Mask, |pairs| {
        halve(pairs, "b_lungmask.png");
    }),
    // Leaks.
    refused("a picture under a second name", Kind::Duplicate, |pairs| {
        pairs.add("d", 1);
    }),
    refused("a picture as two patients'", Kind::Duplicate, |pairs| {
        in_dicom(pairs, "b", CXR, SOFT);
        let of = |header| Header {
            patient: "P9",
            ..header
        };
        dicom_of(pairs, ("d", 1), of(CXR), of(SOFT));
    }),
    told(
        "a picture twice of one patient",
        Kind::NearDuplicate,
        |pairs| {
            in_dicom(pairs, "b", CXR, SOFT);
            dicom_of(pairs, ("d", 1), CXR, SOFT);
        },
    ),
    told(
        "nearly a picture of another patient",
        Kind::NearDuplicate,
        |pairs| {
            let nearly = |picture| moved(picture, |col, row| (col + 1.5, row));
            pairs.write("d_cxr", &nearly(&chest(1).radiograph));
            pairs.write("d_soft", &nearly(&chest(1).soft_tissue));
        },
    ),
    told("a copy moved by a fiftieth", Kind::NearDuplicate, |pairs| {
        let by = 0.02 * LAST;
        changed_copy(pairs, |col, row| (col + by, row - by));
    }),
    told(
        "a copy turned by four degrees",
        Kind::NearDuplicate,
        |pairs| {
            let (sin, cos) = 4_f64.to_radians().sin_cos();
            changed_copy(pairs, |col, row| {
                let (x, y) = (col - 0.5 * LAST, row - 0.5 * LAST);
                (
                    cos * x + sin * y + 0.5 * LAST,
                    cos * y - sin * x + 0.5 * LAST,
                )
            });
        },
    ),
    told(
        "a mirrored copy cut to 93 percent",
        Kind::NearDuplicate,
        |pairs| {
            changed_copy(pairs, |col, row| {
                let grown = |v: f64| 0.93 * (v - 0.5 * LAST) + 0.5 * LAST;
                (grown(LAST - col), grown(row))
            });
        },
    ),
    told(
        "a mirrored copy of an enlarged dataset",
        Kind::NearDuplicate,
        |pairs| {
            pairs.write("d_cxr", &mirrored(&chest(1).radiograph));
            pairs.write("d_soft", &mirrored(&chest(1).soft_tissue));
        },
    ),
    refused("an empty list of patients", Kind::PatientList, |pairs| {
        list(pairs, "");
    }),
    refused(
        "a list with two patients of one pair",
        Kind::PatientList,
        |pairs| {
            list(pairs, "pair,patient\na,p1\nb,p2\nc,p3\nb,p4\n");
        },
    ),
    told(
        "a list that names no pair of the dataset",
        Kind::StrangePatient,
        |pairs| {
            list(pairs, "a,p1\nb,p2\nc,p3\nb_cxr.png,p2\n");
        },
    ),
    told(
        "a list that leaves a pair out",
        Kind::UnlistedPair,
        |pairs| {
            list(pairs, "pair;patient\r\na;p1\r\nc;p3\r\n");
        },
    ),
];
