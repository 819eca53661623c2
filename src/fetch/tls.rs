//! How servers are trusted: by the authorities of the operating system, read once a process.

use std::sync::OnceLock;

use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;

/// Makes ring the TLS library of this process; harmless when repeated.
pub fn install_tls() {
    // An error says that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// The configuration of every connection.
pub(super) fn config() -> ClientConfig {
    static CONFIG: OnceLock<ClientConfig> = OnceLock::new();
    CONFIG
        .get_or_init(|| {
            install_tls();
            let mut config = match ClientConfig::builder().with_platform_verifier() {
                Ok(builder) => builder.with_no_client_auth(),
                Err(error) => {
                    tracing::warn!(%error, "no certificates of authorities on this system: no https address can be fetched");
                    distrustful()
                }
            };
            config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
            config
        })
        .clone()
}

/// Trusts nobody, so that at least http works.
fn distrustful() -> ClientConfig {
    ClientConfig::builder()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth()
}
