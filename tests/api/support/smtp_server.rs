//! A relay that plays a script: it speaks SMTP, goes wrong where it is told to, and keeps what it heard.

use std::{
    collections::HashSet,
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

/// What the relay does at one stage.
#[derive(Clone, Debug, Default)]
pub(crate) enum Step {
    /// What a healthy relay does.
    #[default]
    Normal,
    /// Answers with this line instead.
    Say(&'static str),
    /// Waits, then does what a healthy relay does.
    Late(Duration),
    /// Sends its answer byte by byte, with this pause before each.
    Drip(Duration),
    /// Hangs up without a word.
    HangUp,
}

/// The relay's part.
#[derive(Clone, Debug, Default)]
pub(crate) struct Script {
    pub(crate) greeting: Step,
    pub(crate) ehlo: Step,
    pub(crate) auth: Step,
    pub(crate) mail: Step,
    pub(crate) rcpt: Step,
    pub(crate) data: Step,
    pub(crate) dot: Step,
    /// Extensions offered, such as "AUTH PLAIN".
    pub(crate) offers: Vec<&'static str>,
    /// Puts off each sender and recipient once.
    pub(crate) greylist: bool,
    /// Hangs up after this many letters on one connection, as relays do with idle ones.
    pub(crate) letters_per_connection: Option<usize>,
}

/// A message that reached its final dot.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) data: String,
    /// Whether the relay said yes.
    pub(crate) accepted: bool,
}

#[derive(Default)]
struct Ledger {
    received: Vec<Received>,
    commands: Vec<String>,
    connections: usize,
    ended: usize,
    seen: HashSet<(String, String)>,
}

/// A running relay; it ends with the value.
pub(crate) struct SmtpServer {
    address: SocketAddr,
    script: Arc<Mutex<Script>>,
    ledger: Arc<Mutex<Ledger>>,
    ending: Arc<AtomicBool>,
    hung_up: Arc<Condvar>,
}

impl SmtpServer {
    pub(crate) fn start(script: Script) -> Self {
        Self::listen("127.0.0.1:0".parse().unwrap(), script)
    }

    pub(crate) fn listen(address: SocketAddr, script: Script) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            script: Arc::new(Mutex::new(script)),
            ledger: Arc::default(),
            ending: Arc::default(),
            hung_up: Arc::default(),
        };
        let (script, ledger) = (Arc::clone(&server.script), Arc::clone(&server.ledger));
        let (ending, hung_up) = (Arc::clone(&server.ending), Arc::clone(&server.hung_up));
        thread::spawn(move || {
            for stream in listener.incoming() {
                if ending.load(Ordering::SeqCst) {
                    break;
                }
                let (script, ledger) = (Arc::clone(&script), Arc::clone(&ledger));
                let hung_up = Arc::clone(&hung_up);
                thread::spawn(move || {
                    // A client that leaves in the middle is part of the play.
                    let _ = Talk::new(stream.unwrap(), script, Arc::clone(&ledger)).run();
                    ledger.lock().unwrap().ended += 1;
                    hung_up.notify_all();
                });
            }
        });
        server
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Changes the part for what comes next.
    pub(crate) fn play(&self, script: Script) {
        *self.script.lock().unwrap() = script;
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.ledger.lock().unwrap().received.clone()
    }

    pub(crate) fn accepted(&self) -> Vec<Received> {
        self.received().into_iter().filter(|message| message.accepted).collect()
    }

    /// Waits until so many connections have ended; `false` when that takes longer than `patience`.
    pub(crate) fn wait_for_ends(&self, connections: usize, patience: Duration) -> bool {
        let ledger = self.ledger.lock().unwrap();
        let (_ledger, waited) =
            self.hung_up.wait_timeout_while(ledger, patience, |ledger| ledger.ended < connections).unwrap();
        !waited.timed_out()
    }

    /// Each line the client said outside of messages.
    pub(crate) fn commands(&self) -> Vec<String> {
        self.ledger.lock().unwrap().commands.clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.ledger.lock().unwrap().connections
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::SeqCst);
        // Wakes the listener so that it sees the end.
        let _ = TcpStream::connect(self.address);
    }
}

