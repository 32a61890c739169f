//! Chores of the repository: everything a newcomer or the test server needs is one of these commands.

mod libtorch;
mod package;
mod platform;
mod process;
mod system;
mod tasks;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask demo [--cuda] [-- FILE...]  build, suppress the demo study (or your own images) and show the result
cargo xtask test [--cuda]               format, lints, builds and every test, as the test server runs them
cargo xtask setup [--cuda|--cpu]        only fetch libtorch and install the system packages
cargo xtask libtorch                    print the folder of the libtorch in use
cargo xtask package deb                 make the Debian package, in target/package
cargo xtask package check [FILE.deb]    install it in a bare Debian, run it there, remove it (as root)
cargo xtask package icons               draw the icons of all packages anew from assets/icon.svg";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = args
        .split_first()
        .map_or(("", &[][..]), |(c, r)| (c.as_str(), r));
    let (own, files) = match rest.iter().position(|arg| arg == "--") {
        Some(at) => (&rest[..at], &rest[at + 1..]),
        None => (rest, &[][..]),
    };
    let outcome = match (command, variant(own)) {
        ("", _) => {
            println!("{USAGE}");
            Ok(())
        }
        ("package", _) => package::run(rest),
        (_, Err(err)) => Err(err),
        ("demo", Ok(variant)) => tasks::demo(variant, files),
        ("test", Ok(variant)) => tasks::test(variant),
        ("setup", Ok(variant)) => tasks::setup(variant),
        ("libtorch", Ok(variant)) => {
            libtorch::ensure(variant).map(|dir| println!("{}", dir.display()))
        }
        (other, Ok(_)) => Err(format!("there is no command `{other}`.\n{USAGE}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            eprintln!("xtask: {err}");
            ExitCode::from(2)
        }
    }
}

/// `--cuda` and `--cpu` decide; without them the machine does: CUDA libraries where there is an NVIDIA driver.
fn variant(args: &[String]) -> Result<platform::Variant, String> {
    match args {
        [] if system::has_nvidia_driver() => Ok(platform::Variant::Cuda),
        [] => Ok(platform::Variant::Cpu),
        [flag] if flag == "--cuda" => Ok(platform::Variant::Cuda),
        [flag] if flag == "--cpu" => Ok(platform::Variant::Cpu),
        other => Err(format!(
            "did not understand `{}`; your own images go behind `--`.\n{USAGE}",
            other.join(" ")
        )),
    }
}
