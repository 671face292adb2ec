//! A QR code as inline SVG, without styles or scripts, so that it passes a strict content policy
//! and prints sharply. Chooses no text: the caller says what the code holds.

use std::fmt::Write as _;

use fast_qr::{ECL, QRBuilder};

/// Quiet zone around the code, in modules, as the standard asks.
const MARGIN: usize = 4;

/// The code as an `<svg>` with `label` as its accessible name. Empty when the text does not fit
/// into a QR code; the digits beside it then have to do.
pub fn svg(text: &str, label: &str) -> String {
    let Ok(code) = QRBuilder::new(text).ecl(ECL::Q).build() else {
        return String::new();
    };
    let side = code.size + 2 * MARGIN;
    let mut path = String::new();
    for (y, row) in (0..code.size).map(|y| (y, &code[y])) {
        let mut x = 0;
        while x < code.size {
            let from = x;
            while x < code.size && row[x].value() {
                x += 1;
            }
            if x > from {
                // Writing to a String cannot fail.
                let _ = write!(
                    path,
                    "M{} {}h{}v1h-{}z",
                    from + MARGIN,
                    y + MARGIN,
                    x - from,
                    x - from
                );
            } else {
                x += 1;
            }
        }
    }
    format!(
        "<svg class=\"qr\" viewBox=\"0 0 {side} {side}\" role=\"img\" aria-label=\"{}\" \
         shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/>\
         <path fill=\"#000\" d=\"{path}\"/></svg>",
        escape(label)
    )
}

fn escape(text: &str) -> String {
    rongyi_core::shown::line(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_drawn_with_its_finder_and_label() {
        let svg = svg("48271936", "取货码 <\"&");
        assert!(svg.starts_with("<svg class=\"qr\""));
        // The upper edge of the first finder pattern: seven dark modules after the quiet zone.
        assert!(svg.contains("M4 4h7v1h-7z"), "{svg}");
        assert!(svg.contains("取货码 &lt;&quot;&amp;"));
        assert!(!svg.contains("style"));
    }

    #[test]
    fn too_long_a_text_gives_no_code() {
        assert_eq!(super::svg(&"x".repeat(5000), "x"), "");
    }
}
