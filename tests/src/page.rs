//! What every page must keep, measured in the browser: no violation that axe can find, no sideways scrolling,
//! no text below 16 px, nothing to touch below 48 px.

use serde_json::{Value, json};

use crate::binary::root;
use crate::browser::{Browser, Device};

/// Chromium's answer to: what is wrong here?
const AXE: &str = "
    const done = arguments[arguments.length - 1];
    axe.run(document, { rules: { 'target-size': { enabled: true } } }).then(
        found => done(found.violations.map(violation => violation.id + ': ' + violation.help + ' at '
            + violation.nodes.map(node => node.target.join(' ') + ' [' + node.failureSummary + ']').join('; '))),
        error => done(['axe: ' + error]));";

const MEASURES: &str = "
    const wrong = [];
    const wide = document.documentElement;
    if (wide.scrollWidth > wide.clientWidth)
        wrong.push('scrolls sideways: ' + wide.scrollWidth + ' > ' + wide.clientWidth);
    const shown = element => {
        const box = element.getBoundingClientRect();
        const style = getComputedStyle(element);
        return style.visibility !== 'hidden' && box.width > 1 && box.height > 1 && box.bottom > 0;
    };
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const parent = walk.currentNode.parentElement;
        const text = walk.currentNode.textContent.trim();
        if (!text || !shown(parent)) continue;
        const size = parseFloat(getComputedStyle(parent).fontSize);
        if (size < 16) wrong.push('text of ' + size + ' px: ' + text.slice(0, 40));
    }
    for (const target of document.querySelectorAll('a[href], button, input, select, textarea, summary')) {
        if (target.type === 'hidden' || !shown(target)) continue;
        // A link inside a sentence is as high as its line, and may be.
        const inline = getComputedStyle(target).display === 'inline'
            && target.parentElement.textContent.trim() !== target.textContent.trim();
        if (inline) continue;
        const box = target.getBoundingClientRect();
        if (box.width < 47.5 || box.height < 47.5)
            wrong.push('target of ' + box.width.toFixed(1) + ' × ' + box.height.toFixed(1) + ' px: '
                + (target.textContent.trim() || target.name).slice(0, 40));
    }
    return wrong;";

/// Measures the page as it is held, and once more on the smallest phone; answers everything that is wrong.
///
/// # Panics
/// When it cannot be measured.
pub async fn inspect(browser: &Browser, page: &str, device: Device) -> Vec<String> {
    let source = std::fs::read_to_string(root().join("tests/vendor/axe-core/axe.min.js"))
        .expect("axe is there");
    let mut wrong = Vec::new();
    for device in [device, Device::SmallPhone] {
        browser.hold(device).await;
        let measured = browser
            .driver
            .execute(MEASURES, Vec::new())
            .await
            .expect("the page can be measured");
        wrong.extend(list(measured.json()).map(|problem| format!("{device:?}: {problem}")));
    }
    browser.hold(device).await;
    let injected = format!("{source}\nreturn typeof axe;");
    let ready = browser
        .driver
        .execute(&injected, Vec::new())
        .await
        .expect("axe can be loaded");
    assert_eq!(
        ready.json(),
        &json!("object"),
        "axe did not start on {page}"
    );
    let found = browser
        .driver
        .execute_async(AXE, Vec::new())
        .await
        .expect("axe can be asked");
    wrong.extend(list(found.json()));
    wrong
        .into_iter()
        .map(|problem| format!("{page}: {problem}"))
        .collect()
}

/// Words that stand on two lines, and texts of which every line holds a letter or two.
const WORDS: &str = "
    const wrong = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    const lines = rects => new Set(Array.from(rects).filter(r => r.width > 0).map(r => Math.round(r.top))).size;
    while (walk.nextNode()) {
        const node = walk.currentNode, around = node.parentElement;
        if (!around || !around.getClientRects().length || around.closest('.sr, .skip, .hash, script, svg')) continue;
        for (const word of node.data.matchAll(/[A-Za-z]{2,}|[0-9][0-9,.]*/g)) {
            range.setStart(node, word.index);
            range.setEnd(node, word.index + word[0].length);
            if (lines(range.getClientRects()) > 1) wrong.push('“' + word[0] + '” stands on two lines in ' + around.className);
        }
        range.selectNodeContents(node);
        const rects = Array.from(range.getClientRects()).filter(r => r.width > 0);
        const size = parseFloat(getComputedStyle(around).fontSize);
        if (lines(rects) > 2 && Math.max(...rects.map(r => r.width)) < 2.2 * size) wrong.push('letters are stacked: ' + node.data.trim());
    }
    return wrong;";

/// What is broken or stacked on the smallest telephone.
///
/// # Panics
/// When it cannot be measured.
pub async fn broken_words(browser: &Browser, page: &str) -> Vec<String> {
    browser.hold(Device::SmallPhone).await;
    let found = browser.driver.execute(WORDS, Vec::new()).await;
    let found = found.expect("the page can be measured");
    let found = list(found.json()).map(|problem| format!("{page}: {problem}"));
    found.collect()
}

fn list(answer: &Value) -> impl Iterator<Item = String> {
    let lines = answer
        .as_array()
        .unwrap_or_else(|| panic!("a list was expected: {answer}"));
    lines
        .iter()
        .map(|line| line.as_str().unwrap_or_default().to_owned())
}
