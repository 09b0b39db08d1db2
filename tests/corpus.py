"""The corpus of files that are sent in: good ones and bad ones, each with what must become of it. Made anew each time, the same each time.

    python3 tests/corpus.py FOLDER    writes them out, to look at them

`good()` and `bad()` give (name, declared type, bytes) and (name, declared type, bytes, problem).
"""
import io
import pathlib
import struct
import sys
import zipfile
import zlib

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
MAX = 10 * 1024 * 1024


def pdf(inside=b"", version=b"1.7", pages=1, after=b"\n", body=b"", pack=False):
    """A PDF with a cross-reference table that is right."""
    content = b"BT /F1 12 Tf 72 720 Td (Landlord gas safety record) Tj ET"
    filters = b""
    if pack:
        content, filters = zlib.compress(content), b"/Filter /FlateDecode "
    kids = b" ".join(b"%d 0 R" % (4 + 2 * page) for page in range(pages))
    objects = [b"<< /Type /Catalog /Pages 2 0 R " + inside + b" >>",
               b"<< /Type /Pages /Kids [" + kids + b"] /Count %d >>" % pages,
               b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    for page in range(pages):
        objects.append(b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
                       b"/Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * page))
        objects.append(b"<< %s/Length %d >>\nstream\n%s\nendstream" % (filters, len(content), content))
    out = b"%PDF-" + version + b"\n%\xe2\xe3\xcf\xd3\n" + body
    places = []
    for number, text in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return out + after


def segment(code, body):
    return b"\xff" + bytes([code]) + struct.pack(">H", len(body) + 2) + body


def exif(thumbnail=b""):
    head = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x0f\0\x02\0\0\0\x06\0\0\0\x1aApple\0\0\0\0\0"
    return segment(0xE1, head + thumbnail)


def jpeg(width=4032, height=3024, extra=b"", scan=2000, progressive=False, end=b"\xff\xd9", jfif=True):
    """The structure of a JPEG with noise for a picture; nobody here decodes it."""
    noise = bytes((7 * place * place + place // 3) % 251 for place in range(scan))
    out = b"\xff\xd8" + (segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0") if jfif else b"") + extra
    out += segment(0xDB, b"\0" + bytes(range(1, 65)))
    frame = struct.pack(">BHHB", 8, height, width, 3) + b"\1\x22\0\2\x11\1\3\x11\1"
    out += segment(0xC2 if progressive else 0xC0, frame)
    out += segment(0xC4, b"\0" + bytes(16)) + segment(0xDD, b"\0\4")
    for part in range(3 if progressive else 1):
        out += segment(0xDA, b"\3\1\0\2\x11\3\x11\0\x3f\0") + noise + b"\xff\0\xff\xd0" + noise[:part]
    return out + end


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width=100, height=80, extra=b"", head=13, picture=True, end=True):
    rows = b"".join(b"\0" + bytes(3 * min(width, 64)) for _ in range(min(height, 64)))
    out = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", (struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0) + bytes(9))[:head])
    out += extra + (chunk(b"IDAT", zlib.compress(rows)) if picture else b"")
    return out + (chunk(b"IEND", b"") if end else b"")


def archive(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(zipfile.ZipInfo(name, (2025, 1, 22, 10, 0, 0)), "text " * 20)
    return out.getvalue()


def nested_bomb():
    """A kilobyte that becomes 500 MB when a reader unpacks both layers."""
    packer, layer = zlib.compressobj(9), b""
    for _ in range(500):
        layer += packer.compress(bytes(1 << 20))
    return zlib.compress(layer + packer.flush(), 9)


def with_object(text):
    return pdf(inside=b"/OpenAction 99 0 R", body=b"99 0 obj\n" + text + b"\nendobj\n")


def good():
    yield from ((f"gas {version.decode()}.pdf", PDF, pdf(version=version)) for version in (b"1.0", b"1.4", b"1.5", b"1.7", b"2.0"))
    yield from ((f"{pages} pages.pdf", PDF, pdf(pages=pages, pack=True)) for pages in (1, 2, 30))
    for name, after in [("unix", b"\n"), ("dos", b"\r\n"), ("none", b""), ("padded", b"\n" * 300), ("zeros", b"\0" * 40), ("dos-eof", b"\r\n\x1a")]:
        yield f"end {name}.pdf", PDF, pdf(inside=b"/Lang (la)", after=after)
    yield "old type.pdf", "application/x-pdf", pdf(inside=b"/Lang (en)")
    yield "nothing declared.pdf", "application/octet-stream", pdf(inside=b"/Lang (cy)")
    yield "SHOUTING.PDF", PDF, pdf(inside=b"/Lang (fr)")
    yield "two.dots.v2.pdf", PDF, pdf(inside=b"/Lang (de)")
    yield "links.pdf", PDF, pdf(inside=b"/OpenAction << /S /GoTo /D [4 0 R /Fit] >> /URI << /Base (https://example.org/) >>")
    yield "ascii and flate.pdf", PDF, pdf(inside=b"/X [/ASCII85Decode /FlateDecode]")
    yield "image filters.pdf", PDF, pdf(inside=b"/X [/FlateDecode /DCTDecode] /Y /FlateDecode")
    yield "form.pdf", PDF, pdf(inside=b"/AcroForm << /Fields [] >>")
    yield "signed.pdf", PDF, pdf(inside=b"/Perms << /DocMDP 9 0 R >>") + pdf(inside=b"/Lang (sc)")[9:]
    yield "words.pdf", PDF, pdf(body=b"% a comment about Launch and JavaScript\n")
    yield "exact limit.pdf", PDF, (lambda base: base.replace(b"xref\n0", b"%" + b"x" * (MAX - len(base) - 2) + b"\nxref\n0", 1))(pdf())
    yield "phone.jpg", JPEG, jpeg(extra=exif(jpeg(160, 120, scan=300)))
    yield "iphone 48 MP.jpg", JPEG, jpeg(8064, 6048, exif(), scan=400_000)
    yield "samsung 50 MP.jpg", JPEG, jpeg(8160, 6120, exif())
    yield "pixel 50 MP.jpg", JPEG, jpeg(8192, 6144, exif())
    yield "second picture.jpg", JPEG, jpeg(extra=exif()) + jpeg(1008, 756)
    yield "motion photo.jpg", JPEG, jpeg(extra=exif()) + b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + bytes(3000)
    yield "samsung trailer.jpg", JPEG, jpeg() + b"\0\0\x01\x0aImage_UTC_Data1737540000000SEFHk\0\0\0\1\0\0\0SEFT"
    yield "no jfif.jpeg", JPEG, jpeg(jfif=False, extra=exif())
    yield "progressive.jpg", JPEG, jpeg(progressive=True)
    yield "fill bytes.jpg", JPEG, jpeg(extra=b"\xff\xff" + segment(0xFE, b"a comment")[1:])
    yield "colour profile.jpg", JPEG, jpeg(extra=segment(0xE2, b"ICC_PROFILE\0\1\1" + bytes(60000)))
    yield "xmp.jpg", JPEG, jpeg(extra=segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<?xpacket begin=''?><x:xmpmeta/>"))
    yield "old type.jpg", "image/jpg", jpeg(640, 480)
    yield "older type.jpg", "image/pjpeg", jpeg(641, 480)
    yield "screen.jfif", JPEG, jpeg(642, 480)
    yield "tiny.jpg", JPEG, jpeg(1, 1)
    yield "scan.png", PNG, png(2480, 3508)
    yield "screenshot.png", PNG, png(1170, 2532, chunk(b"eXIf", b"MM\0*\0\0\0\x08\0\0"))
    yield "text chunks.png", PNG, png(10, 10, chunk(b"tEXt", b"Title\0Gas record") + chunk(b"zTXt", b"x\0\0" + zlib.compress(b"y" * 99)))
    yield "animated.png", PNG, png(20, 20, chunk(b"acTL", struct.pack(">II", 1, 0)))
    yield "many chunks.png", PNG, png(30, 30, b"".join(chunk(b"IDAT", b"") for _ in range(500)))
    yield "odd type.png", "image/x-png", png(11, 10)
    yield "Überprüfung 文書.png", PNG, png(12, 10)


def bad():
    yield "empty.pdf", PDF, b"", "file-empty"
    base = pdf()
    yield "one byte too many.pdf", PDF, base.replace(b"xref\n0", b"%" + b"x" * (MAX - len(base) - 1) + b"\nxref\n0", 1), "file-too-large"
    yield "huge.jpg", JPEG, jpeg() + bytes(12 * 1024 * 1024), "file-too-large"
    for name, declared, data in [
        ("words.pdf", PDF, b"This is not a PDF."), ("noise.jpg", JPEG, bytes(range(256)) * 8), ("zeros.png", PNG, bytes(5000)),
        ("late.pdf", PDF, b"\n" + pdf()), ("archive.zip", "application/zip", archive("gas.pdf")), ("archive.pdf", PDF, archive("gas.pdf")),
        ("letter.docx", "application/msword", archive("[Content_Types].xml", "word/document.xml")),
        ("letter.pdf", PDF, archive("[Content_Types].xml", "word/document.xml")),
        ("sheet.xlsx", PDF, archive("[Content_Types].xml", "xl/workbook.xml")), ("slides.pptx", PDF, archive("[Content_Types].xml", "ppt/p.xml")),
        ("open.odt", PDF, archive("mimetype")), ("old.doc", "application/msword", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
        ("picture.svg", "image/svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
        ("picture.png", PNG, b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'),
        ("page.html", "text/html", b"<!DOCTYPE html><p>Hello"), ("page.pdf", PDF, b"<html><script>alert(1)</script>"),
        ("photo.heic", "image/heic", b"\0\0\0\x18ftypheic" + bytes(300)), ("photo.jpg", JPEG, b"\0\0\0\x18ftypmif1" + bytes(300)),
        ("photo.gif", "image/gif", b"GIF89a/*" + bytes(50) + b"*/=1;alert(1)"), ("photo.webp", "image/webp", b"RIFF\x24\0\0\0WEBPVP8 " + bytes(40)),
        ("photo.bmp", "image/bmp", b"BM" + bytes(100)), ("scan.tif", "image/tiff", b"II*\0" + bytes(100)), ("film.mp4", "video/mp4", b"\0\0\0\x18ftypmp42" + bytes(99)),
        ("tool.exe", "application/x-msdownload", b"MZ" + bytes(200)), ("tool.pdf", PDF, b"\x7fELF" + bytes(200)), ("run.sh", "text/x-sh", b"#!/bin/sh\nid"),
        ("text.rtf", "application/rtf", b"{\\rtf1 hello}"), ("mail.eml", "message/rfc822", b"Received: from x\r\n\r\nhello"),
        ("files.rar", "application/x-rar", b"Rar!\x1a\x07\x01\0" + bytes(50)), ("files.7z", "application/x-7z", b"7z\xbc\xaf\x27\x1c" + bytes(50)),
        ("files.gz", "application/gzip", b"\x1f\x8b\x08\0" + bytes(50)), ("print.ps", "application/postscript", b"%!PS-Adobe-3.0\n"),
    ]:
        yield name, declared, data, "file-type"
    for name, declared, data in [("gas.pdf.exe", PDF, pdf()), ("gas", PDF, pdf()), ("gas.jpg", JPEG, pdf()), ("photo.pdf", PDF, jpeg()),
                                 ("photo.png", PNG, jpeg()), ("scan.jpg", JPEG, png()), ("gas.pdf.", "text/plain", jpeg()), ("gas.pdf%00.jpg", PDF, pdf())]:
        yield name, declared, data, "file-name-disagrees"
    for name, declared, data in [("gas.pdf", "text/html", pdf()), ("gas.pdf", "image/png", pdf()), ("photo.jpg", PDF, jpeg()),
                                 ("scan.png", "image/svg+xml", png()), ("photo.jpg", "image/webp", jpeg())]:
        yield name, declared, data, "file-type-disagrees"
    for name, declared, data in [("cut.pdf", PDF, pdf()[:-10]), ("half.pdf", PDF, pdf(pages=30)[:3000]), ("header.pdf", PDF, b"%PDF-1.7\n" + bytes(3000)),
                                 ("cut.jpg", JPEG, jpeg()[:-2]), ("half.jpg", JPEG, jpeg(scan=90_000)[:40_000]), ("start.jpg", JPEG, jpeg()[:30]),
                                 ("thumbnail ends.jpg", JPEG, jpeg(extra=exif(jpeg(160, 120, scan=300)), end=b"")),
                                 ("cut.png", PNG, png()[:-3]), ("no end.png", PNG, png(end=False)), ("start.png", PNG, png()[:20])]:
        yield name, declared, data, "file-cut-short"
    for name, declared, data in [("no root.pdf", PDF, pdf().replace(b"/Root", b"/Boot")), ("no xref.pdf", PDF, b"%PDF-1.4\nhello /Root\n%%EOF"),
                                 ("no size.jpg", JPEG, jpeg(100, 0)), ("no frame.jpg", JPEG, b"\xff\xd8" + segment(0xE0, b"JFIF\0") + b"\xff\xd9"),
                                 ("garbled.jpg", JPEG, b"\xff\xd8" + segment(0xE0, b"JFIF\0") + b"garbled" + jpeg()[20:]),
                                 ("no size.png", PNG, png(0, 10)), ("short head.png", PNG, png(head=12)), ("no picture.png", PNG, png(picture=False)),
                                 ("odd chunk.png", PNG, png(extra=chunk(b"1234", b"")))]:
        yield name, declared, data, "file-broken"
    for name, declared, data in [("zip behind.pdf", PDF, pdf() + archive("evil.exe")), ("zip inside.pdf", PDF, pdf(body=archive("evil.exe") + b"\n")),
                                 ("page behind.pdf", PDF, pdf() + b"<html><script>alert(1)</script>"), ("php.jpg", JPEG, jpeg(extra=segment(0xFE, b"<?php system($_GET['c']); ?>"))),
                                 ("zip.jpg", JPEG, jpeg() + archive("evil.exe")), ("rar.jpg", JPEG, jpeg() + b"Rar!\x1a\x07\1\0" + bytes(40)),
                                 ("pdf.jpg", JPEG, jpeg(extra=segment(0xFE, pdf()))), ("script.png", PNG, png(extra=chunk(b"tEXt", b"x\0<script>alert(1)</script>"))),
                                 ("zip.png", PNG, png() + archive("evil.exe")), ("bytes behind.png", PNG, png() + b"x"), ("php.png", PNG, png(extra=chunk(b"tEXt", b"x\0<?PHP echo 1;")))]:
        yield name, declared, data, "file-is-two-things"
    yield "flood.png", PNG, png(40_000, 40_000), "image-too-large"
    yield "flood.jpg", JPEG, jpeg(65_000, 65_000), "image-too-large"
    yield "just over.jpg", JPEG, jpeg(8193, 6400), "image-too-large"
    yield "locked.pdf", PDF, pdf(inside=b"/X 1 >>\nendobj\ntrailer << /Encrypt 9 0 R /Root 1 0 R"), "pdf-locked"
    for name, action in [("javascript", b"<< /S /JavaScript /JS (app.alert(1)) >>"), ("hidden javascript", b"<< /S /#4Aava#53cript /JS 5 0 R >>"),
                         ("rendition", b"<< /S /Rendition /JS (x) >>"), ("flash", b"<< /Subtype /RichMedia >>")]:
        yield f"{name}.pdf", PDF, with_object(action), "pdf-with-scripts"
    yield "launch.pdf", PDF, with_object(b"<< /S /Launch /F (cmd.exe) >>"), "pdf-starts-programs"
    yield "attachment.pdf", PDF, with_object(b"<< /Type /EmbeddedFile /Length 0 >>"), "pdf-with-files-inside"
    yield "attachments.pdf", PDF, pdf(inside=b"/Names << /EmbeddedFiles << /Names [] >> >>"), "pdf-with-files-inside"
    bomb = nested_bomb()
    packed = b"<< /Filter [/FlateDecode /FlateDecode] /Length %d >>\nstream\n%s\nendstream" % (len(bomb), bomb)
    yield "bomb.pdf", PDF, with_object(packed), "pdf-packed-twice"


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True)
    for number, (name, _, data, *_) in enumerate([*good(), *bad()]):
        (folder / f"{number:03} {name}").write_bytes(data)


if __name__ == "__main__":
    main()
