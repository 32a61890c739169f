//! What a panic inside a job says, and what a reader can do about it.

/// By the words of libtorch's allocators on a GPU and on the CPU.
pub(super) fn is_want_of_memory(cause: &str) -> bool {
    cause.contains("out of memory") || cause.contains("can't allocate memory")
}

/// What a reader can do about a panic with this message.
pub(super) fn panic_sentence(cause: &str) -> String {
    if is_want_of_memory(cause) {
        format!(
            "the device has not enough memory for this picture ({cause}); close other programs, choose bf16 or the CPU, or a bundle with a smaller grid"
        )
    } else {
        format!("the computation broke off ({cause}); the networks are reloaded for the next job")
    }
}

/// The first line of a panic's message; libtorch appends a stack trace that helps no reader.
pub(super) fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    text.lines().next().unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn want_of_memory_says_what_to_do() {
        let gpu = "CUDA out of memory. Tried to allocate 20.00 MiB";
        let cpu = "DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes";
        for cause in [gpu, cpu] {
            assert!(panic_sentence(cause).contains("smaller grid"));
        }
        assert!(panic_sentence("shape mismatch").contains("reloaded"));
    }

    #[test]
    fn a_panic_is_told_by_its_first_line() {
        let panic: Box<dyn std::any::Any + Send> = Box::new("first\nframe #0".to_owned());
        assert_eq!(panic_text(panic.as_ref()), "first");
    }
}
