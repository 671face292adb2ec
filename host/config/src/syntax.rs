//! What the TOML parser stumbled over, in Chinese, with what usually mends it.
//!
//! The English sentence is the parser's own. One that is not in the table still gets a place and a remedy.

use std::ops::Range;

use super::reader::{Mistakes, both};

/// How the parser's sentence begins; the same in Chinese; what to do in both languages. The first that
/// fits is taken, so the short ones stand last.
const STUMBLES: [(&str, &str, &str, &str); 18] = [
    (
        "string values must be quoted",
        "文字没有加引号",
        "给文字加上英文双引号 \"…\"。",
        "Put the text in straight double quotes \"…\". ",
    ),
    (
        "invalid basic string",
        "引号没有成对，或文字里有特殊字符",
        "检查这一行的英文双引号是否成对。",
        "Check that the straight double quotes on this line come in pairs. ",
    ),
    (
        "unclosed array",
        "方括号 [ 没有配上 ]",
        "补上 ]。",
        "Add the closing ]. ",
    ),
    (
        "unclosed table",
        "标题的方括号没有配上 ]",
        "补上 ]。",
        "Add the closing ]. ",
    ),
    (
        "unclosed inline table",
        "花括号 { 没有配上 }",
        "补上 }。",
        "Add the closing }. ",
    ),
    (
        "missing comma",
        "两个成员之间少了逗号",
        "补上英文逗号 ,；列表到此为止的话，补上 ]。",
        "Add a comma, or the closing ] where the list ends. ",
    ),
    (
        "extra comma",
        "多了一个逗号",
        "删掉多出的逗号。",
        "Delete the extra comma. ",
    ),
    (
        "key with no value",
        "只有名称，没有等号和值",
        "写成 名称 = 值。",
        "Write it as key = value. ",
    ),
    (
        "missing value",
        "等号后面没有值",
        "在等号后面写上值。",
        "Write a value after the equals sign. ",
    ),
    (
        "missing assignment",
        "名称和值之间少了等号",
        "写成 名称 = 值。",
        "Write it as key = value. ",
    ),
    (
        "invalid unquoted key",
        "名称里有不能用的字符",
        "名称只用英文字母、数字、- 和 _，其他的要加引号；等号、引号用英文的。",
        "Bare keys take only A-Z, a-z, 0-9, - and _; put others in quotes, and use straight quotes and equals signs. ",
    ),
    (
        "unexpected leading zero",
        "数字不能以 0 开头",
        "去掉开头的 0；电话、编号要加引号。",
        "Remove the leading zero; put phone and card numbers in quotes. ",
    ),
    (
        "carriage return",
        "换行符乱了",
        "在编辑器里把换行符统一成 LF 或 CRLF 再存。",
        "Save the file with one kind of line ending, LF or CRLF. ",
    ),
    (
        "extra assignment",
        "两个成员之间少了逗号",
        "补上英文逗号 ,。",
        "Add a comma. ",
    ),
    (
        "invalid float",
        "这不是数字",
        "文字、地址、编号要加英文双引号。",
        "Put text, addresses and numbers of cards in straight double quotes. ",
    ),
    (
        "invalid integer",
        "这不是整数",
        "文字、地址、编号要加英文双引号；列表的成员之间用英文逗号。",
        "Put text and addresses in straight double quotes, and commas between members of a list. ",
    ),
    (
        "invalid date",
        "没有这样的日期，或写法不对",
        "日期写成 2026-01-01，月和日都是两位。",
        "Write dates as 2026-01-01, with two digits for month and day. ",
    ),
    (
        "invalid",
        "这里的写法认不出来",
        "检查引号、逗号、等号是不是英文的。",
        "Check that quotes, commas and equals signs are the plain ASCII ones. ",
    ),
];

/// Puts one stumble of the parser on the desk.
pub(super) fn report(desk: &Mistakes, message: &str, span: Range<usize>) {
    if message == "duplicate key" {
        desk.error(
            span,
            "config.duplicate",
            both(
                "同一项写了两次。",
                "The same key is written twice in one table.",
            ),
            both(
                "留下对的那一行，删掉另一行；两组设置要并列时用 [[ ]]。",
                "Keep the right line and delete the other; use [[ ]] for several of a kind.",
            ),
        );
        return;
    }
    let shown = &desk.source.shown;
    // A whole file ends with a line break; the parser meets the end of a cut one.
    let rest = shown.get(span.end..).unwrap_or_default();
    let cut = rest.trim().is_empty() && (!shown.ends_with('\n') || message.starts_with("unclosed"));
    let nothing_there = shown
        .get(span.clone())
        .is_none_or(|text| text.trim().is_empty());
    let message = match message.split_once(", expected nothing") {
        _ if message.starts_with("string values must be quoted") && nothing_there => {
            "missing value"
        }
        Some((short, _)) => short,
        None => message,
    };
    let (zh, what_zh, what_en) = explain(message);
    let help = if cut {
        both(
            format!("{what_zh}文件好像没写完或只存了一半：从备份恢复，或把最后一行补全。"),
            format!(
                "{what_en}The file seems to end too early or was saved by half: restore it from a backup, or complete its last line."
            ),
        )
    } else {
        both(what_zh, what_en.trim_end())
    };
    desk.error(
        span,
        "config.syntax",
        both(
            format!("TOML 写法有误：{zh}。"),
            format!("This is not valid TOML: {message}."),
        ),
        help,
    );
}

/// The parser's own sentence in Chinese, and what usually mends it.
fn explain(message: &str) -> (&'static str, &'static str, &'static str) {
    let found = STUMBLES
        .iter()
        .find(|(start, ..)| message.starts_with(start));
    found.map_or(
        (
            "这里的写法认不出来",
            "检查这一行的引号、括号和逗号。",
            "Check quotes, brackets and commas on this line. ",
        ),
        |(_, zh, what_zh, what_en)| (*zh, *what_zh, *what_en),
    )
}
