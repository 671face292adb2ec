//! Papers that come with steps of cases: PDF files, kept as they are under their digest, and served as a download only,
//! never shown by this host. What is in one is nobody's business here.

use rongyi_cases::Refusal;
use rongyi_store::NewPaper;

use super::refusal;

/// The most bytes of one.
pub const PAPER_MAX: usize = 5 * 1024 * 1024;
/// The most papers of one step.
pub const PAPERS_MAX: usize = 3;
/// How such a file begins.
const BEGINS: &[u8] = b"%PDF-";
/// The longest name, in letters.
const NAME_MAX: usize = 60;
/// How names end.
const ENDS: &str = ".pdf";

/// A paper as it was sent.
///
/// # Errors
/// What is wrong with it.
pub fn read(name: &str, body: Vec<u8>) -> Result<NewPaper, Refusal> {
    if !body.starts_with(BEGINS) {
        return Err(refusal(
            "paper.none",
            "选的文件不是 PDF。请把文件存成 PDF 再传；照片请从“照片”那里传。",
            "What you chose is no PDF. Save it as one; photos go where it says “Photos”.",
        ));
    }
    Ok(NewPaper {
        name: safe_name(name),
        body,
    })
}

/// A paper that is too heavy.
pub fn heavy() -> Refusal {
    refusal(
        "paper.heavy",
        "这份文件超过 5 MB，没有收下。请压缩一下，或者分成几份。",
        "This file has more than 5 MB and was not taken. Make it smaller, or several of it.",
    )
}

/// Too many for one step.
pub fn too_many() -> Refusal {
    refusal(
        "paper.many",
        format!("一次最多 {PAPERS_MAX} 份文件，多的没有收下。"),
        format!("At most {PAPERS_MAX} files at once; the others were not taken."),
    )
}

/// A name that is one on every computer: letters, digits, spaces between words and a few signs, and `.pdf` at its end.
fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = last
        .to_ascii_lowercase()
        .strip_suffix(ENDS)
        .map_or(last, |stem| last.get(..stem.len()).unwrap_or(last));
    let plain = |letter: char| {
        let good = letter.is_alphanumeric() || matches!(letter, '-' | '_' | ' ' | '(' | ')');
        if good { letter } else { '_' }
    };
    let stem: String = stem.chars().map(plain).take(NAME_MAX).collect();
    let stem = stem.trim();
    let stem = if stem.chars().any(char::is_alphanumeric) {
        stem
    } else {
        "paper"
    };
    format!("{stem}{ENDS}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_everywhere() {
        for (sent, kept) in [
            ("议事会记录.pdf", "议事会记录.pdf"),
            ("C:\\temp\\a b.PDF", "a b.pdf"),
            ("../../etc/passwd", "passwd.pdf"),
            ("x\"; filename=evil.exe", "x__ filename_evil_exe.pdf"),
            ("a\r\nSet-Cookie: b", "a__Set-Cookie_ b.pdf"),
            ("…", "paper.pdf"),
            ("", "paper.pdf"),
        ] {
            let paper = read(sent, b"%PDF-1.7".to_vec()).unwrap();
            assert_eq!(paper.name, kept, "{sent}");
        }
        assert!(
            read(&"长".repeat(300), b"%PDF-".to_vec())
                .unwrap()
                .name
                .chars()
                .count()
                <= 64
        );
        assert!(read("a.pdf", b"<html>".to_vec()).is_err());
    }
}
