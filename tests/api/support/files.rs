//! Files as people send them, and the form that carries them.

use std::io::Write as _;

use super::desk::{Desk, Reply, read_all_bytes};

/// A one-page PDF; `inside` makes it another one.
pub(crate) fn pdf(inside: &str) -> Vec<u8> {
    let start = "%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R";
    let page = "2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n\
                3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>\nendobj\n";
    let end = "trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n9\n%%EOF\n";
    format!("{start} {inside} >>\nendobj\n{page}{end}").into_bytes()
}

/// A JPEG of that size in pixels.
pub(crate) fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = b"\xFF\xD8\xFF\xE0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xFF\xC0\x00\x0B\x08".to_vec();
    bytes.extend(height.to_be_bytes());
    bytes.extend(width.to_be_bytes());
    bytes.extend(b"\x01\x01\x11\0\xFF\xDA\x00\x08\x01\x01\0\0\x3F\0\x12\xFF\x00\x34\xFF\xD9");
    bytes
}

/// A PNG of that size in pixels.
pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend(b"\x08\x02\0\0\0CRC.\0\0\0\x04IDATabcdCRC.\0\0\0\0IENDCRC.");
    bytes
}

/// A form with these text fields and a file.
pub(crate) struct Form {
    body: Vec<u8>,
}

const BOUNDARY: &str = "----licensing-test-boundary";

impl Form {
    /// A form with these text fields.
    pub(crate) fn with(fields: &[(&str, &str)]) -> Self {
        let mut body = Vec::new();
        for (name, value) in fields {
            write!(body, "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").unwrap();
        }
        Self { body }
    }

    /// And a file, its name written as browsers write it.
    pub(crate) fn file(mut self, field: &str, name: &str, kind: &str, bytes: &[u8]) -> Self {
        let name = name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n");
        write!(self.body, "{head}Content-Type: {kind}\r\n\r\n").unwrap();
        self.body.extend_from_slice(bytes);
        self.body.extend_from_slice(b"\r\n");
        self
    }

    /// The body of the request.
    pub(crate) fn body(&self) -> Vec<u8> {
        [self.body.as_slice(), format!("--{BOUNDARY}--\r\n").as_bytes()].concat()
    }
}

/// What the header says of such a body.
pub(crate) fn content_type() -> String {
    format!("multipart/form-data; boundary={BOUNDARY}")
}

/// The head of a request that sends a form of so many bytes.
pub(crate) fn head(token: &str, length: usize) -> String {
    format!(
        "POST /api/v1/documents HTTP/1.1\r\nHost: test\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {length}\r\n\r\n"
    )
}

impl Desk {
    /// Sends a form with a file.
    pub(crate) fn send_form(&self, token: &str, form: &Form) -> Reply {
        let body = form.body();
        let mut stream = self.connect();
        stream.write_all(head(token, body.len()).as_bytes()).unwrap();
        // The service may answer, and hang up, before it has read everything.
        let _ = stream.write_all(&body);
        Reply::read(&String::from_utf8_lossy(&read_all_bytes(&mut stream)))
    }

    /// Sends a file for a licence's address of record.
    pub(crate) fn send_file(&self, token: &str, licence: &str, name: &str, kind: &str, bytes: &[u8]) -> Reply {
        self.send_form(token, &Form::with(&[("licence_id", licence)]).file("file", name, kind, bytes))
    }

    /// Downloads a document: status line and headers in lower case, and the bytes.
    pub(crate) fn download(&self, token: &str, id: &str, headers: &str) -> (String, Vec<u8>) {
        self.download_from(token, &format!("/api/v1/documents/{id}/content"), headers)
    }

    /// As [`Desk::download`], from that path.
    pub(crate) fn download_from(&self, token: &str, path: &str, headers: &str) -> (String, Vec<u8>) {
        let mut stream = self.connect();
        let head = format!("GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n");
        stream.write_all(format!("{head}Authorization: Bearer {token}\r\n{headers}\r\n").as_bytes()).unwrap();
        let answer = read_all_bytes(&mut stream);
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        (String::from_utf8_lossy(&answer[..end]).into_owned(), answer[end + 4..].to_vec())
    }
}
