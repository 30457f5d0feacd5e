//! What every subcommand gets: where it speaks, the clock, the configuration, the caller's files.

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use kring_core::clock::Clock;

use crate::{
    config::{Config, DEFAULT_PATH},
    control::Request,
    exit::Failure,
    output::Output,
};

/// The surroundings of a subcommand.
#[derive(Clone)]
pub struct Context {
    /// Where it speaks.
    pub out: Output,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The configuration file that the caller named; `None` for the usual place.
    pub config_path: Option<PathBuf>,
    /// The request with the caller's files, for a command that another process handed over.
    pub request: Option<Arc<Request>>,
    /// The running bridge, for a command that another process handed over to it.
    pub app: Option<kring_app::App>,
}

impl Context {
    /// The configuration.
    ///
    /// # Errors
    /// With everything that is wrong with it, or what to do when there is none.
    pub fn config(&self) -> Result<Config, Failure> {
        self.optional_config()?.ok_or_else(|| Failure::new("config-none", &[("path", DEFAULT_PATH.into())]))
    }

    /// The configuration, or `None` when nobody named one and there is none in the usual place.
    ///
    /// # Errors
    /// With everything that is wrong with it.
    pub fn optional_config(&self) -> Result<Option<Config>, Failure> {
        match &self.config_path {
            Some(path) => Ok(Some(Config::load(path)?)),
            None if Path::new(DEFAULT_PATH).exists() => Ok(Some(Config::load(Path::new(DEFAULT_PATH))?)),
            None => Ok(None),
        }
    }

    /// The path of the configuration, named or usual.
    pub fn config_path(&self) -> &Path {
        self.config_path.as_deref().unwrap_or(Path::new(DEFAULT_PATH))
    }

    /// The contents of a file that the caller named, at most `limit` bytes.
    ///
    /// # Errors
    /// When it cannot be read or is larger.
    pub fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
        let bytes = self.read_up_to(path, limit)?;
        if bytes.len() as u64 > limit {
            let limit = ("limit", (limit / 1024 / 1024).max(1).to_string().into());
            return Err(Failure::new(
                "read-too-large",
                &[("path", path.display().to_string().into()), limit],
            ));
        }
        Ok(bytes)
    }

    /// As [`read`](Self::read), for a reader with limits of its own: of a larger file it gives one byte more than
    /// `limit`, so that the reader notices.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read_up_to(&self, path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
        if let Some(bytes) = self.request.as_ref().and_then(|request| request.file(path)) {
            return Ok(bytes.to_vec());
        }
        let mut bytes = Vec::new();
        let read = File::open(path).and_then(|file| file.take(limit + 1).read_to_end(&mut bytes));
        read.map(|_| bytes).map_err(|error| {
            let name = ("path", path.display().to_string().into());
            Failure::new("read-failed", &[name, ("reason", error.to_string().into())])
        })
    }

    /// As [`read`](Self::read), for a text in UTF-8.
    ///
    /// # Errors
    /// When it cannot be read, is larger, or is no text.
    pub fn read_text(&self, path: &Path, limit: u64) -> Result<String, Failure> {
        let name = path.display().to_string();
        String::from_utf8(self.read(path, limit)?)
            .map_err(|_| Failure::new("read-no-text", &[("path", name.into())]))
    }
}
