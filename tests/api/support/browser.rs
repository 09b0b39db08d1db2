//! A browser as far as the pages need one: it keeps cookies, sends forms as a page would, and reads what comes back.

use std::collections::BTreeMap;

use html5ever::tendril::TendrilSink as _;
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// One browser.
pub(crate) struct Browser {
    agent: ureq::Agent,
    base: String,
    /// The cookies that it keeps, by name.
    pub(crate) cookies: BTreeMap<String, String>,
}

/// A page as it came.
#[derive(Debug)]
pub(crate) struct Page {
    /// HTTP status.
    pub(crate) status: u16,
    /// The headers.
    pub(crate) headers: ureq::http::HeaderMap,
    /// The markup; of a file, as far as it is text.
    pub(crate) html: String,
}

impl Browser {
    /// A browser without any cookie, for the service at that address, such as "http://127.0.0.1:8080".
    pub(crate) fn new(base: &str) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build();
        Self { agent: config.into(), base: base.to_owned(), cookies: BTreeMap::new() }
    }

    /// Opens a page.
    pub(crate) fn get(&mut self, path: &str) -> Page {
        self.send("GET", path, &[("Accept", "text/html,*/*;q=0.8"), ("Sec-Fetch-Site", "none")], None)
    }

    /// Opens a page that must be there.
    #[track_caller]
    pub(crate) fn open(&mut self, path: &str) -> Page {
        self.get(path).expect(200)
    }

    /// Fills in the form of a page and sends it: hidden fields as they are, the others as given.
    pub(crate) fn submit(&mut self, page: &Page, fields: &[(&str, &str)]) -> Page {
        let form = page.form();
        let mut all = form.fields.clone();
        all.retain(|(name, _)| !fields.iter().any(|(given, _)| given == name));
        all.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.post(&form.action, &[("Sec-Fetch-Site", "same-origin")], &encoded(&all))
    }

    /// Sends a body as a form, with these headers.
    pub(crate) fn post(&mut self, path: &str, headers: &[(&str, &str)], body: &str) -> Page {
        let mut all = vec![("Accept", "text/html")];
        if !headers.iter().any(|(name, _)| *name == "Content-Type") {
            all.push(("Content-Type", "application/x-www-form-urlencoded"));
        }
        all.extend_from_slice(headers);
        self.send("POST", path, &all, Some(body))
    }

    /// Chooses files in the form of a page, its hidden fields as they are, and sends it.
    pub(crate) fn send_files(&mut self, page: &Page, files: &[(&str, &str, &[u8])]) -> Page {
        self.submit_with_files(page, &[], files)
    }

    /// As [`Self::submit`], with files.
    pub(crate) fn submit_with_files(
        &mut self,
        page: &Page,
        given: &[(&str, &str)],
        files: &[(&str, &str, &[u8])],
    ) -> Page {
        let files = files.iter().map(|(name, kind, bytes)| ("file", *name, *kind, *bytes));
        self.send_form(page, given, &files.collect::<Vec<_>>())
    }

    /// As [`Browser::send_files`], each file for the field that stands before its name.
    pub(crate) fn send_files_of(&mut self, page: &Page, files: &[(&str, &str, &str, &[u8])]) -> Page {
        self.send_form(page, &[], files)
    }

    fn send_form(&mut self, page: &Page, given: &[(&str, &str)], files: &[(&str, &str, &str, &[u8])]) -> Page {
        let form = page.form();
        let is_given = |name: &str| matches!(name, "file" | "list") || given.iter().any(|(one, _)| *one == name);
        let hidden = form.fields.iter().filter(|(name, _)| !is_given(name));
        let mut fields = hidden.map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>();
        fields.extend_from_slice(given);
        let filled = files.iter().fold(super::files::Form::with(&fields), |form, (field, name, kind, bytes)| {
            form.file(field, name, kind, bytes)
        });
        let kind = super::files::content_type();
        let headers = [("Accept", "text/html"), ("Sec-Fetch-Site", "same-origin"), ("Content-Type", kind.as_str())];
        self.send_bytes("POST", &form.action, &headers, Some(filled.body()))
    }

    /// Sends anything.
    pub(crate) fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&str>) -> Page {
        self.send_bytes(method, path, headers, body.map(|body| body.as_bytes().to_vec()))
    }

    fn send_bytes(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Vec<u8>>) -> Page {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !self.cookies.is_empty() {
            let kept = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
            request = request.header("Cookie", kept.join("; "));
        }
        let answer = match body {
            Some(body) => self.agent.run(request.body(body).unwrap()),
            None => self.agent.run(request.body(()).unwrap()),
        };
        let mut answer = answer.unwrap();
        let html = String::from_utf8_lossy(&answer.body_mut().read_to_vec().unwrap()).into_owned();
        let page = Page { status: answer.status().as_u16(), headers: answer.headers().clone(), html };
        self.keep(&page);
        page
    }

    fn keep(&mut self, page: &Page) {
        for header in page.headers.get_all("set-cookie") {
            let header = header.to_str().unwrap();
            let (name, rest) = header.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if header.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// Fields as the body of a form.
pub(crate) fn encoded(fields: &[(String, String)]) -> String {
    let escape = |text: &str| {
        text.bytes().fold(String::new(), |done, byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => done + &char::from(byte).to_string(),
            _ => done + &format!("%{byte:02X}"),
        })
    };
    fields.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect::<Vec<_>>().join("&")
}

/// The form of a page.
pub(crate) struct Form {
    /// Where it is sent to.
    pub(crate) action: String,
    /// Hidden fields, and what is filled in.
    pub(crate) fields: Vec<(String, String)>,
}

impl Page {
    /// This page, if it has that status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}\n{}", self.header("location"), self.text());
        self
    }

    /// A header.
    pub(crate) fn header(&self, name: &str) -> String {
        self.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    /// What a reader sees, with white space folded.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        each(&self.tree(), &mut |node| {
            if let NodeData::Text { contents } = &node.data {
                text += &contents.borrow();
                text.push(' ');
            }
        });
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// What a browser makes of the markup.
    pub(crate) fn skeleton(&self) -> Vec<String> {
        skeleton(&self.html)
    }

    /// The attribute of every element of that kind.
    pub(crate) fn attributes(&self, element: &str, attribute: &str) -> Vec<String> {
        let mut found = Vec::new();
        each(&self.tree(), &mut |node| {
            if let NodeData::Element { name, attrs, .. } = &node.data
                && &*name.local == element
            {
                let attrs = attrs.borrow();
                found.extend(attrs.iter().filter(|one| &*one.name.local == attribute).map(|one| one.value.to_string()));
            }
        });
        found
    }

    /// The first link whose address holds this.
    #[track_caller]
    pub(crate) fn link(&self, part: &str) -> String {
        let links = self.attributes("a", "href");
        links
            .iter()
            .find(|href| href.contains(part))
            .unwrap_or_else(|| panic!("no link with {part} in {links:?}"))
            .clone()
    }

    /// The form that is posted.
    #[track_caller]
    pub(crate) fn form(&self) -> Form {
        let mut found = None;
        each(&self.tree(), &mut |node| {
            if let NodeData::Element { name, attrs, .. } = &node.data
                && &*name.local == "form"
                && attribute(&attrs.borrow(), "method").as_deref() == Some("post")
            {
                found = Some(Form { action: attribute(&attrs.borrow(), "action").unwrap(), fields: fields(node) });
            }
        });
        found.unwrap_or_else(|| panic!("no form in {}", self.text()))
    }

    fn tree(&self) -> Handle {
        tree(&self.html)
    }
}

