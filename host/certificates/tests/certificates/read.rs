//! Reads documents for tests, with another library than the one that writes them.

use std::collections::BTreeMap;

use lopdf::{Dictionary, Document, Object};

/// A document as it is found.
pub(crate) struct Found {
    document: Document,
}

impl Found {
    pub(crate) fn of(bytes: &[u8]) -> Found {
        Found {
            document: Document::load_mem(bytes).unwrap(),
        }
    }

    pub(crate) fn pages(&self) -> usize {
        self.document.get_pages().len()
    }

    /// The text of a page as it is copied out of a viewer, line by line.
    pub(crate) fn text(&self, page: u32) -> Vec<String> {
        let text = self.document.extract_text(&[page]).unwrap();
        text.lines().map(|line| line.trim().to_owned()).collect()
    }

    /// What an object is, followed to where it stands.
    fn at<'d>(&'d self, object: &'d Object) -> &'d Object {
        match object.as_reference() {
            Ok(id) => self.document.get_object(id).unwrap(),
            Err(_) => object,
        }
    }

    pub(crate) fn catalog(&self) -> &Dictionary {
        self.document.catalog().unwrap()
    }

    pub(crate) fn get<'d>(&'d self, from: &'d Dictionary, path: &[&str]) -> Option<&'d Object> {
        let (first, rest) = path.split_first()?;
        let found = self.at(from.get(first.as_bytes()).ok()?);
        if rest.is_empty() {
            return Some(found);
        }
        self.get(found.as_dict().ok()?, rest)
    }

    /// The document's title as its information says it.
    pub(crate) fn title(&self) -> String {
        let info = self.at(self.document.trailer.get(b"Info").unwrap());
        lopdf::decode_text_string(info.as_dict().unwrap().get(b"Title").unwrap()).unwrap()
    }

    /// The roles of the tag tree in the order of reading, with the alternative text of those that have one.
    pub(crate) fn roles(&self) -> Vec<(String, String)> {
        let root = self.get(self.catalog(), &["StructTreeRoot"]).unwrap();
        let mut found = Vec::new();
        self.walk(root, &mut found);
        found
    }

    fn walk(&self, object: &Object, found: &mut Vec<(String, String)>) {
        let object = self.at(object);
        if let Ok(items) = object.as_array() {
            for item in items {
                self.walk(item, found);
            }
            return;
        }
        let Ok(element) = object.as_dict() else {
            return;
        };
        if let Ok(role) = element.get(b"S").and_then(Object::as_name) {
            let alt = element.get(b"Alt").ok();
            let alt = alt.map_or_else(String::new, |alt| lopdf::decode_text_string(alt).unwrap());
            found.push((String::from_utf8_lossy(role).into_owned(), alt));
        }
        if let Ok(below) = element.get(b"K") {
            self.walk(below, found);
        }
    }

    /// The names of the fonts and how many bytes of each are embedded.
    pub(crate) fn fonts(&self) -> BTreeMap<String, usize> {
        let mut found = BTreeMap::new();
        for object in self.document.objects.values() {
            let Ok(font) = object.as_dict() else { continue };
            let Ok(name) = font.get(b"FontName").and_then(Object::as_name) else {
                continue;
            };
            let file = self.get(font, &["FontFile3"]);
            let size = file.map_or(0, |file| file.as_stream().unwrap().content.len());
            found.insert(String::from_utf8_lossy(name).into_owned(), size);
        }
        found
    }

    /// The attached files by name.
    pub(crate) fn attached(&self) -> BTreeMap<String, Vec<u8>> {
        let mut found = BTreeMap::new();
        for object in self.document.objects.values() {
            let Ok(file) = object.as_dict() else { continue };
            let Some(stream) = self.get(file, &["EF", "F"]) else {
                continue;
            };
            let name = lopdf::decode_text_string(file.get(b"UF").unwrap()).unwrap();
            let content = stream.as_stream().unwrap().decompressed_content().unwrap();
            found.insert(name, content);
        }
        found
    }
}
