//! The Client-Server API as an application service, and account providers.
