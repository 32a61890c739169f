//! Pickles written by hand, byte by byte; nothing in them may ever run.

use super::*;

fn forbidden(bytes: &[u8]) -> Vec<String> {
    match read_pickle(bytes) {
        Err(PickleError::Forbidden(names)) => names,
        other => panic!("expected a refusal by name, got {other:?}"),
    }
}

fn malformed(bytes: &[u8]) -> String {
    match read_pickle(bytes) {
        Err(PickleError::Malformed(reason)) => reason,
        other => panic!("expected a malformed pickle, got {other:?}"),
    }
}

#[test]
fn a_call_is_refused_by_name_in_every_form() {
    // GLOBAL and REDUCE, protocol 0.
    assert_eq!(forbidden(b"cos\nsystem\n(S'id'\ntR."), ["os.system"]);
    // STACK_GLOBAL, protocol 4.
    let stacked = b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x02id\x85R.";
    assert_eq!(forbidden(stacked), ["posix.system"]);
    // INST and OBJ.
    assert_eq!(forbidden(b"(S'id'\nios\nsystem\n."), ["os.system"]);
    let object = b"(csubprocess\nPopen\nS'id'\no.";
    assert_eq!(forbidden(object), ["subprocess.Popen"]);
    // NEWOBJ allocates only, but no network has a class of the system's.
    assert_eq!(forbidden(b"\x80\x02cos\npopen\n)\x81."), ["os.popen"]);
}

#[test]
fn every_way_out_of_the_interpreter_is_refused() {
    for (module, name) in [
        ("builtins", "eval"),
        ("builtins", "getattr"),
        ("__builtin__", "exec"),
        ("nt", "system"),
        ("runpy", "run_path"),
        ("importlib", "import_module"),
        ("torch", "load"),
        ("torch.hub", "load"),
        ("torch.utils.cpp_extension", "load_inline"),
        ("collections", "OrderedDict.__init__.__globals__"),
        ("torch.nn.modules.linear", "Linear.__init__"),
    ] {
        let pickle = format!("\u{80}c{module}\n{name}\n.");
        let mut bytes = pickle.into_bytes();
        // PROTO 2 in place of the two bytes that U+0080 has in UTF-8.
        bytes.splice(..2, [0x80, 2]);
        assert_eq!(forbidden(&bytes), [format!("{module}.{name}")]);
    }
}

#[test]
fn a_mere_mention_and_a_damaged_rest_do_not_hide_a_call() {
    // The function lies unused in a list, and the pickle then breaks off.
    assert_eq!(
        forbidden(b"](cos\nsystem\ncos\nexecl\ne"),
        ["os.execl", "os.system"]
    );
    // Two calls in the state of a harmless object.
    let state = b"ccollections\nOrderedDict\n)R(S'a'\ncos\nsystem\n(S'id'\ntRd b";
    assert_eq!(forbidden(state), ["os.system"]);
}

#[test]
fn unknown_classes_are_listed_and_unknown_functions_refused() {
    let allocated = read_pickle(b"\x80\x02cmy.nets\nNet\n)\x81}b.").expect("an inert object");
    assert_eq!(allocated.unknown, ["my.nets.Net"]);
    assert_eq!(forbidden(b"cmy.nets\nNet\n)R."), ["my.nets.Net"]);
    assert_eq!(
        forbidden(b"cfunctools\npartial\n)R."),
        ["functools.partial"]
    );
}

#[test]
fn values_are_those_python_would_make() {
    let pickle = read_pickle(b"\x80\x02}(X\x01\x00\x00\x00a\x8a\x01\xffX\x01\x00\x00\x00bG\x3f\xf8\x00\x00\x00\x00\x00\x00X\x01\x00\x00\x00cM\xe8\x03u.")
        .expect("a dictionary");
    let value = |key: &str| {
        pickle
            .entry(pickle.root, key)
            .map(|id| pickle.node(id).clone())
    };
    assert_eq!(value("a"), Some(Node::Int(-1)));
    assert_eq!(value("b"), Some(Node::Float(1.5)));
    assert_eq!(value("c"), Some(Node::Int(1000)));
    assert_eq!(value("d"), None);
    // A value that is kept, changed and recalled is one value: [[7], [7]].
    let shared = read_pickle(b"](]q\x00K\x07ah\x00e.").expect("a list");
    let lists = shared.items(shared.root).expect("items");
    assert_eq!(lists.len(), 2);
    assert_eq!(lists[0], lists[1]);
    let inner = shared.items(lists[1]).expect("items");
    assert_eq!(shared.node(inner[0]), &Node::Int(7));
}

#[test]
fn a_key_that_is_set_twice_has_its_last_value() {
    let pickle = read_pickle(b"}(U\x01aK\x01U\x01aK\x02u.").expect("a dictionary");
    let value = pickle.entry(pickle.root, "a").expect("the key");
    assert_eq!(pickle.node(value), &Node::Int(2));
}

#[test]
fn malformed_pickles_are_refused_without_a_panic() {
    assert!(malformed(b"").contains("ends in the middle"));
    assert!(malformed(b".").contains("empty stack"));
    assert!(malformed(b"0.").contains("empty stack"));
    assert!(malformed(b"t.").contains("never set"));
    assert!(malformed(b"h\x07.").contains("never kept"));
    assert!(malformed(b"(U\x01ad.").contains("without a value"));
    assert!(malformed(b"]K\x01b.").contains("no object"));
    assert!(malformed(b"K\x01)R.").contains("no class"));
    assert!(malformed(b"\x82\x01.").contains("0x82"));
    assert!(malformed(b"X\xff\xff\xff\xff.").contains("ends in the middle"));
    assert!(malformed(b"\x8e\xff\xff\xff\xff\xff\xff\xff\xff.").contains("ends in the middle"));
    assert!(malformed(b"X\x02\x00\x00\x00\xff\xfe.").contains("text"));
    // A value below a mark is out of reach, as in Python.
    assert!(malformed(b"K\x01(\x85.").contains("empty stack"));
    let long = [b"c".as_slice(), &[b'a'; 5000], b"\nb\n."].concat();
    assert!(malformed(&long).contains("absurdly long"));
}

#[test]
fn a_pickle_without_end_is_given_up() {
    let endless = b"N0".repeat(MAX_OPERATIONS / 2 + 1);
    assert!(matches!(read_pickle(&endless), Err(PickleError::TooLong)));
}

#[test]
fn every_prefix_and_every_flipped_byte_is_survived() {
    let whole = b"\x80\x02cmodules.unet\nUNetModel\nq\x00)\x81q\x01}q\x02(X\x08\x00\x00\x00trainingq\x03\x89X\x04\x00\x00\x00sizeq\x04K\x02J\xff\xff\xff\xff\x86q\x05ub.";
    read_pickle(whole).expect("a sound pickle");
    for end in 0..whole.len() {
        read_pickle(&whole[..end]).expect_err("a pickle without its end");
    }
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut broken = whole.to_vec();
            broken[at] ^= 1 << bit;
            // Either outcome is fine; a panic is not.
            drop(read_pickle(&broken));
        }
    }
}
