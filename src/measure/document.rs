//! The document in which the measures of one radiograph are kept.

use super::{Calibration, Measure};
use serde::{Deserialize, Serialize};

/// Says what the document is.
const FORMAT: &str = "diaphane measures";
/// Newest form that is written, and the newest that is read.
const VERSION: u32 = 2;
/// Farthest from the image's corner that a point may lie, pixels: no image is as large.
const FARTHEST_PX: f64 = 1e6;

/// Why a document holds no measures.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// It is not such a document, or damaged.
    #[error("not a document of measures, or damaged ({0})")]
    Broken(String),
    /// A newer program wrote it.
    #[error("written by a newer version of the program (form {0}; this one reads up to {VERSION})")]
    Newer(u32),
}

/// Measures of one radiograph, without a word about the patient beyond what the reader wrote in labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    format: String,
    version: u32,
    /// SOP Instance UID (0008,0018); empty for a file without one.
    pub sop_instance_uid: String,
    /// SHA-256 of the stored values, hexadecimal.
    pub stored_values_sha256: String,
    /// The measures.
    pub measures: Vec<Measure>,
    /// The reader marked the radiograph as a key image; from form 2 on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub key_image: bool,
    /// Size of a pixel by a length the reader stated; from form 2 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
}

impl Document {
    /// A document of the newest form.
    pub fn new(
        sop_instance_uid: String,
        stored_values_sha256: String,
        measures: Vec<Measure>,
    ) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            sop_instance_uid,
            stored_values_sha256,
            measures,
            key_image: false,
            calibration: None,
        }
    }

    /// Reads a document.
    ///
    /// # Errors
    /// [`DocumentError`] where it is no such document, damaged or too new.
    pub fn from_json(text: &str) -> Result<Self, DocumentError> {
        #[derive(Deserialize)]
        struct Head {
            format: String,
            version: u32,
        }
        let broken = |err: serde_json::Error| DocumentError::Broken(err.to_string());
        let head: Head = serde_json::from_str(text).map_err(broken)?;
        if head.format != FORMAT {
            return Err(DocumentError::Broken(format!(
                "its format is {:?}",
                head.format
            )));
        }
        if head.version > VERSION {
            return Err(DocumentError::Newer(head.version));
        }
        let document: Self = serde_json::from_str(text).map_err(broken)?;
        document.check()?;
        Ok(document)
    }

    /// The document as text for people and programs.
    ///
    /// # Errors
    /// [`DocumentError::Broken`] where a number in it is none.
    pub fn to_json(&self) -> Result<String, DocumentError> {
        let text = serde_json::to_string_pretty(self);
        text.map_err(|err| DocumentError::Broken(err.to_string()))
    }

    fn check(&self) -> Result<(), DocumentError> {
        let broken = |what: String| Err(DocumentError::Broken(what));
        if self.calibration.is_some_and(|stated| !stated.is_usable()) {
            return broken("its pixel size is none".to_owned());
        }
        for (index, measure) in self.measures.iter().enumerate() {
            let points = measure.shape.points();
            let near = |v: f64| v.abs() <= FARTHEST_PX;
            if !points.iter().all(|point| near(point.x) && near(point.y)) {
                return broken(format!("{} lies outside every image", measure.name()));
            }
            let rest = self.measures.iter().skip(index + 1);
            if rest.into_iter().any(|other| other.id == measure.id) {
                return broken(format!("two measures have the number {}", measure.id.0));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::{LineOrigin, MeasureId, Point, Scale, Shape};
    use crate::radiograph::{PixelSpacing, SpacingKind};

    fn every_shape() -> Vec<Measure> {
        let [a, b, c, d] =
            [(1.5, 2.0), (30.25, 4.0), (20.0, 25.5), (3.0, 19.0)].map(|(x, y)| Point::new(x, y));
        let shapes = [
            Shape::Length { ends: [a, b] },
            Shape::Angle { arms: [a, b, c] },
            Shape::Cobb {
                lines: [[a, b], [c, d]],
            },
            Shape::Rectangle { corners: [a, c] },
            Shape::Ellipse { corners: [a, c] },
            Shape::Polygon {
                corners: vec![a, b, c, d],
            },
            Shape::Profile { ends: [a, c] },
            Shape::CardiothoracicRatio {
                heart: [a, b],
                thorax: [d, c],
                origin: LineOrigin::LungMask,
            },
            Shape::Text { at: a },
            Shape::Arrow { ends: [a, d] },
            Shape::RibProfile { at: c },
            Shape::Bidirectional {
                long: [a, c],
                short: [d, b],
            },
        ];
        let number = |(index, shape)| Measure {
            id: MeasureId(index as u32 + 1),
            label: if index == 8 {
                "nodule?".to_owned()
            } else {
                String::new()
            },
            shape,
        };
        shapes.into_iter().enumerate().map(number).collect()
    }

    #[test]
    fn a_document_gives_back_what_it_was_given() {
        let document = Document::new("1.2.3".to_owned(), "ab".repeat(32), every_shape());
        let text = document.to_json().unwrap();
        assert_eq!(Document::from_json(&text).unwrap(), document);
        assert!(
            text.contains("\"kind\": \"cardiothoracic_ratio\""),
            "{text}"
        );
        assert!(text.contains("\"origin\": \"lung_mask\""), "{text}");
        assert!(!text.contains("key_image"), "{text}");
        let starred = Document {
            key_image: true,
            calibration: Calibration::of(PixelSpacing {
                row_mm: 0.25,
                col_mm: 0.125,
                kind: SpacingKind::User,
            }),
            ..document
        };
        let text = starred.to_json().unwrap();
        assert!(text.contains("\"key_image\": true"), "{text}");
        assert!(text.contains("\"kind\": \"user\""), "{text}");
        assert_eq!(Document::from_json(&text).unwrap(), starred);
        let broken = Document::from_json(&text.replace("0.125", "0.0")).unwrap_err();
        assert!(broken.to_string().contains("pixel size"), "{broken}");
    }

    #[test]
    fn a_document_that_is_damaged_foreign_or_too_new_says_so() {
        let whole = Document::new(String::new(), String::new(), every_shape())
            .to_json()
            .unwrap();
        let said = |text: &str| Document::from_json(text).unwrap_err().to_string();
        assert!(said(&whole[..whole.len() / 2]).contains("damaged"));
        assert!(said("{\"format\": \"other\", \"version\": 1}").contains("\"other\""));
        assert!(said(&whole.replace("\"version\": 2", "\"version\": 9")).contains("form 9"));
        assert!(said(&whole.replace("30.25", "3e250")).contains("outside every image"));
        assert!(said(&whole.replace("\"id\": 2,", "\"id\": 1,")).contains("number 1"));
        assert!(said(&whole.replace("\"length\"", "\"volume\"")).contains("damaged"));
    }

    #[test]
    fn a_document_of_the_first_form_is_read() {
        let text = r#"{"format": "diaphane measures", "version": 1, "sop_instance_uid": "1.2.3",
            "stored_values_sha256": "ab", "measures": [{"id": 4, "label": "rib", "kind": "length",
            "ends": [{"x": 1.5, "y": 2.0}, {"x": 30.25, "y": 4.0}]}]}"#;
        let document = Document::from_json(text).unwrap();
        let ends = [Point::new(1.5, 2.0), Point::new(30.25, 4.0)];
        assert_eq!(document.measures[0].shape, Shape::Length { ends });
        assert_eq!(document.measures[0].label, "rib");
        assert!(!document.key_image && document.calibration.is_none());
    }

    #[test]
    fn every_number_is_free_once() {
        let mut measures = every_shape();
        let id = Measure::free_id(&measures);
        assert!(measures.iter().all(|measure| measure.id != id));
        measures.clear();
        assert_eq!(Measure::free_id(&measures), MeasureId(1));
    }

    #[test]
    fn values_are_told_with_their_unit_or_with_the_reason_they_are_none() {
        let texts: Vec<String> = every_shape()
            .iter()
            .map(|measure| measure.shape.value_text(&Scale::PIXELS))
            .collect();
        assert_eq!(texts[0], "28.8 px");
        assert!(
            texts[2].starts_with("Cobb ") && texts[2].ends_with('°'),
            "{texts:?}"
        );
        assert!(
            texts[7].contains("suggested from the lung mask"),
            "{texts:?}"
        );
        // The longer one first: 29.9 and 31.1 are math.hypot(18.5, 23.5) and math.hypot(27.25, 15).
        assert_eq!(texts[11], "31.1 x 29.9 px");
        let here = Point::new(1.0, 1.0);
        let no_line = Shape::Angle { arms: [here; 3] };
        assert_eq!(no_line.value_text(&Scale::PIXELS), "no angle");
    }
}
