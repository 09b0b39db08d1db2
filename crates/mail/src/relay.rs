//! The relay as the settings describe it, checked once before anything is sent.

use std::{fmt, fs, net::IpAddr, sync::Arc, time::Duration};

use lettre::transport::smtp::{
    authentication::Credentials,
    client::{Certificate, CertificateStore, TlsParameters},
    extension::ClientId,
};

use super::settings::{SettingFault, SmtpSettings, TlsMode};

/// Steps of a conversation that may each use the whole timeout before the letter is given up.
const STEPS: u32 = 6;

/// A relay that can be reached, with its settings checked.
#[derive(Clone)]
pub struct Relay {
    pub(super) route: Arc<Route>,
}

/// What a conversation needs to know to begin.
pub(super) struct Route {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) mode: TlsMode,
    pub(super) tls: Option<TlsParameters>,
    pub(super) credentials: Option<Credentials>,
    pub(super) timeout: Duration,
    /// The name by which we greet.
    pub(super) hello: ClientId,
}

impl Relay {
    /// Checks the settings; opens no connection.
    pub(super) fn new(settings: &SmtpSettings, own_host: &str) -> Result<Self, Vec<SettingFault>> {
        let mut faults = Vec::new();
        if settings.tls == TlsMode::None && !is_loopback(&settings.host) {
            faults.push(SettingFault::new(
                "smtp.tls",
                "must be required or starttls unless the relay is on this machine",
            ));
        }
        if settings.timeout.is_zero() {
            faults.push(SettingFault::new("smtp.timeout", "give at least one second"));
        }
        if settings.username.is_some() != settings.password.is_some() {
            faults.push(SettingFault::new("smtp.password", "give both username and password, or neither"));
        }
        let tls = match settings.tls {
            TlsMode::None => None,
            TlsMode::Required | TlsMode::StartTls => tls_parameters(settings).map_err(|fault| faults.push(fault)).ok(),
        };
        if !faults.is_empty() {
            return Err(faults);
        }
        let credentials = settings.username.as_ref().zip(settings.password.as_ref());
        Ok(Self {
            route: Arc::new(Route {
                host: settings.host.clone(),
                port: settings.port,
                mode: settings.tls,
                tls,
                credentials: credentials
                    .map(|(user, password)| Credentials::new(user.clone(), password.expose().to_owned())),
                timeout: settings.timeout,
                hello: ClientId::Domain(own_host.to_owned()),
            }),
        })
    }

    pub(super) fn longest_send(&self) -> Duration {
        self.route.timeout * STEPS
    }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn tls_parameters(settings: &SmtpSettings) -> Result<TlsParameters, SettingFault> {
    let unusable = |fault: &dyn fmt::Display| SettingFault::new("smtp.ca_file", format!("cannot be used: {fault}"));
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(path) = &settings.ca_file {
        let pem = fs::read(path).map_err(|fault| unusable(&fault))?;
        let authority = Certificate::from_pem(&pem).map_err(|fault| unusable(&fault))?;
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(authority);
    }
    builder.build().map_err(|fault| unusable(&fault))
}
