//! Reading what CPython writes and what we write, and refusing everything else.

use std::sync::Arc;

use dashu_int::IBig;

use super::{Error, Header, MAGIC, Validity, dump, load, load_pyc};
use crate::{Code, CodeFlags, Const, LocalKind, Wtf};

fn sample_code() -> Code {
    Code {
        argcount: 1,
        posonlyargcount: 0,
        kwonlyargcount: 0,
        stacksize: 2,
        flags: CodeFlags::OPTIMIZED | CodeFlags::NEWLOCALS,
        code: [128, 0, 82, 0, 35, 0].into(),
        consts: [Const::None].into(),
        names: [Wtf::from("naïve")].into(),
        localsplusnames: [Wtf::from("x")].into(),
        localspluskinds: [LocalKind::LOCAL | LocalKind::ARG_POS | LocalKind::ARG_KW].into(),
        filename: "file.py".into(),
        name: "f".into(),
        qualname: "C.f".into(),
        firstlineno: 3,
        linetable: [0x80, 0].into(),
        exceptiontable: [].into(),
    }
}

#[test]
fn what_is_written_is_read() {
    let values = [
        Const::None,
        Const::True,
        Const::Ellipsis,
        Const::int(-1),
        Const::int(i64::MIN),
        Const::int(IBig::from(-7).pow(100)),
        Const::Float(-0.0),
        Const::Complex(1.5, f64::INFINITY),
        Const::Str(Wtf::from_code_points([0xD800, 0x10FFFF]).unwrap()),
        Const::Bytes([0, 255].into()),
        Const::FrozenSet([Const::int(1), Const::str("a")].into()),
        Const::Slice(Arc::new([Const::None, Const::int(2), Const::None])),
        Const::Code(Arc::new(sample_code())),
    ];
    for value in &values {
        assert_eq!(load(&dump(value).unwrap()).as_ref(), Ok(value));
    }
    let all = Const::Tuple(values.into());
    assert_eq!(load(&dump(&all).unwrap()), Ok(all));
}

/// Made by `marshal.dumps` of CPython 3.14: types, references, digits.
#[test]
fn cpythons_bytes_are_read() {
    let check = |bytes: &[u8], expected: Const| assert_eq!(load(bytes), Ok(expected), "{bytes:?}");
    check(b"\xa9\x03\xda\x01ar\x01\x00\x00\x00\xe9\x05\x00\x00\x00", {
        Const::Tuple([Const::str("a"), Const::str("a"), Const::int(5)].into())
    });
    check(b"\xec\xfb\xff\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00\x00\x04", Const::int(-(IBig::from(1) << 70)));
    check(b"\xf5\x03\x00\x00\x00\xed\xa0\x80", Const::Str(Wtf::from_code_points([0xD800]).unwrap()));
    check(b"\xba\xe9\x01\x00\x00\x00NN", Const::Slice(Arc::new([Const::int(1), Const::None, Const::None])));
}

#[test]
fn bad_input_is_refused() {
    let good = dump(&Const::Code(Arc::new(sample_code()))).unwrap();
    for end in 0..good.len() {
        assert_eq!(load(&good[..end]), Err(Error::Truncated), "cut at {end}");
    }
    // Any single changed byte gives a value or an error, never a panic.
    for at in 0..good.len() {
        for byte in [0, 0x7F, 0x80, 0xFF, b'r', b'('] {
            let mut changed = good.clone();
            changed[at] = byte;
            let _ = load(&changed);
        }
    }
    assert_eq!(load(b"[\0\0\0\0"), Err(Error::UnknownType(b'[')));
    assert_eq!(load(b"\xa9\x01r\0\0\0\0"), Err(Error::Bad { what: "invalid reference", offset: 7 }));
    assert_eq!(load(&b")\x01".repeat(3000)), Err(Error::TooDeep));
    assert_eq!(load(b"(\xff\xff\xff\x7f"), Err(Error::Truncated));
}

#[test]
fn headers() {
    let header = Header { validity: Validity::Timestamp { mtime: 7, size: 1 << 31 } };
    let mut file = header.write().to_vec();
    file.extend(dump(&Const::Code(Arc::new(sample_code()))).unwrap());
    assert_eq!(load_pyc(&file), Ok((header, Arc::new(sample_code()))));
    assert_eq!(load_pyc(&file[..15]), Err(Error::Truncated));
    file[0] ^= 1;
    assert_eq!(load_pyc(&file).map(|_| ()), Err(Error::BadMagic([MAGIC[0] ^ 1, MAGIC[1], MAGIC[2], MAGIC[3]])));
    let hash = Header { validity: Validity::Hash { hash: *b"abcdefgh", check: true } };
    assert_eq!(Header::read(&hash.write()), Ok((hash, &[][..])));
}

/// `fixtures/sample.pyc` is `fixtures/sample.py` compiled by CPython 3.14 (unchecked hash, file name `sample.py`).
#[test]
fn a_real_file() {
    let (header, code) = load_pyc(include_bytes!("fixtures/sample.pyc")).unwrap();
    assert!(matches!(header.validity, Validity::Hash { check: false, .. }));
    assert_eq!(code.consts.first(), Some(&Const::str("A module that uses what code objects can hold.")));
    assert_eq!(code.filename, "sample.py");
    let value = Const::Code(code.clone());
    assert_eq!(load(&dump(&value).unwrap()), Ok(value));

    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/marshal/fixtures/sample.dis");
    let found = crate::dis::dis(&code);
    if std::env::var_os("WEFT_BLESS").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    assert_eq!(found, std::fs::read_to_string(&path).unwrap());
}