/// One connection.
struct Talk {
    reader: BufReader<TcpStream>,
    script: Arc<Mutex<Script>>,
    ledger: Arc<Mutex<Ledger>>,
    from: String,
    to: Vec<String>,
}

impl Talk {
    fn new(stream: TcpStream, script: Arc<Mutex<Script>>, ledger: Arc<Mutex<Ledger>>) -> Self {
        ledger.lock().unwrap().connections += 1;
        Self { reader: BufReader::new(stream), script, ledger, from: String::new(), to: Vec::new() }
    }

    /// `None` ends the connection.
    fn run(mut self) -> Option<()> {
        let step = self.script().greeting;
        self.answer(&step, "220 relay.example.org ESMTP")?;
        let mut letters = 0;
        loop {
            let line = self.line()?;
            self.ledger.lock().unwrap().commands.push(line.clone());
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            let script = self.script();
            match verb.as_str() {
                "EHLO" => self.answer(&script.ehlo, &extensions(&script))?,
                "AUTH" => self.answer(&script.auth, "235 2.7.0 welcome")?,
                "MAIL" => {
                    self.from = line;
                    self.to.clear();
                    self.answer(&script.mail, "250 2.1.0 ok")?;
                }
                "RCPT" => self.recipient(&script, line)?,
                "DATA" => {
                    self.message(&script)?;
                    letters += 1;
                    if script.letters_per_connection == Some(letters) {
                        return None;
                    }
                }
                "RSET" | "NOOP" => self.say("250 2.0.0 ok")?,
                "QUIT" => return self.say("221 2.0.0 bye"),
                _ => self.say("502 5.5.1 what?")?,
            }
        }
    }

    fn recipient(&mut self, script: &Script, line: String) -> Option<()> {
        let new = self.ledger.lock().unwrap().seen.insert((self.from.clone(), line.clone()));
        if script.greylist && new {
            return self.say("450 4.7.1 greylisted, come back later");
        }
        self.to.push(line);
        self.answer(&script.rcpt, "250 2.1.5 ok")
    }

    fn message(&mut self, script: &Script) -> Option<()> {
        if !matches!(script.data, Step::Normal) {
            return self.answer(&script.data, "354 go on");
        }
        self.say("354 go on")?;
        let mut data = String::new();
        loop {
            let line = self.raw_line()?;
            if line == ".\r\n" {
                break;
            }
            data.push_str(line.strip_prefix('.').unwrap_or(&line));
        }
        let accepted = matches!(script.dot, Step::Normal);
        let (from, to) = (self.from.clone(), self.to.clone());
        self.ledger.lock().unwrap().received.push(Received { from, to, data, accepted });
        self.answer(&script.dot, "250 2.0.0 Ok: queued as 4ABC12")
    }

    fn script(&self) -> Script {
        self.script.lock().unwrap().clone()
    }

    fn answer(&mut self, step: &Step, usual: &str) -> Option<()> {
        match step {
            Step::Normal => self.say(usual),
            Step::Say(line) => {
                self.say(line)?;
                (!line.starts_with("421")).then_some(())
            }
            Step::Late(pause) => {
                thread::sleep(*pause);
                self.say(usual)
            }
            Step::Drip(pause) => {
                for byte in usual.bytes().chain(*b"\r\n") {
                    thread::sleep(*pause);
                    self.reader.get_mut().write_all(&[byte]).ok()?;
                }
                Some(())
            }
            Step::HangUp => None,
        }
    }

    fn say(&mut self, line: &str) -> Option<()> {
        self.reader.get_mut().write_all(format!("{line}\r\n").as_bytes()).ok()
    }

    fn line(&mut self) -> Option<String> {
        self.raw_line().map(|line| line.trim_end().to_owned())
    }

    fn raw_line(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.reader.read_line(&mut line) {
            Ok(length) if length > 0 => Some(line),
            _ => None,
        }
    }
}

fn extensions(script: &Script) -> String {
    let mut lines = vec!["relay.example.org"];
    lines.extend(&script.offers);
    let last = lines.len() - 1;
    let numbered = lines.iter().enumerate();
    numbered
        .map(|(at, line)| format!("250{}{line}", if at == last { ' ' } else { '-' }))
        .collect::<Vec<_>>()
        .join("\r\n")
}
