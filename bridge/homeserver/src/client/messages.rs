//! Messages, pictures and a room's history.

use ruma::{
    DeviceId, EventId, OwnedEventId, OwnedMxcUri, RoomId, TransactionId, UInt, UserId,
    api::{
        Direction,
        client::{
            media::create_content, message::get_message_events, message::send_message_event,
            redact::redact_event,
        },
    },
    events::MessageLikeEventType,
    serde::Raw,
};
use serde_json::{Value, value::to_raw_value};

use super::{Homeserver, Identity, RawEvent, state::readable};
use crate::HomeserverError;

/// One page of a room's history.
#[derive(Debug, Clone, PartialEq)]
pub struct MessagesPage {
    /// The events, in the direction asked for.
    pub events: Vec<RawEvent>,
    /// Where the next page starts; `None` at the end of the history.
    pub next: Option<String>,
}

impl Homeserver {
    /// Sends a message as one of our own users with a device.
    ///
    /// Idempotent for the same `txn_id` for 24 hours, over restarts of the homeserver too, because of the device.
    /// Transaction ids are shared by all users of a registration, so they must be unique among all of them.
    ///
    /// # Errors
    ///
    /// As every request.
    #[tracing::instrument(name = "homeserver.message.send", skip_all, fields(room.id = %room, txn.id = %txn_id))]
    pub async fn send_message(
        &self,
        (user, device): (&UserId, &DeviceId),
        room: &RoomId,
        txn_id: &TransactionId,
        event_type: &str,
        content: &Value,
    ) -> Result<OwnedEventId, HomeserverError> {
        const DURING: &str = "send a message";
        let content = to_raw_value(content).map_err(|e| HomeserverError::unsendable(DURING, &e))?;
        let request = send_message_event::v3::Request::new_raw(
            room.to_owned(),
            txn_id.to_owned(),
            MessageLikeEventType::from(event_type),
            Raw::from_json(content),
        );
        Ok(self.caller.call(DURING, request, Identity::Device(user, device)).await?.event_id)
    }

    /// Empties an event, as `@kring`. Idempotent for the same `txn_id`.
    ///
    /// # Errors
    ///
    /// As every request.
    #[tracing::instrument(name = "homeserver.message.redact", skip_all, fields(room.id = %room, event.id = %event))]
    pub async fn redact(
        &self,
        room: &RoomId,
        event: &EventId,
        txn_id: &TransactionId,
        reason: Option<&str>,
    ) -> Result<OwnedEventId, HomeserverError> {
        let mut request =
            redact_event::v3::Request::new(room.to_owned(), event.to_owned(), txn_id.to_owned());
        request.reason = reason.map(str::to_owned);
        Ok(self.call("redact", request).await?.event_id)
    }

    /// One page of at most `limit` events backwards from `from`, or from the newest event.
    ///
    /// # Errors
    ///
    /// As every request.
    #[tracing::instrument(name = "homeserver.message.list", skip_all, fields(room.id = %room))]
    pub async fn messages_back(
        &self,
        room: &RoomId,
        from: Option<&str>,
        limit: u32,
    ) -> Result<MessagesPage, HomeserverError> {
        let mut request = get_message_events::v3::Request::new(room.to_owned(), Direction::Backward);
        request.from = from.map(str::to_owned);
        request.limit = UInt::from(limit);
        let response = self.call("read a room's history", request).await?;
        Ok(MessagesPage { events: readable(&response.chunk), next: response.end })
    }

    /// Stores a picture and gives its `mxc:` address. Not idempotent: each upload is a new address.
    ///
    /// # Errors
    ///
    /// [`Class::TooLarge`](crate::Class) for more than the homeserver takes, and as every request.
    #[tracing::instrument(name = "homeserver.media.upload", skip_all, fields(size = png.len()))]
    pub async fn upload_png(&self, png: Vec<u8>) -> Result<OwnedMxcUri, HomeserverError> {
        let mut request = create_content::v3::Request::new(png);
        request.content_type = Some("image/png".to_owned());
        Ok(self.call("upload a picture", request).await?.content_uri)
    }
}
