//! What a hand does in the window while frames are measured.

use crate::Window;
use diaphane::ui::{
    BrowseCommand, CompareTool, Content, Layout, MagnifierCommand, ShellCommand, UiCommand,
};
use eframe::egui::{Pos2, Rect, Vec2};
use egui_kittest::kittest::Queryable as _;

/// One movement: what is asked for before and after it, and the way of the pointer.
pub struct Movement {
    /// Its name in the table.
    pub name: &'static str,
    begin: fn() -> Vec<UiCommand>,
    end: fn() -> Vec<UiCommand>,
    pointer: Pointer,
}

/// Where the pointer goes.
enum Pointer {
    /// It is outside the window.
    Away,
    /// Over what has this label.
    Over(&'static str),
    /// Pressed in the middle of the first, and from there over the second.
    Dragging(&'static str, &'static str),
}

use Pointer::{Away, Dragging, Over};

const SOFT_TISSUE: &str = "Soft tissue view";

/// All of them; each leaves the window as it was, but for the numbers it dragged.
pub const MOVEMENTS: &[Movement] = &[
    same("nothing", Vec::new, Away),
    same("pointer (probe)", Vec::new, Over(SOFT_TISSUE)),
    same(
        "window, level",
        Vec::new,
        Dragging(SOFT_TISSUE, SOFT_TISSUE),
    ),
    Movement {
        name: "four views",
        begin: || vec![UiCommand::SetLayout(Layout::Four)],
        end: || vec![UiCommand::SetLayout(Layout::SideBySide)],
        pointer: Dragging(SOFT_TISSUE, SOFT_TISSUE),
    },
    same(
        "histogram handle",
        Vec::new,
        Dragging("Upper end of the window", "Level of the window"),
    ),
    same("bone slider", Vec::new, Dragging(BONE, BONE)),
    same(
        "wipe",
        || tool(CompareTool::Wipe),
        Dragging("Wipe handle", SOFT_TISSUE),
    ),
    same("lens", || tool(CompareTool::Lens), Over(SOFT_TISSUE)),
    same(
        "magnifier",
        || vec![UiCommand::Magnify(MagnifierCommand::Toggle)],
        Over(SOFT_TISSUE),
    ),
    same(
        "without browser",
        || vec![UiCommand::Browse(BrowseCommand::TogglePanel)],
        Dragging(SOFT_TISSUE, SOFT_TISSUE),
    ),
    Movement {
        name: "prior beside",
        begin: || vec![UiCommand::Browse(BrowseCommand::SetPrior(Some(1)))],
        end: || vec![UiCommand::Browse(BrowseCommand::SetPrior(None))],
        pointer: Dragging("Prior view", "Prior view"),
    },
    same(
        "second window",
        || vec![UiCommand::Shell(ShellCommand::ToggleSecondWindow)],
        Dragging(SOFT_TISSUE, SOFT_TISSUE),
    ),
];

const BONE: &str = "Bone taken off, %";

/// What is asked for before is asked for again after: it is taken up and laid down.
const fn same(name: &'static str, toggle: fn() -> Vec<UiCommand>, pointer: Pointer) -> Movement {
    Movement {
        name,
        begin: toggle,
        end: toggle,
        pointer,
    }
}

fn tool(tool: CompareTool) -> Vec<UiCommand> {
    vec![UiCommand::ToggleCompareTool(tool)]
}

/// What a movement may move: windows, comparison, the pixel under the pointer. One that moves nothing measures nothing.
pub fn moved(window: &Window) -> String {
    let state = window.state().state();
    let study = state.study().unwrap();
    let voi = &study.looks.of(Content::SoftTissue).voi;
    let prior = state.prior_study();
    let prior = prior.map(|study| &study.looks);
    format!("{voi:?} {:?} {:?} {prior:?}", state.compare, state.probe)
}

/// A pointer under way.
pub struct Way {
    over: Option<Rect>,
    start: Vec2,
    is_pressed: bool,
}

impl Movement {
    /// Takes up what is moved and puts the pointer where it begins.
    pub fn begin(&self, window: &mut Window) -> Way {
        ask(window, (self.begin)());
        settle(window);
        let (grip, over) = match self.pointer {
            Away => (None, None),
            Over(over) => (None, Some(rect_of(window, over))),
            Dragging(grip, over) => (Some(rect_of(window, grip)), Some(rect_of(window, over))),
        };
        if let Some(grip) = grip {
            window.hover_at(grip.center());
            window.step();
            window.drag_at(grip.center());
            window.step();
        }
        let start = grip
            .zip(over)
            .map(|(grip, over)| grip.center() - over.center());
        Way {
            over,
            start: start.unwrap_or_default(),
            is_pressed: grip.is_some(),
        }
    }

    /// Lets go and lays down what was taken up.
    pub fn end(&self, way: &Way, window: &mut Window) {
        if let Some(over) = way.over.filter(|_| way.is_pressed) {
            window.drop_at(over.center());
        } else {
            window.remove_cursor();
        }
        window.step();
        ask(window, (self.end)());
        settle(window);
    }
}

impl Way {
    /// Whether the pointer takes part.
    pub fn has_pointer(&self) -> bool {
        self.over.is_some()
    }

    /// Where the pointer is in this frame: on a curve that fills the middle of what it moves over.
    pub fn at(&self, frame: usize) -> Option<Pos2> {
        let over = self.over?;
        let turn = frame as f32;
        let share = Vec2::new((0.05 * turn).sin(), (0.07 * turn).sin());
        Some(over.center() + 0.4 * share * over.size() + self.start)
    }
}

fn ask(window: &mut Window, commands: Vec<UiCommand>) {
    for command in commands {
        window.state_mut().apply(command);
    }
}

/// Draws frames until what is laid out stands where it stays, and threads beside the window are done.
pub fn settle(window: &mut Window) {
    for _ in 0..20 {
        window.step();
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

/// The last of this label: a slider stands behind its name.
fn rect_of(window: &Window, label: &str) -> Rect {
    let found = window.query_all_by_label(label).last();
    found.unwrap_or_else(|| panic!("no {label}")).rect()
}
