//! The operation codes of pickle protocols 0 to 5.

use super::PickleError;
use super::machine::{Machine, malformed};
use super::value::{Node, NodeId};

impl Machine<'_> {
    /// Follows one operation.
    pub(super) fn step(&mut self, operation: u8) -> Result<(), PickleError> {
        match operation {
            // PROTO and FRAME say nothing about values.
            0x80 => self.reader.u8().map(|_protocol| ()),
            0x95 => self.reader.length().map(|_frame| ()),
            b'N' | 0x88 | 0x89 | b'I' | b'J' | b'K' | b'M' | b'L' | 0x8a | 0x8b | b'F' | b'G' => {
                self.number(operation)
            }
            b'S' | b'T' | b'U' | b'V' | b'X' | 0x8c | 0x8d | b'B' | b'C' | 0x8e | 0x96 => {
                self.text_or_bytes(operation)
            }
            b')' | 0x85..=0x87 | b't' | b']' | b'l' | b'}' | b'd' | 0x8f | 0x91 => {
                self.container(operation)
            }
            b'a' | b'e' | b's' | b'u' | 0x90 => self.fill_container(operation),
            b'(' | b'0' | b'1' | b'2' => self.arrange_stack(operation),
            b'p' | b'q' | b'r' | 0x94 | b'g' | b'h' | b'j' => self.memoise(operation),
            b'c' | 0x93 | b'i' | b'o' | b'R' | 0x81 | 0x92 | b'b' => self.object(operation),
            b'P' | b'Q' => self.persistent(operation),
            other => Err(PickleError::Malformed(format!(
                "the operation 0x{other:02x} has no place in a checkpoint"
            ))),
        }
    }

    fn number(&mut self, operation: u8) -> Result<(), PickleError> {
        let node = match operation {
            b'N' => Node::None,
            0x88 => Node::Bool(true),
            0x89 => Node::Bool(false),
            b'J' => Node::Int(self.reader.i32()?.into()),
            b'K' => Node::Int(self.reader.u8()?.into()),
            b'M' => Node::Int(self.reader.u16()?.into()),
            0x8a => {
                let length = self.reader.u8()?.into();
                long_integer(self.reader.run(length)?)
            }
            0x8b => {
                let length = self.reader.u32()? as usize;
                long_integer(self.reader.run(length)?)
            }
            b'G' => Node::Float(self.reader.f64_big_endian()?),
            b'F' => Node::Float(parse(self.reader.line()?)?),
            b'I' => match self.reader.line()? {
                "00" => Node::Bool(false),
                "01" => Node::Bool(true),
                digits => Node::Int(parse(digits)?),
            },
            _ => match self.reader.line()?.trim_end_matches('L').parse() {
                Ok(value) => Node::Int(value),
                Err(_not_64_bits) => Node::WideInt,
            },
        };
        self.push(node);
        Ok(())
    }

    fn text_or_bytes(&mut self, operation: u8) -> Result<(), PickleError> {
        let text = match operation {
            // Escapes inside of quoted texts are kept as they stand: no name of a network has any.
            b'S' => self.reader.line()?.trim_matches(['\'', '"']),
            b'V' => self.reader.line()?,
            b'T' | b'X' => {
                let length = self.reader.u32()? as usize;
                self.reader.text(length)?
            }
            b'U' | 0x8c => {
                let length = self.reader.u8()?.into();
                self.reader.text(length)?
            }
            0x8d => {
                let length = self.reader.length()?;
                self.reader.text(length)?
            }
            _ => return self.skip_bytes(operation),
        };
        self.push(Node::Text(text.into()));
        Ok(())
    }

    fn skip_bytes(&mut self, operation: u8) -> Result<(), PickleError> {
        let length = match operation {
            b'B' => self.reader.u32()? as usize,
            b'C' => self.reader.u8()?.into(),
            _ => self.reader.length()?,
        };
        self.reader.run(length)?;
        self.push(Node::Bytes);
        Ok(())
    }

    fn container(&mut self, operation: u8) -> Result<(), PickleError> {
        let node = match operation {
            b')' => Node::Tuple(Box::default()),
            0x85..=0x87 => {
                let mut items = Vec::new();
                for _ in 0x85..=operation {
                    items.push(self.pop()?);
                }
                items.reverse();
                Node::Tuple(items.into())
            }
            b't' => Node::Tuple(self.pop_to_mark()?.into()),
            b']' | 0x8f => Node::Sequence(Vec::new()),
            b'l' | 0x91 => Node::Sequence(self.pop_to_mark()?),
            b'd' => {
                let flat = self.pop_to_mark()?;
                self.push(Node::Mapping(Vec::new()));
                return self.extend_entries(&flat);
            }
            _ => Node::Mapping(Vec::new()),
        };
        self.push(node);
        Ok(())
    }

    fn fill_container(&mut self, operation: u8) -> Result<(), PickleError> {
        match operation {
            b'a' => {
                let item = self.pop()?;
                self.extend_items(vec![item])
            }
            b's' => {
                let value = self.pop()?;
                let key = self.pop()?;
                self.extend_entries(&[key, value])
            }
            b'u' => {
                let flat = self.pop_to_mark()?;
                self.extend_entries(&flat)
            }
            _ => {
                let items = self.pop_to_mark()?;
                self.extend_items(items)
            }
        }
    }

    fn arrange_stack(&mut self, operation: u8) -> Result<(), PickleError> {
        match operation {
            b'(' => self.mark(),
            b'0' => self.discard()?,
            b'1' => drop(self.pop_to_mark()?),
            _ => {
                let top = self.top()?;
                self.stack.push(top);
            }
        }
        Ok(())
    }

    fn memoise(&mut self, operation: u8) -> Result<(), PickleError> {
        let slot = match operation {
            b'p' | b'g' => parse(self.reader.line()?)?,
            b'q' | b'h' => self.reader.u8()?.into(),
            b'r' | b'j' => self.reader.u32()?,
            _ => self.memo.len() as u32,
        };
        if matches!(operation, b'g' | b'h' | b'j') {
            let remembered = self.memo.get(&slot).copied();
            let remembered =
                remembered.ok_or_else(|| malformed("it recalls a value that was never kept"))?;
            self.stack.push(remembered);
        } else {
            let top = self.top()?;
            self.memo.insert(slot, top);
        }
        Ok(())
    }

    fn object(&mut self, operation: u8) -> Result<(), PickleError> {
        match operation {
            b'c' => {
                let (module, name) = (self.reader.line()?, self.reader.line()?);
                self.push_global(module, name)
            }
            0x93 => self.stack_global(),
            b'i' => {
                let (module, name) = (self.reader.line()?, self.reader.line()?);
                let arguments = self.pop_to_mark()?;
                self.push_global(module, name)?;
                let class = self.pop()?;
                self.call_with(class, arguments)
            }
            b'o' => {
                let mut arguments = self.pop_to_mark()?;
                if arguments.is_empty() {
                    return Err(malformed("it makes an object without a class"));
                }
                let class = arguments.remove(0);
                self.call_with(class, arguments)
            }
            b'b' => {
                let state = self.pop()?;
                self.set_state(state)
            }
            _ => self.call(operation),
        }
    }

    fn stack_global(&mut self) -> Result<(), PickleError> {
        let (name, module) = (self.pop()?, self.pop()?);
        let (Node::Text(module), Node::Text(name)) = (self.node(module), self.node(name)) else {
            return Err(malformed("the name of a class is no text"));
        };
        let (module, name) = (module.clone(), name.clone());
        self.push_global(&module, &name)
    }

    fn call(&mut self, operation: u8) -> Result<(), PickleError> {
        if operation == 0x92 {
            // NEWOBJ_EX carries keyword arguments, which no module's allocation uses.
            self.pop()?;
        }
        let arguments = self.pop()?;
        let callable = self.pop()?;
        if !matches!(self.node(arguments), Node::Tuple(_)) {
            return Err(malformed("the arguments of a call are no tuple"));
        }
        self.push_object(callable, arguments, operation == b'R')
    }

    fn call_with(&mut self, class: NodeId, arguments: Vec<NodeId>) -> Result<(), PickleError> {
        self.push(Node::Tuple(arguments.into()));
        let arguments = self.pop()?;
        self.push_object(class, arguments, true)
    }

    fn persistent(&mut self, operation: u8) -> Result<(), PickleError> {
        let description = if operation == b'P' {
            let line = self.reader.line()?;
            self.push(Node::Text(line.into()));
            self.pop()?
        } else {
            self.pop()?
        };
        self.push(Node::Persistent(description));
        Ok(())
    }
}

/// A little-endian integer in two's complement.
fn long_integer(bytes: &[u8]) -> Node {
    if bytes.len() > 8 {
        return Node::WideInt;
    }
    let negative = bytes.last().is_some_and(|&byte| byte >= 0x80);
    let mut wide = if negative { [0xff; 8] } else { [0; 8] };
    for (target, &byte) in wide.iter_mut().zip(bytes) {
        *target = byte;
    }
    Node::Int(i64::from_le_bytes(wide))
}

fn parse<T: std::str::FromStr>(digits: &str) -> Result<T, PickleError> {
    let number = digits.trim().parse();
    number.map_err(|_not_a_number| malformed("a number is not one"))
}
