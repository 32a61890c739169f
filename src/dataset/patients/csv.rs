//! Comma-separated text (RFC 4180) as spreadsheets write it, and how much of it a list of patients needs.

/// One field of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// What stands between its quotes, or between its separators where it has none.
    raw: String,
    is_quoted: bool,
}

impl Field {
    /// What it says: blanks count within quotes alone.
    pub(super) fn text(&self) -> &str {
        if self.is_quoted {
            &self.raw
        } else {
            self.raw.trim()
        }
    }

    fn is_blank(&self) -> bool {
        !self.is_quoted && self.text().is_empty()
    }
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    /// The line it begins on, counted from 1.
    pub(super) line: usize,
    pub(super) fields: Vec<Field>,
}

impl Record {
    /// The texts of its fields, as `count` of them: without the empty ones that a spreadsheet adds behind the last
    /// column, and with the first ones taken together where somebody wrote a comma without quotes into a record of two.
    pub(super) fn texts(&self, count: usize, separator: char) -> Option<Vec<String>> {
        let behind = self.fields.iter().skip(count).rev();
        let blank = behind.take_while(|field| field.is_blank()).count();
        let fields = self.fields.get(..self.fields.len() - blank)?;
        if fields.len() == count {
            let texts = fields.iter().map(|field| field.text().to_owned());
            return Some(texts.collect());
        }
        let (last, first) = fields.split_last()?;
        let is_plain = fields.iter().all(|field| !field.is_quoted);
        if count != 2 || !is_plain || fields.len() < 2 {
            return None;
        }
        let first: Vec<&str> = first.iter().map(|field| field.raw.as_str()).collect();
        let first = first.join(&separator.to_string());
        Some(vec![first.trim().to_owned(), last.text().to_owned()])
    }
}

/// The records of a text, blank lines left out; the line on which a quote stays open where one does.
pub(super) fn records(text: &str, separator: char) -> Result<Vec<Record>, usize> {
    let mut reader = Reader {
        rest: text,
        line: 1,
        separator,
    };
    let mut records = Vec::new();
    while !reader.rest.is_empty() {
        let record = reader.record()?;
        if !record.fields.iter().all(Field::is_blank) {
            records.push(record);
        }
    }
    Ok(records)
}

/// A field as it is written: in quotes where it would be read as something else without them.
pub(super) fn written(text: &str, separator: char) -> String {
    let is_special = |c: char| c == separator || matches!(c, ',' | ';' | '"' | '\r' | '\n');
    if text.contains(is_special) || text.trim() != text {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

struct Reader<'a> {
    rest: &'a str,
    /// Of what comes next.
    line: usize,
    separator: char,
}

impl Reader<'_> {
    fn record(&mut self) -> Result<Record, usize> {
        let line = self.line;
        let mut fields = Vec::new();
        loop {
            fields.push(self.field()?);
            if let Some(rest) = self.rest.strip_prefix(self.separator) {
                self.rest = rest;
            } else {
                self.end_line();
                return Ok(Record { line, fields });
            }
        }
    }

    /// A field up to its separator, the end of its line or of the text.
    fn field(&mut self) -> Result<Field, usize> {
        let blank = |c: char| c == ' ' || c == '\t';
        let trimmed = self.rest.trim_start_matches(blank);
        if let Some(inside) = trimmed.strip_prefix('"') {
            self.rest = inside;
            let text = self.quoted()?;
            // What stands behind the closing quote belongs to no field.
            self.rest = self.rest.trim_start_matches(blank);
            let is_end = |c: char| c == self.separator || c == '\r' || c == '\n';
            return match self.rest.chars().next() {
                Some(next) if !is_end(next) => Err(self.line),
                _ => Ok(Field {
                    raw: text,
                    is_quoted: true,
                }),
            };
        }
        let is_end = |c: char| c == self.separator || c == '\r' || c == '\n';
        let (text, rest) = self
            .rest
            .split_at(self.rest.find(is_end).unwrap_or(self.rest.len()));
        self.rest = rest;
        Ok(Field {
            raw: text.to_owned(),
            is_quoted: false,
        })
    }

    /// What stands up to the closing quote; a doubled one stands for one.
    fn quoted(&mut self) -> Result<String, usize> {
        let opened = self.line;
        let mut text = String::new();
        loop {
            let end = self.rest.find('"').ok_or(opened)?;
            let (inside, rest) = self.rest.split_at(end);
            text += inside;
            self.line += inside.matches('\n').count();
            self.rest = rest.get(1..).unwrap_or_default();
            match self.rest.strip_prefix('"') {
                Some(rest) => {
                    text.push('"');
                    self.rest = rest;
                }
                None => return Ok(text),
            }
        }
    }

    fn end_line(&mut self) {
        let rest = self.rest.strip_prefix("\r\n");
        let rest = rest.or_else(|| self.rest.strip_prefix(['\r', '\n']));
        if let Some(rest) = rest {
            self.rest = rest;
            self.line += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, separator: char) -> Vec<(usize, Vec<String>)> {
        let texts = |record: Record| {
            let fields = record.fields.iter().map(|field| field.text().to_owned());
            (record.line, fields.collect())
        };
        let records = records(text, separator).unwrap();
        records.into_iter().map(texts).collect()
    }

    #[test]
    fn quotes_hold_separators_quotes_and_ends_of_lines() {
        let text = "a, b ,c\r\n\r\n\"d, e\",\"f\"\"g\", \"h\r\ni\" \r\nj,\"\",k";
        let expected: [(usize, [&str; 3]); 3] = [
            (1, ["a", "b", "c"]),
            (3, ["d, e", "f\"g", "h\r\ni"]),
            (5, ["j", "", "k"]),
        ];
        let expected = expected.map(|(line, fields)| (line, fields.map(str::to_owned).to_vec()));
        assert_eq!(read(text, ','), expected);
        assert_eq!(records("a;b\n\"c;d", ';'), Err(2), "a quote stays open");
        assert_eq!(records("\"a\"b,c", ','), Err(1), "text behind a quote");
    }

    #[test]
    fn what_is_written_is_read_again() {
        for text in ["a", "a,b", "a;b", "\"", " a", "a\nb", ""] {
            let line = format!("{},{}\n", written(text, ','), written("p", ','));
            assert_eq!(
                read(&line, ','),
                [(1, vec![text.to_owned(), "p".to_owned()])]
            );
        }
    }
}
