//! A display without a screen, and what can be seen on it.

use crate::process::{read, run};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a window may take until it is there; one drawn by the processor on a busy machine is slow.
const LONGEST_WAIT: Duration = Duration::from_mins(2);
/// The middle of the display, where the pictures are: nothing else is drawn there.
const MIDDLE: &str = "300x300+0+0";
/// Fewest colours of a radiograph in it; a black frame, text over it or a note have a few.
const FEWEST_COLOURS: u32 = 100;

/// A virtual display; it ends when it is dropped.
pub struct Display {
    server: Child,
    name: String,
}

impl Display {
    /// Starts one under a number that is free.
    pub fn start() -> Result<Self, String> {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1440x900x24"])
            .args(["-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|err| format!("cannot start Xvfb: {err}"))?;
        let mut number = String::new();
        if let Some(stdout) = server.stdout.take() {
            // An end without a number shows in the number being empty.
            BufReader::new(stdout).read_line(&mut number).ok();
        }
        let name = format!(":{}", number.trim());
        let display = Self { server, name };
        if display.name == ":" {
            return Err("Xvfb did not start".to_owned());
        }
        Ok(display)
    }

    /// Value of `DISPLAY`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Waits for a window whose title and class are these, while `program` runs.
    pub fn wait_for(&self, title: &str, class: &str, program: &mut Child) -> Result<(), String> {
        let start = Instant::now();
        while start.elapsed() < LONGEST_WAIT {
            if let Ok(Some(status)) = program.try_wait() {
                return Err(format!(
                    "the program ended with {status} instead of opening a window"
                ));
            }
            let tree =
                read(Command::new("xwininfo").args(["-root", "-tree", "-display", &self.name]));
            let seen = tree?
                .lines()
                .any(|line| line.contains(title) && line.contains(class));
            if seen {
                return Ok(());
            }
            sleep(Duration::from_millis(500));
        }
        Err(format!(
            "there was no window `{title}` of the class {class} within {} s",
            LONGEST_WAIT.as_secs()
        ))
    }

    /// Writes a picture of the display, and fails where there is nothing on it.
    pub fn photograph(&self, file: &Path) -> Result<(), String> {
        run(Command::new("import")
            .args(["-display", &self.name, "-window", "root"])
            .arg(file))?;
        let middle = [
            "-gravity", "center", "-crop", MIDDLE, "-format", "%k", "info:",
        ];
        let colours = read(Command::new("convert").arg(file).args(middle))?;
        match colours.trim().parse::<u32>() {
            Ok(colours) if colours >= FEWEST_COLOURS => Ok(()),
            _ => Err(format!(
                "no radiograph is in the window: the middle of {} has {} colours",
                file.display(),
                colours.trim()
            )),
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        end(&mut self.server);
    }
}

/// Ends a program that was started here.
pub fn end(program: &mut Child) {
    // One that has ended by itself cannot be killed, which is as good.
    program.kill().ok();
    program.wait().ok();
}
