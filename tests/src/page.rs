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

fn list(answer: &Value) -> impl Iterator<Item = String> {
    let lines = answer
        .as_array()
        .unwrap_or_else(|| panic!("a list was expected: {answer}"));
    lines
        .iter()
        .map(|line| line.as_str().unwrap_or_default().to_owned())
}
