//! A connection whose every answer comes in time or counts as not coming.
//!
//! A server that was switched off, or a firewall that forgot the connection, answers nothing at all, and without this a
//! worker would wait for it until the system gives the connection up: after a quarter of an hour, or never.

use std::time::Duration;

use futures_util::{
    FutureExt as _, StreamExt as _,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use sqlx::{
    Any, AnyConnection, Either, Error, Execute, Executor, SqlStr,
    any::{AnyQueryResult, AnyRow, AnyStatement, AnyTypeInfo},
};

/// See the module.
#[derive(Debug)]
pub(crate) struct Patient<'c> {
    pub(crate) connection: &'c mut AnyConnection,
    /// The longest silence; `None` waits for ever.
    pub(crate) silence: Option<Duration>,
}

/// Waits for `answer`, but not longer than `silence`.
///
/// # Errors
///
/// Those of `answer`, and one of the connection when the time is over.
pub(crate) async fn in_time<T>(
    silence: Option<Duration>,
    answer: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    match silence {
        None => answer.await,
        Some(longest) => tokio::time::timeout(longest, answer).await.unwrap_or_else(|_| Err(silent(longest))),
    }
}

fn silent(longest: Duration) -> Error {
    let text = format!("no answer within {} s", longest.as_secs_f32());
    Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, text))
}

impl<'c> Executor<'c> for Patient<'c> {
    type Database = Any;

    fn fetch_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, Result<Either<AnyQueryResult, AnyRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        let silence = self.silence;
        let steps = self.connection.fetch_many(query);
        // Each row anew: a long answer is no silence.
        stream::unfold(Some(steps), move |steps| async move {
            let mut steps = steps?;
            match in_time(silence, async { Ok(steps.next().await) }).await {
                Ok(step) => step.map(|step| (step, Some(steps))),
                Err(error) => Some((Err(error), None)),
            }
        })
        .boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<AnyRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        in_time(self.silence, self.connection.fetch_optional(query)).boxed()
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [AnyTypeInfo],
    ) -> BoxFuture<'e, Result<AnyStatement, Error>>
    where
        'c: 'e,
    {
        in_time(self.silence, self.connection.prepare_with(sql, parameters)).boxed()
    }
}