fn tree(html: &str) -> Handle {
    html5ever::parse_document(RcDom::default(), html5ever::ParseOpts::default()).one(html).document
}

/// Every element with the names of its attributes, and every comment, in order: what a browser makes of the markup.
pub(crate) fn skeleton(html: &str) -> Vec<String> {
    let mut parts = Vec::new();
    each(&tree(html), &mut |node| match &node.data {
        NodeData::Element { name, attrs, .. } => {
            let mut names = attrs.borrow().iter().map(|one| one.name.local.to_string()).collect::<Vec<_>>();
            names.sort();
            parts.push(format!("{} {}", name.local, names.join(" ")));
        }
        NodeData::Comment { .. } => parts.push("comment".to_owned()),
        _ => {}
    });
    parts
}

fn attribute(attributes: &[html5ever::Attribute], name: &str) -> Option<String> {
    attributes.iter().find(|one| &*one.name.local == name).map(|one| one.value.to_string())
}

fn fields(form: &Handle) -> Vec<(String, String)> {
    let mut found = Vec::new();
    each(form, &mut |node| {
        let NodeData::Element { name, attrs, .. } = &node.data else { return };
        let attrs = attrs.borrow();
        let (Some(called), kind) = (attribute(&attrs, "name"), attribute(&attrs, "type").unwrap_or_default()) else {
            return;
        };
        let ticked = attribute(&attrs, "checked").is_some();
        let sent = match (&*name.local, kind.as_str()) {
            ("input", "radio" | "checkbox") => ticked,
            ("input", _) => true,
            _ => false,
        };
        if sent {
            found.push((called, attribute(&attrs, "value").unwrap_or_default()));
        } else if &*name.local == "textarea" {
            let mut text = String::new();
            each(node, &mut |inside| {
                if let NodeData::Text { contents } = &inside.data {
                    text += &contents.borrow();
                }
            });
            found.push((called, text));
        }
    });
    found
}

fn each(node: &Handle, look: &mut dyn FnMut(&Handle)) {
    look(node);
    let children = node.children.borrow().clone();
    children.iter().for_each(|child| each(child, look));
}
