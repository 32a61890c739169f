//! Which names a checkpoint may mention.
//!
//! Nothing here is ever looked up or called; the judgement exists so that a person who opens a hostile file learns
//! that it is one, and does not open it in Python next.

use super::value::GlobalName;

/// What a name means for the file that mentions it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Tensors, containers, modules of networks.
    Known,
    /// A class from elsewhere: harmless as the type of a value, refused where it would be called.
    Unknown,
    /// A way out of the interpreter: refused wherever it is mentioned.
    Forbidden,
}

/// Modules that give access to the system, to code or to other pickles.
const FORBIDDEN_MODULES: [&str; 46] = [
    "_io",
    "_pickle",
    "_posixsubprocess",
    "_thread",
    "asyncio",
    "bdb",
    "builtins",
    "__builtin__",
    "cPickle",
    "code",
    "codeop",
    "commands",
    "concurrent",
    "cProfile",
    "ctypes",
    "dill",
    "distutils",
    "doctest",
    "ftplib",
    "http",
    "importlib",
    "io",
    "joblib",
    "marshal",
    "multiprocessing",
    "nt",
    "ntpath",
    "os",
    "pdb",
    "pickle",
    "pip",
    "platform",
    "posix",
    "posixpath",
    "profile",
    "pty",
    "runpy",
    "setuptools",
    "shutil",
    "signal",
    "site",
    "smtplib",
    "socket",
    "subprocess",
    "sys",
    "webbrowser",
];

/// Harmless types of the builtin module; in files of Python 2 style it has underscores.
const BUILTIN_TYPES: [&str; 14] = [
    "bool",
    "bytearray",
    "bytes",
    "complex",
    "dict",
    "float",
    "frozenset",
    "int",
    "list",
    "object",
    "set",
    "slice",
    "str",
    "tuple",
];

/// Functions with which torch rebuilds tensors and parameters.
const TORCH_REBUILDERS: [&str; 4] = [
    "_rebuild_tensor",
    "_rebuild_tensor_v2",
    "_rebuild_parameter",
    "_rebuild_parameter_with_state",
];

/// Number formats and small types directly in `torch`.
const TORCH_TYPES: [&str; 18] = [
    "Size",
    "Tensor",
    "bfloat16",
    "bool",
    "complex128",
    "complex64",
    "device",
    "float16",
    "float32",
    "float64",
    "int16",
    "int32",
    "int64",
    "int8",
    "memory_format",
    "strided",
    "uint8",
    "dtype",
];

/// Packages whose classes the published networks are made of: the authors' own (`modules`, `model`), MONAI and its
/// generative models, and the segmenter's.
const NETWORK_PACKAGES: [&str; 7] = [
    "modules",
    "model",
    "generative",
    "monai",
    "lungs_segmentation",
    "segmentation_models_pytorch",
    "torchvision",
];

/// Judges a name.
pub(super) fn standing(global: &GlobalName) -> Standing {
    let (module, name) = (&*global.module, &*global.name);
    let package = module.split('.').next().unwrap_or(module);
    let builtin = matches!(module, "builtins" | "__builtin__");
    if builtin && BUILTIN_TYPES.contains(&name) {
        return Standing::Known;
    }
    // A dotted name walks through attributes, which no class of a network needs.
    if FORBIDDEN_MODULES.contains(&package) || name.contains('.') {
        return Standing::Forbidden;
    }
    match package {
        "numpy" => numpy_standing(name),
        "_codecs" if name == "encode" => Standing::Known,
        "torch" => torch_standing(module, name),
        "collections" if name == "OrderedDict" => Standing::Known,
        package if NETWORK_PACKAGES.contains(&package) => network_standing(name),
        _ => Standing::Unknown,
    }
}

fn torch_standing(module: &str, name: &str) -> Standing {
    let known = match module {
        "torch" | "torch.cuda" => TORCH_TYPES.contains(&name) || name.ends_with("Storage"),
        "torch.storage" => name.ends_with("Storage"),
        "torch._utils" => TORCH_REBUILDERS.contains(&name),
        "torch.nn.parameter" => matches!(name, "Parameter" | "Buffer"),
        _ => module.starts_with("torch.nn.modules.") && is_class_name(name),
    };
    if known {
        Standing::Known
    } else if is_class_name(name) || matches!(module, "torch.nn.functional" | "torch._C._nn") {
        Standing::Unknown
    } else {
        // Other functions of torch load files and compile code.
        Standing::Forbidden
    }
}

/// Training checkpoints carry numbers as numpy scalars.
fn numpy_standing(name: &str) -> Standing {
    if matches!(name, "scalar" | "_reconstruct" | "dtype" | "ndarray") {
        Standing::Known
    } else {
        Standing::Unknown
    }
}

fn network_standing(name: &str) -> Standing {
    if is_class_name(name) {
        Standing::Known
    } else {
        Standing::Unknown
    }
}

fn is_class_name(name: &str) -> bool {
    let mut letters = name.trim_start_matches('_').chars();
    letters.next().is_some_and(char::is_uppercase)
}
